"""Two people and one device."""
