"""A whole class: collect submissions, judge each for itself, gather the grades."""
