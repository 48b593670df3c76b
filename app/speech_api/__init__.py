"""The speech services over HTTP: our own API, and the shapes that clients of OpenAI and LibreTranslate speak."""
