"""`make machines`: hosts out of namespaces of this one hold calls, and are killed."""
