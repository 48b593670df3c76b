"""What was said in a room, to read, search, correct and take along, and its end."""
