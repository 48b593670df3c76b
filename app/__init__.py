"""The edge: the web application and the bridge between the SFU and the workers."""

__version__ = "0.2.0"
