"""espeak-ng as a makeshift voice."""
