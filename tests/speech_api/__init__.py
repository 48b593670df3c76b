"""The speech APIs."""
