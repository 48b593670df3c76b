"""What is done to text, whichever engine it comes from or goes to."""
