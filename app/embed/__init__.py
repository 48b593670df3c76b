"""Captions outside the call: in frames of other sites, on a projector, and the links that open them."""
