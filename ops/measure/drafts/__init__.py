"""What the local language model makes of sentences in which a mistake is dangerous."""
