"""The bridge: RTP from the SFU to segments for workers, and their clips back into dubbed tracks."""
