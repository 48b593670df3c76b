"""Models as data: what they are, where they come from, and that they are what they should be."""
