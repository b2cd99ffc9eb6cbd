"""A value has several uses, and one path back is left out."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.paths import paths_kept
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """A sum of paths with one left out, or with one kept."""
    for kept in paths_kept(world):
        if kept.role == "fanout":
            facts = {"kept": kept.text, "value": kept.value}
            yield from world.edit(kept.name, kept.expr, "", kept.bits, **facts)


MISTAKE = Mistake(
    code="BP501",
    name="fanout-path-dropped",
    tier="A",
    message=(
        "{at} counts only {kept}: {value} has several uses, and its gradient is the sum"
        " over all of them."
    ),
    question="In how many places is {value} used?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=(
        "accumulate-overwritten",
        "skip-path-dropped",
    ),
)
