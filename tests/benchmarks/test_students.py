"""The class of the benchmark is what it says it is."""

import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from students import KINDS, said, sheets, worked, write_class

# Worked out by hand in the notes from which the problem is taken.
KEY = {
    "z1": [-1, 2, 3], "h1": [0, 2, 3], "z2": [9, 6, -4], "yhat": 5, "L": 6.125, "dL/dyhat": 3.5,
    "dL/dW3": [31.5, 21, -14], "dL/dW2": [[0, -7, -10.5], [0, 7, 10.5], [0, -14, -21]],
    "dL/dW1": [[0, 0], [14, 7], [7, 3.5]], "dL/db1": [0, 7, 3.5],
}  # fmt: skip


def is_right(text):
    """Whether all that is answered is the key, by PyYAML alone."""
    found = yaml.safe_load(text)["answers"]
    fractions = {name: value for name, value in found.items() if "/8" in str(value)}
    plain = {name: value for name, value in found.items() if value is not None}
    whole = {name: value for name, value in plain.items() if name in KEY and name not in fractions}
    return all(value == KEY[name] for name, value in whole.items())


def test_without_a_mistake_the_numbers_are_those_of_the_notes():
    assert worked() == KEY


@pytest.mark.parametrize("kind", KINDS)
def test_about_half_is_right(kind):
    right = sum(map(is_right, sheets(400, kind)))
    assert 150 < right < 260


def test_in_the_different_class_no_two_have_the_same_answers():
    texts = list(sheets(400, "different"))
    assert len({said(text) for text in texts}) == 400
    assert len({said(text) for text in sheets(400, "methods")}) < 100


def test_the_same_seed_makes_the_same_class(tmp_path):
    assert list(sheets(50)) == list(sheets(50))
    different = write_class(tmp_path / "class", 50)
    assert len(list((tmp_path / "class").iterdir())) == 50
    assert 1 < different <= 50


def test_what_was_answered_does_not_depend_on_the_layout():
    one = "problem: a\nanswers:\n  z: [1, 2]  # note\n  y:\n"
    assert said(one) == said('answers:\n  "z": [1,2]\n') == "z:[1,2]"
