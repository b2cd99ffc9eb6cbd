"""Exercises of a course beyond dense layers, and their mistakes, as plain formulas in loops.

Convolution and pooling, normalisation, recurrence, optimizers, dropout, embeddings. They are
drawn apart from the dense networks, so that the sheets of these stay what they were.
"""

from __future__ import annotations

from benchmarks.diagnosis.course.images import image_net
from benchmarks.diagnosis.course.normal import normal_net
from benchmarks.diagnosis.course.sequence import sequence_net
from benchmarks.diagnosis.course.tables import dropout_net, embedding_net
from benchmarks.diagnosis.course.updates import update_net
from benchmarks.diagnosis.mlp import Net

KINDS = {
    "image": (image_net, 0.25),
    "normal": (normal_net, 0.15),
    "sequence": (sequence_net, 0.2),
    "update": (update_net, 0.2),
    "dropout": (dropout_net, 0.1),
    "embedding": (embedding_net, 0.1),
}


def draw_course(rng) -> Net:
    """One exercise of the course."""
    weights = [weight for _, weight in KINDS.values()]
    pick = int(rng.choice(len(KINDS), p=[w / sum(weights) for w in weights]))
    make, _ = list(KINDS.values())[pick]
    return make(rng, bool(rng.random() < 0.3))
