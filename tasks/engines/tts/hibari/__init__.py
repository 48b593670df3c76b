"""English speech by hibari-tts."""
