"""The nets on which mistakes of convolution, pooling, normalisation and dropout are shown."""

from __future__ import annotations

_SLIDE = """\
inputs:
  x: [1, 2, 0, -1]
  t: [1, 1]
weights:
  k: [2, -1, 3]
  b: -1
network:
  z: conv1d(x, k, b)
"""
IMAGE_NETS = {
    "slide": f"{_SLIDE}upstream: {{z: [1, -2]}}\nfind: [z, dL/dk, dL/dx, dL/db]\n",
    "slide-loss": f"{_SLIDE}loss: sum((z - t)**2) / 2\nfind: [z, L, dL/dz, dL/dk, dL/dx]\n",
    "image": """\
inputs:
  x: [[1, 2, 0, 3], [0, 1, 4, -1], [2, -2, 1, 5], [3, 0, -3, 2]]
weights:
  K: [[1, -2], [3, 0.5]]
  b: 0.5
network:
  z: conv2d(x, K, b)
  h: relu(z)
upstream: {h: [[1, -2, 0.5], [3, -1, 2], [0.25, 4, -3]]}
find: [z, h, dL/dz, dL/dK, dL/db, dL/dx]
""",
    "strided": """\
inputs:
  x: [[1, 2, 0, 3], [0, 1, 4, -1], [2, -2, 1, 5], [3, 0, -3, 2]]
weights:
  K: [[1, -2], [3, 0.5]]
network:
  z: conv2d(x, K, stride=2)
upstream: {z: [[1, -2], [3, -1]]}
find: [z, dL/dK]
""",
    "pools": """\
inputs:
  x: [[1, 5, 7, 0], [2, 3, -1, 4], [6, -2, 3, 8], [0, 9, 1, 2]]
network:
  m: maxpool2d(x, 2)
  a: avgpool2d(x, 2)
  s: m + 2*a
upstream: {s: [[4, -1], [2, 3]]}
find: [m, a, dL/dm, dL/da, dL/dx]
""",
    "maximum": """\
inputs:
  x: [[1, 5, 7, 0], [2, 3, -1, 4], [6, -2, 3, 8], [0, 9, 1, 2]]
network:
  m: maxpool2d(x, 2)
upstream: {m: [[4, -1], [2, 3]]}
find: [m, dL/dx]
""",
    "average": """\
inputs:
  x: [[1, 5, 7, 0], [2, 3, -1, 4], [6, -2, 3, 8], [0, 9, 1, 2]]
network:
  a: avgpool2d(x, 2)
upstream: {a: [[4, -1], [2, 3]]}
find: [a, dL/dx]
""",
    "dropped": """\
inputs:
  h: [3, -1, 2, 5]
  m: [1, 0, 1, 1]
network:
  d: dropout(h, m, 0.2)
upstream: {d: [2, 2, -3, 1]}
find: [d, dL/dh]
""",
    "batch-norm": """\
inputs:
  x: [1, 2, 4]
network:
  n: batchnorm(x, eps=0)
upstream: {n: [1, 0, -1]}
find: [n, dL/dx]
""",
    "variance": """\
inputs:
  x: [1, 2, 3, 6]
network:
  m: mean(x)
  c: x - m
  v: mean(c**2)
  d: v/3.5
find: [c, v, d]
""",
    "batch-norms": """\
inputs:
  X: [[1, 2], [3, 5], [4, 1]]
  T: [[1, 0], [0, 1], [1, 1]]
weights:
  gamma: [1, 2]
  beta: [0, 1]
network:
  N: batchnorm(X, gamma, beta, eps=0)
loss: sum((N - T)**2) / 2
find: [N, L, dL/dN, dL/dgamma, dL/dbeta, dL/dX]
""",
}
