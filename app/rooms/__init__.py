"""Making rooms, entering them, and the call page."""
