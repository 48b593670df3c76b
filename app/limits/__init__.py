"""What one visitor, link or key may use, counted by all `web` processes together."""
