"""Solve backpropagation homework and check answers to it."""

__version__ = "0.1.0"
