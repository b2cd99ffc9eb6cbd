"""Fuzzing of what reads untrusted text: ``make fuzz``, or ``python -m fuzz --help``."""
