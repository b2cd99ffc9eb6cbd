"""The fuzz targets, on random texts and on mutations of files: here a few, with time many."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz.finder import Finder, TooSlowError, limited
from fuzz.mutation import mutated
from fuzz.seeds import WORDS, texts
from fuzz.targets import TARGETS, FaultError
from tests.hostile.corpus import INJECTIONS, LARGE, NAMES, NO_NUMBERS, TEXTS

ANY = st.text(st.characters(codec="utf-8"), max_size=60)
PIECES = st.lists(st.sampled_from(WORDS) | ANY, max_size=30).map(" ".join)
COUNTS = {"reader": 400, "parser": 1500, "entries": 12, "check": 60, "problem": 150}
SLOWER = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=60)
FOUND = Path(__file__).parent / "found"


@pytest.mark.parametrize("name", TARGETS)
def test_mutated_seeds(name: str) -> None:
    draw, seeds = random.Random(1), list(texts(name))
    for _ in range(COUNTS[name]):
        TARGETS[name](mutated(draw, seeds))


@pytest.mark.parametrize("name", ["reader", "parser"])
@given(text=PIECES)
@settings(SLOWER, max_examples=200)
def test_pieces(name: str, text: str) -> None:
    TARGETS[name](text)


@given(text=PIECES)
@SLOWER
def test_pieces_as_answers(text: str) -> None:
    TARGETS["entries"](text[:200])


@pytest.mark.parametrize("texts", [NO_NUMBERS, INJECTIONS, LARGE, NAMES, TEXTS])
def test_the_corpus_is_parsed(texts: tuple[str, ...]) -> None:
    for text in texts:
        TARGETS["parser"](text.encode("utf-8", "replace").decode())


@pytest.mark.parametrize("path", sorted(FOUND.glob("*.txt")), ids=lambda path: path.stem)
def test_what_was_found_before(path: Path) -> None:
    """Inputs that once showed a fault; the first word of the name is the target."""
    with limited(20):
        TARGETS[path.stem.partition("-")[0]](path.read_text("utf-8"))


def test_a_finder_keeps_each_kind_of_fault_once(tmp_path: Path) -> None:
    def target(text: str) -> None:
        if "slow" in text:
            while True:
                pass
        if "bad" in text:
            raise FaultError("bad")
        int(text)

    finder = Finder("target", target, tmp_path)
    finder.seconds = 0.05
    for text in ("1", "bad and long", "bad", "two", "slow"):
        finder(text.encode())
    kept = {path.read_text("utf-8") for path in tmp_path.glob("target-*.txt")}
    assert kept == {"bad", "two", "slow"}
    assert len(finder.found) == 3


def test_the_limit_counts_processor_time() -> None:
    def turn() -> None:
        with limited(0.05):
            while True:
                pass

    with pytest.raises(TooSlowError):
        turn()
