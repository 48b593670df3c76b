"""The actors: they decode a message, take a step, and publish what came of it."""
