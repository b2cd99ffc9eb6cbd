"""The equation language: expressions, one parser, two printers."""
