"""``conv1d(6, 5, relu)``: z1 = conv1d(x, W1, b1) with 6 kernels of size 5, h1 = relu(z1)."""

from __future__ import annotations

from backpropcli.problem.layers.convolving import convolution

LAYER = convolution(1)
