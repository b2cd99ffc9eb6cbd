"""``conv2d(6, 5, relu)``: z1 = conv2d(x, W1, b1) with 6 kernels of size 5, h1 = relu(z1)."""

from __future__ import annotations

from backpropcli.problem.layers.convolving import convolution

LAYER = convolution(2)
