"""``rmsnorm``: each example by the root of its mean square, with gamma1."""

from __future__ import annotations

from backpropcli.problem.layers.normalising import normalisation

LAYER = normalisation("rmsnorm", ("gamma",))
