"""What people are given and told."""
