"""Tests of `app.media`, a folder for each of its rooms."""
