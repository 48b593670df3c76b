"""What travels between the edge and the workers, and how: all of `tasks` that the edge may import."""
