"""What tests and measurements share: a running system, people in calls, recordings, and ways to look at them."""
