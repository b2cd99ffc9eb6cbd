"""Untrusted text to checked values with line and column; import the modules where needed."""
