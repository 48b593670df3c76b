"""Calls that are kept as sound: with consent, sealed, and to be heard beside their transcript (`docs/keeping.md`)."""
