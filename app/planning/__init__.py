"""Rooms with a date: invitations in words and as calendar entries."""
