"""The pages with which an installation is looked after. Everything but logging in needs a session (`access`)."""
