"""A mistake is a file; its docstring explains it."""
