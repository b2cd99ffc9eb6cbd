"""A later contribution overwrites an earlier one instead of being added."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.paths import paths_kept
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """One path of a parameter kept, or the last one visited."""
    for kept in paths_kept(world):
        if kept.role == "overwritten":
            facts = {"kept": kept.text, "value": kept.value}
            yield from world.edit(kept.name, kept.expr, "", kept.bits, **facts)


MISTAKE = Mistake(
    code="BP503",
    name="accumulate-overwritten",
    tier="B",
    message=(
        "{at} keeps only {kept}: {value} is used several times, and the contributions are added up."
    ),
    question="What happens to the first contribution when the second arrives?",
    remedy="{at} = {right}",
    edits=edits,
    look_alikes=("fanout-path-dropped",),
)
