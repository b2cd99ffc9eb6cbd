"""A small fuzzer of our own for where atheris cannot be had: it mutates, and sees no coverage."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from fuzz.finder import Finder
from fuzz.seeds import WORDS

LONGEST = 6000
MOST_CHANGES = 6


def fuzz(finder: Finder, seeds: Sequence[str], seconds: float, seed: int = 0) -> None:
    """Try mutated seeds for so long."""
    draw = random.Random(seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        finder(mutated(draw, seeds).encode("utf-8", "surrogatepass"))


def mutated(draw: random.Random, seeds: Sequence[str]) -> str:
    """A seed with a few changes."""
    text = draw.choice(seeds)
    for _ in range(draw.randint(1, MOST_CHANGES)):
        text = draw.choice(CHANGES)(draw, text, seeds)
    return text[:LONGEST]


def _cut(draw: random.Random, text: str) -> tuple[int, int]:
    begin = draw.randint(0, len(text))
    return begin, min(len(text), begin + int(draw.expovariate(0.1)))


def _insert(draw: random.Random, text: str, _seeds: Sequence[str]) -> str:
    at = draw.randint(0, len(text))
    return text[:at] + draw.choice(WORDS) + text[at:]


def _replace(draw: random.Random, text: str, _seeds: Sequence[str]) -> str:
    begin, end = _cut(draw, text)
    return text[:begin] + draw.choice(WORDS) + text[end:]


def _delete(draw: random.Random, text: str, _seeds: Sequence[str]) -> str:
    begin, end = _cut(draw, text)
    return text[:begin] + text[end:]


def _repeat(draw: random.Random, text: str, _seeds: Sequence[str]) -> str:
    begin, end = _cut(draw, text)
    return text[:end] + text[begin:end] * int(draw.expovariate(0.1)) + text[end:]


def _any(draw: random.Random, text: str, _seeds: Sequence[str]) -> str:
    at = draw.randint(0, len(text))
    top = draw.choice((0x7F, 0xFF, 0x2FFF, 0x10FFFF))
    return text[:at] + chr(draw.randint(0, top)) + text[at + 1 :]


def _splice(draw: random.Random, text: str, seeds: Sequence[str]) -> str:
    other = draw.choice(seeds)
    return text[: draw.randint(0, len(text))] + other[draw.randint(0, len(other)) :]


def _exchange(draw: random.Random, text: str, _seeds: Sequence[str]) -> str:
    lines = text.split("\n")
    one, two = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return "\n".join(lines)


CHANGES = (_insert, _insert, _replace, _delete, _repeat, _any, _splice, _exchange)
