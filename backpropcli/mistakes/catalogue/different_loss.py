"""Everything follows another loss."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.losses import other_losses
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The loss and its gradients times one constant."""
    yield from other_losses(world)


MISTAKE = Mistake(
    code="BP801",
    name="different-loss",
    tier="B",
    message="all your numbers fit a loss that is {ratio} the one of this exercise.",
    question="Which constant factor does the loss of this exercise have?",
    remedy="take the loss as it is defined in the exercise",
    edits=edits,
    look_alikes=(
        "loss-half-missing",
        "square-factor-kept",
    ),
)
