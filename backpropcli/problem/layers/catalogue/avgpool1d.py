"""``avgpool1d(2)``: pool1 is the mean of each window of size 2."""

from __future__ import annotations

from backpropcli.problem.layers.convolving import pooling

LAYER = pooling("avg", 1)
