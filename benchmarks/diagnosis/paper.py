"""How a student writes a number down: digits kept, rounded or cut."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from zlib import crc32

import numpy as np


class Unwritable(Exception):
    """A student who makes these mistakes could not go on."""


@dataclass(frozen=True)
class Rounding:
    """``kind`` is 'sig' or 'dec'; '' keeps full precision and writes nothing.

    ``cut`` drops the further digits. ``memory`` goes on with the unrounded number. ``short``
    leaves trailing zeros out where the number is exact (whole-number nets). ``varied`` keeps 2 to
    4 digits, another number of them on each line.
    """

    kind: str = ""
    digits: int = 3
    cut: bool = False
    memory: bool = False
    short: bool = False
    varied: bool = False

    def of_line(self, value: np.ndarray) -> Rounding:
        """How one line is written."""
        if not self.varied:
            return self
        return replace(self, digits=2 + crc32(np.round(value, 9).tobytes()) % 3)

    @property
    def label(self) -> str:
        """A name for tables: "3 sig cut memory"."""
        extra = (" cut" if self.cut else "") + (" memory" if self.memory else "")
        return f"{'2-4' if self.varied else self.digits} {self.kind}{extra}"

    def text(self, value: float) -> str:
        """The number as it is written; never rounded left of the first decimal."""
        value = float(value)
        if not np.isfinite(value):
            raise Unwritable("a number that is none")
        if abs(value) < 1e-12:
            return "0"
        exact = Decimal(f"{value:.12g}")
        places = self.digits
        if self.kind == "sig":
            places = max(1, self.digits - 1 - exact.adjusted())
        way = ROUND_DOWN if self.cut else ROUND_HALF_UP
        written = exact.quantize(Decimal(1).scaleb(-places), rounding=way)
        if self.kind == "sig" and written.adjusted() > exact.adjusted() and places > 1:
            written = exact.quantize(Decimal(1).scaleb(1 - places), rounding=way)
        if self.short and written == exact:
            plain = format(exact.normalize(), "f")
            return plain if plain != "-0" else "0"
        return plain_text(written)


def plain_text(number: Decimal) -> str:
    """Without an exponent, and without a sign before zero."""
    text = format(number, "f")
    return text.lstrip("-") if not number else text


def unit(text: str) -> float:
    """What one step of the last written digit is worth; 0 for a whole number, which is exact."""
    places = len(text.partition(".")[2])
    return 10.0**-places if places else 0.0


def texts(rounding: Rounding, value: np.ndarray) -> np.ndarray:
    """The written numbers of an array, as an array of texts."""
    out, here = np.empty(value.shape, dtype=object), rounding.of_line(value)
    for index in np.ndindex(value.shape):
        out[index] = here.text(value[index])
    return out


def numbers(written: np.ndarray) -> np.ndarray:
    """The written numbers as floats."""
    out = np.empty(written.shape)
    for index in np.ndindex(written.shape):
        out[index] = float(written[index])
    return out


def yaml_list(written: np.ndarray) -> str:
    """A nested list in YAML's flow style; a single number without brackets."""
    if written.ndim == 0:
        return str(written[()])
    return "[" + ", ".join(yaml_list(np.asarray(part, dtype=object)) for part in written) + "]"


def differs(shown: np.ndarray, other: np.ndarray) -> bool:
    """Visibly: an entry more than 3 units of its last place and more than 2 % away.

    A whole number stands for plus or minus one half of what is not whole.
    """
    if shown.shape != other.shape:
        return True
    whole = not any("." in text for text in shown.flat)
    for a, b in zip(shown.flat, other.flat, strict=True):
        if a == b:
            continue
        gap = abs(float(a) - float(b))
        if whole and a != "0" and "." in b and gap <= 0.5:
            continue
        if gap > 3.001 * max(unit(a), unit(b)) and gap > 0.02 * max(abs(float(a)), abs(float(b))):
            return True
    return False


def same(shown: np.ndarray, other: np.ndarray) -> bool:
    """The very same text in every entry."""
    return shown.shape == other.shape and all(
        a == b for a, b in zip(shown.flat, other.flat, strict=True)
    )
