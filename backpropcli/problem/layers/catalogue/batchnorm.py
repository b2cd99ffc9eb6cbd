"""``batchnorm``: each feature over the batch, with gamma1 and beta1.

The running mean and variance of each feature are not trained and counted apart; with
``training=False`` they are the inputs mean1 and var1.
"""

from __future__ import annotations

from backpropcli.problem.layers.kind import Kind
from backpropcli.problem.layers.normalising import build_batchnorm

LAYER = Kind(
    "batchnorm(eps=1e-5, affine=True, training=True)",
    build_batchnorm,
    (),
    ("eps", "affine", "training"),
)
