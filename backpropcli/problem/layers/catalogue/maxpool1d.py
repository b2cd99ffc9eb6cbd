"""``maxpool1d(2)``: pool1 is the largest number of each window of size 2."""

from __future__ import annotations

from backpropcli.problem.layers.convolving import pooling

LAYER = pooling("max", 1)
