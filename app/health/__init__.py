"""Whether this process lives, whether calls can be held, and figures for monitoring."""
