"""Digits on paper: one written for another, two exchanged, one lost."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import log2

import numpy as np

from backpropcli.mistakes.writing import Shown

FEWEST = 2  # digits without which every number is one digit away from another


def changed_digits(shown: Shown, position: int) -> float | None:
    """The bits for a number that fits if one digit is another; nothing if none does."""
    text = shown.text(position)
    if _is_single(shown, position) or (shown.usual and is_short(shown, position)):
        return None
    variants = [*_substituted(text), *_exchanged(text)]
    return _cost(shown, position, variants)


def dropped_digit(shown: Shown, position: int) -> float | None:
    """The bits for a number that fits if one digit is put in; nothing if none does."""
    single = _is_single(shown, position) or not _core(shown.text(position))
    if single or not is_short(shown, position):
        return None
    return _cost(shown, position, list(_inserted(shown.text(position))))


def is_short(shown: Shown, position: int) -> bool:
    """Whether fewer digits were written than this person would write of what was meant."""
    return len(_core(shown.text(position))) < len(_meant_core(shown, position))


def _is_single(shown: Shown, position: int) -> bool:
    """Whether neither what was written nor what was meant has two digits."""
    written = _core(shown.text(position))
    return max(len(written), len(_meant_core(shown, position))) < FEWEST


def _meant_core(shown: Shown, position: int) -> str:
    return _core(shown.spell(float(np.ravel(shown.meant)[position])))


def _core(text: str) -> str:
    """The digits of a number from the first to the last that is not zero."""
    digits = text.lstrip("+-−0.")
    return digits.replace(".", "").rstrip("0") if "." in text else digits


def _cost(shown: Shown, position: int, variants: list[str]) -> float | None:
    for text in variants:
        number, unit = _read(text)
        if number is not None and shown.fit_number(number, unit, position):
            return log2(max(1, len(variants)))
    return None


def _read(text: str) -> tuple[float | None, float]:
    try:
        number = float(text.replace("−", "-"))
    except ValueError:
        return None, 0.0
    _, point, decimals = text.partition(".")
    return number, 10.0 ** -len(decimals) if point else 1.0


def _digits(text: str) -> list[int]:
    if "e" in text.lower() or "/" in text:
        return []
    return [i for i, char in enumerate(text) if char in "0123456789"]


def _substituted(text: str) -> Iterator[str]:
    for i in _digits(text):
        for digit in "0123456789":
            if digit != text[i]:
                yield text[:i] + digit + text[i + 1 :]


def _exchanged(text: str) -> Iterator[str]:
    places = _digits(text)
    for i, j in pairwise(places):
        if text[i] != text[j]:
            chars = list(text)
            chars[i], chars[j] = chars[j], chars[i]
            yield "".join(chars)


def _inserted(text: str) -> Iterator[str]:
    places = _digits(text)
    if not places:
        return
    for i in (*places, len(text)):
        for digit in "0123456789":
            yield text[:i] + digit + text[i:]
