"""What the measurements of a running system share: light callers, and an eye on its processes and on what they say."""
