"""Setting up, running and measuring: what a person starts from a terminal."""
