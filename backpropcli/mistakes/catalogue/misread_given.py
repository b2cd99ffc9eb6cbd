"""A given number is read wrongly.

What it is
A given number is copied with one digit read wrongly, such as 1 for 7.

Why it is wrong
The method is right, and everything after it fits the number that was read.

Example
A relu network with W1 = [0.5 -1; 0.25 0.75], x = (1, 2) and b1 = (0.1, -0.2) has z2 =
0.25*1 + 0.75*2 - 0.2 = 1.55. With 0.15 read for 0.75 it is 0.35.

How to avoid it
After copying, compare the numbers with the sheet once, digit by digit, before you
start.
"""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.mistakes.entry import Edit, Example, Mistake
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
    message="{at} fits if {given} is read as {read}, but the exercise says {true}.",
    question="Did you copy every given number from the exercise as it stands?",
    remedy="Put the given numbers in once more: {at} = {right}.",
    examples=(
        Example(
            net="A",
            answers="z: [-1.4, 0.35]\nh: [0, 0.35]\nyhat: -0.16\nL: 0.6728\n",
            at="z",
        ),
    ),
    edits=edits,
    generic=True,
    look_alikes=("wrong-parameter", "digit-slip"),
)
