"""``globalmaxpool``: the largest number of each channel over all positions."""

from __future__ import annotations

from backpropcli.problem.layers.convolving import global_pooling

LAYER = global_pooling("max")
