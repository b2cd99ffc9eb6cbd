"""The residual is reversed: y - yhat in place of yhat - y."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """The gradients that come from the loss, with the other sign."""
    yield from world.scaled_loss(-1)


MISTAKE = Mistake(
    code="BP101",
    name="residual-reversed",
    tier="A",
    message=(
        "{at} has the right size and the wrong sign: differentiating the loss with "
        "respect to the prediction gives the prediction minus the target, not the "
        "target minus the prediction."
    ),
    question="Which way round is the difference in the derivative of the loss?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "sign-slip",
        "update-ascent",
    ),
)
