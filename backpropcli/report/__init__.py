"""Output formats: a solution in, a string out."""
