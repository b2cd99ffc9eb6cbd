"""Derivations as a careful teacher writes them on the board: lines that follow from each other."""
