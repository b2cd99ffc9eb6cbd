"""Masks of zeros and ones that are given: what is wrong with one."""

from __future__ import annotations

import numpy as np

from backpropcli.ops.entry import Array


def mask_trouble(mask: Array, meaning: str) -> str:
    """What is wrong with a mask, or nothing; ``meaning`` says what its ones stand for."""
    values = np.asarray(mask, float)
    other = values[~np.isin(values, (0.0, 1.0))]
    return f"a mask holds 1 {meaning} and 0 elsewhere, found {other[0]:.15g}" if other.size else ""
