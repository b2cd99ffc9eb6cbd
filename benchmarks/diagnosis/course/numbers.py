"""The numbers of an exercise."""

from __future__ import annotations

import numpy as np


class Numbers:
    """Decimals with one place, or small whole numbers other than zero."""

    def __init__(self, rng, whole: bool):
        self.rng, self.whole = rng, whole

    def array(self, *shape: int):
        """An array of this shape."""
        if self.whole:
            drawn = self.rng.integers(1, 4, size=shape) * self.rng.choice([-1, 1], size=shape)
            return np.asarray(drawn, dtype=float)
        while True:
            value = np.round(self.rng.normal(size=shape), 1) + 0.0
            if np.all(np.abs(value) > 0.04):
                return value
