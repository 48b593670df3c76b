"""Google Translate's voices: what is said leaves this machine."""
