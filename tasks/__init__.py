"""The batch side: Dramatiq actors that transcribe, translate and speak. Imports nothing from `app`."""
