"""``layernorm``: each example over its features, with gamma1 and beta1."""

from __future__ import annotations

from backpropcli.problem.layers.normalising import normalisation

LAYER = normalisation("layernorm", ("gamma", "beta"))
