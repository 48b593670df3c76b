"""The bridge, with Redis and the SFU."""
