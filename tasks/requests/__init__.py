"""Work that somebody asked for over an API: queue `batch`, which gives way to calls, with replies to whoever waits."""
