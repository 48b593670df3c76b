"""Engines: the models behind the actors, one file each. Import one only where its model is to be loaded."""
