"""One submission: read it, judge each value, name the mistakes."""
