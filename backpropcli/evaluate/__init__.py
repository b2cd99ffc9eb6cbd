"""One list of equations, many evaluators: floats, exact rationals, entries, costs."""
