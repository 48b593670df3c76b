"""`jbcalling run`: starts the Procfile's processes on one machine, and keeps them running."""
