"""Audio primitives without policy: RTP, Opus, reordering, voice activity, segments."""
