"""The edge: the web application and the bridge between the SFU and the workers."""
