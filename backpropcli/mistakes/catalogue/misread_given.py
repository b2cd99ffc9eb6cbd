"""A given number is read wrongly."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.operands import misread, misread_throughout
from backpropcli.mistakes.world import World


def edits(world: World) -> Iterator[Edit]:
    """One digit of a given number read as another, in one equation."""
    yield from misread_throughout(world)
    yield from misread(world)


MISTAKE = Mistake(
    code="BP611",
    name="misread-given",
    tier="C",
    message="{at} fits if {given} is read as {read}: it is {true}.",
    question="Did you copy every given number from the sheet as it stands?",
    remedy="put the given numbers in once more",
    edits=edits,
)
