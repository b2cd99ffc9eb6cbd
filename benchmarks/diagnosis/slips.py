"""Slips of the pen: edits to the written text of one line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from benchmarks.diagnosis.paper import Unwritable, plain_text


@dataclass(frozen=True)
class Slip:
    """``do`` is the edit and its numbers; ``carried`` says whether the student goes on with it."""

    name: str
    at: str
    do: tuple
    carried: bool = True
    other: str = ""

    @property
    def places(self) -> tuple[str, ...]:
        """The line it is made in; both lines, where two are exchanged."""
        return (self.at, self.other) if self.name == "swapped-answers" else (self.at,)

    def __str__(self) -> str:
        carried = "" if self.carried else ", not carried on"
        return f"{self.name} at {' and '.join(self.places)} {self.do}{carried}"


def edit(slip: Slip, shown: np.ndarray, earlier: dict) -> tuple[np.ndarray, np.ndarray]:
    """The text with the slip, and which entries it changed."""
    out = shown.copy()
    kind, *how = slip.do
    spots = [spot for spot in how[:2] if isinstance(spot, tuple)]
    if any(len(s) != shown.ndim or np.any(np.array(s) >= shown.shape) for s in spots):
        raise Unwritable("no such entry on this sheet")
    if kind == "sign-all":
        for index in np.ndindex(shown.shape):
            out[index] = negated(shown[index])
    elif kind == "swap":
        one, two = how
        out[one], out[two] = shown[two], shown[one]
    elif kind == "copy":
        out = earlier[how[0]].copy()
    elif kind == "exchange":
        pass  # made when the sheet is handed in
    else:
        out[how[0]] = EDITS[kind](shown[how[0]], *how[1:])
    return out, out != shown


def recalled(slip: Slip, value: np.ndarray) -> np.ndarray | None:
    """What becomes of the unrounded numbers, where a slip means something for them."""
    kind, *how = slip.do
    out = value.copy()
    if kind == "sign-all":
        return -out
    if kind == "sign":
        out[how[0]] = -value[how[0]]
    elif kind == "shift":
        out[how[0]] = value[how[0]] * 10.0 ** how[1]
    elif kind == "swap":
        out[how[0]], out[how[1]] = value[how[1]], value[how[0]]
    else:
        return None
    return out


def negated(text: str) -> str:
    """With the other sign."""
    if float(text) == 0:
        return text
    return text[1:] if text.startswith("-") else "-" + text


def shifted(text: str, places: int) -> str:
    """With the decimal point moved."""
    return plain_text(Decimal(text).scaleb(places))


def redigit(text: str, place: int, by: int) -> str:
    """With another digit, counted from the first that is not zero."""
    spots = digit_spots(text)
    spot = spots[place % len(spots)]
    new = (int(text[spot]) + by) % 10
    if spot == spots[0] and new == 0:
        new = (int(text[spot]) % 9) + 1
    return text[:spot] + str(new) + text[spot + 1 :]


def exchanged(text: str, place: int) -> str:
    """With two neighbouring digits exchanged."""
    spots = digit_spots(text)
    if len(spots) < 2:
        return text
    one, two = spots[place % (len(spots) - 1) :][:2]
    out = list(text)
    out[one], out[two] = out[two], out[one]
    return "".join(out)


def dropped(text: str, place: int) -> str:
    """With one digit left out."""
    spots = digit_spots(text)
    if len(spots) < 2:
        return text
    spot = spots[place % len(spots)]
    out = text[:spot] + text[spot + 1 :]
    return out.replace("-.", "-0.") if not out.startswith(".") else "0" + out


def digit_spots(text: str) -> list[int]:
    """Where its digits stand, from the first that is not zero."""
    spots = [i for i, c in enumerate(text) if c.isdigit()]
    leading = next((k for k, i in enumerate(spots) if text[i] != "0"), len(spots) - 1)
    return spots[leading:]


EDITS = {
    "sign": negated,
    "shift": shifted,
    "digit": redigit,
    "transpose": exchanged,
    "drop": dropped,
    "set": lambda text, new: new,
}


def possible_slips(shown: dict[str, np.ndarray], submitted: tuple[str, ...]) -> list[Slip]:
    """Every slip of the nameable kinds that the lines handed in allow (digit slips: a few)."""
    out: list[Slip] = []
    for at in submitted:
        text = shown[at]
        spots = [i for i in np.ndindex(text.shape) if float(text[i])]
        out += [Slip("sign-slip", at, ("sign", i)) for i in spots]
        if len(spots) > 1:
            out.append(Slip("sign-slip", at, ("sign-all",)))
        for i in spots:
            out += [Slip("decimal-slip", at, ("shift", i, k)) for k in (-2, -1, 1, 2)]
            count = len(digit_spots(text[i]))
            for place in range(count):
                out += [Slip("digit-slip", at, ("digit", i, place, by)) for by in (1, 3, 5, 7, 9)]
            # Without its last decimal a number is only shorter.
            for place in range(count - ("." in text[i])):
                out.append(Slip("digit-dropped", at, ("drop", i, place)))
            out += [Slip("digit-slip", at, ("transpose", i, place)) for place in range(count - 1)]
        every = list(np.ndindex(text.shape))
        out += [
            Slip("swapped-entries", at, ("swap", one, two))
            for n, one in enumerate(every)
            for two in every[n + 1 :]
            if text[one] != text[two]
        ]
    out += _between_lines(shown, submitted)
    return out


def _between_lines(shown: dict[str, np.ndarray], submitted: tuple[str, ...]) -> list[Slip]:
    out = []
    for n, one in enumerate(submitted):
        for two in submitted[n + 1 :]:
            if shown[one].shape != shown[two].shape or np.all(shown[one] == shown[two]):
                continue
            stem, _, example = one.partition("#")
            if example and stem == two.partition("#")[0]:
                out.append(Slip("copied-stale-value", two, ("copy", one)))
            elif one.partition("#")[2] == two.partition("#")[2]:
                out.append(Slip("swapped-answers", one, ("exchange",), carried=False, other=two))
    return out
