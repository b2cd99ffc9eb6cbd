"""Convolution and pooling, worked out cell by cell in loops.

Everything has two axes here; a sequence is an image with one row.
"""

from __future__ import annotations

import numpy as np


def slid(x, K, b=0.0, stride=1):
    """z[i, j] = sum of K[a, c] x[stride i + a, stride j + c], plus b."""
    rows = (x.shape[0] - K.shape[0]) // stride + 1
    columns = (x.shape[1] - K.shape[1]) // stride + 1
    z = np.zeros((rows, columns))
    for i, j in np.ndindex(z.shape):
        for a, c in np.ndindex(K.shape):
            z[i, j] += K[a, c] * x[stride * i + a, stride * j + c]
        z[i, j] += b
    return z


def kernel_gradient(x, g, K, stride=1):
    """dK[a, c] = sum over the positions of dz[i, j] x[stride i + a, stride j + c]."""
    dK = np.zeros(K.shape)
    for a, c in np.ndindex(K.shape):
        for i, j in np.ndindex(g.shape):
            dK[a, c] += g[i, j] * x[stride * i + a, stride * j + c]
    return dK


def put_down(x, g, K, stride=1):
    """dx: the kernel put down at each position, times dz there."""
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(g.shape):
        for a, c in np.ndindex(K.shape):
            dx[stride * i + a, stride * j + c] += g[i, j] * K[a, c]
    return dx


def turned(K):
    """The kernel with its last entry first."""
    out = np.zeros(K.shape)
    for a, c in np.ndindex(K.shape):
        out[a, c] = K[K.shape[0] - 1 - a, K.shape[1] - 1 - c]
    return out


def too_far(x, down: int, right: int):
    """What windows see that start one cell too far on; nothing stands beyond the edge."""
    out = np.zeros(x.shape)
    for i, j in np.ndindex(x.shape):
        if i + down < x.shape[0] and j + right < x.shape[1]:
            out[i, j] = x[i + down, j + right]
    return out


def windows(x, size):
    """The cells of each window of a pooling whose windows stand side by side."""
    for i in range(x.shape[0] // size[0]):
        for j in range(x.shape[1] // size[1]):
            cells = [
                (size[0] * i + a, size[1] * j + c) for a in range(size[0]) for c in range(size[1])
            ]
            yield (i, j), cells


def pooled(x, size, kind):
    """The largest cell of each window, or the mean of its cells."""
    out = np.zeros((x.shape[0] // size[0], x.shape[1] // size[1]))
    for spot, cells in windows(x, size):
        seen = [x[cell] for cell in cells]
        out[spot] = max(seen) if kind == "max" else sum(seen) / len(seen)
    return out


def unpooled(x, g, size, way):
    """What comes back to each cell: to the 'largest', to the 'smallest', 'shares', or 'full'."""
    dx = np.zeros(x.shape)
    for spot, cells in windows(x, size):
        if way in ("largest", "smallest"):
            pick = max if way == "largest" else min
            dx[pick(cells, key=lambda cell: x[cell])] = g[spot]
            continue
        for cell in cells:
            dx[cell] = g[spot] / (len(cells) if way == "shares" else 1)
    return dx


def clear(x, size) -> bool:
    """Whether each window has one largest and one smallest cell."""
    for _, cells in windows(x, size):
        seen = sorted(x[cell] for cell in cells)
        if seen[-1] - seen[-2] < 1e-9 or seen[1] - seen[0] < 1e-9:
            return False
    return True
