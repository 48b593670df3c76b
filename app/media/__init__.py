"""The bridge side: RTP in, segments out; clips in, RTP out."""
