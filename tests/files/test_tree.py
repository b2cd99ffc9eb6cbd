import pytest

from backpropcli.errors import Place
from backpropcli.files.tree import Mapping, Scalar, Sequence, describe, quoted

PLACE = Place("f", 1, 1)


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (Sequence((), PLACE, True), "a list"),
        (Mapping((), PLACE, False), "a mapping"),
        (Scalar("abc", PLACE, True, 3, True), "the text `abc`"),
        (Scalar("", PLACE, True, 0, True), "nothing"),
    ],
)
def test_describe(node, words):
    assert describe(node) == words


def test_quoted_is_one_line_and_cut():
    assert quoted("a\n  b") == "`a b`"
    assert quoted("x" * 40) == f"`{'x' * 40}`"
    assert quoted("x" * 41) == f"`{'x' * 40}…`"
