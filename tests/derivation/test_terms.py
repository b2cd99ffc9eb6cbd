"""Formulas of scalars brought to their shortest form; the forms are worked by hand."""

import pytest

from backpropcli.derivation.terms import expanded, simplified
from backpropcli.language.grammar import Vocabulary
from backpropcli.language.parser import parse
from backpropcli.language.text import to_text

WORDS = Vocabulary(frozenset({"exp", "relu"}), set("abcdpquvxy"), 1)


def read(text):
    return parse(text, WORDS)


SIMPLIFIED = {
    "-(y/p) * p * (1 - p)": "-y * (1 - p)",
    "((1 - y) / (1 - p) - y/p) * p * (1 - p)": "p - y",
    "2 * (a - b) * 1 * v * 1 * x": "2 * (a - b) * v * x",
    "(a - b) * u * x + (a - b) * v * x": "(a - b) * (u + v) * x",
    "(a - b) * x + (a - b) * x": "2 * (a - b) * x",
    "4 * (2*x + 3*y)": "4 * (2 * x + 3 * y)",
    "a * b - b * a": "0",
    "a * 0 + b": "b",
    "x**3 / x": "x**2",
    "a / b * c / a": "c / b",
    "-(-a) * exp(b) / exp(b)": "a",
    "2*x + 4*x": "6 * x",
    "(a + b) / (a + b)": "1",
    "x * y / 0": "x * y / 0",
    "2*a*v*x + 4*a*u*x": "2 * a * (v + 2 * u) * x",
    "2*a/3 + 4*b/3": "2 * (a + 2 * b) / 3",
    "a/2 + b": "a / 2 + b",
}


@pytest.mark.parametrize(("before", "after"), SIMPLIFIED.items())
def test_simplified(before, after):
    assert to_text(simplified(read(before))) == after


EXPANDED = {
    "x**2 + 2 * x**2": "3 * x**2",
    "3*x + 4 * (x**2)**2": "3 * x + 4 * x**4",
    "(a + b)**2": "a**2 + 2 * a * b + b**2",
    "(a - b) * (a + b)": "a**2 - b**2",
    "-a * (b - c)": "a * c - a * b",
}


@pytest.mark.parametrize(("before", "after"), EXPANDED.items())
def test_expanded(before, after):
    assert to_text(expanded(read(before))) == after


def test_a_long_product_is_left_as_it_is():
    text = "(a + b + c + d)**12"
    assert to_text(expanded(read(text))) == text
