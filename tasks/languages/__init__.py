"""The spoken languages, one a file."""
