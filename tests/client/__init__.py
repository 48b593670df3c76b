"""Tests of the browser's script in a real Chromium, without the web server."""
