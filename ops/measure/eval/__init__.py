"""`make eval`: how well the installed engines hear, translate and speak."""
