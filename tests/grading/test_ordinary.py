"""The quick reader says what the full reader says, or nothing."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backpropcli.checking.answers import raw_answers
from backpropcli.files.source import FileError, Source
from backpropcli.files.tree import Scalar
from backpropcli.grading.ordinary import read_ordinary

USUAL = """\
# Answers to: a network
# Leave blank what you have not got.
problem: net.yaml
student: s001
answers:
  z1: [-1, 2, 3.50]  # (3,): a list of 3 numbers
  yhat: 5
  L:  # a number
  dL/dW1: [[0, -.5], [1e-3, 7/2]]

  "dL/dW1[2,1]": 1e-3   # a number
  h1:
    - 1
    - [2, 3]
"""


def flat(node):
    """A value without its places: numbers as texts."""
    if isinstance(node, Scalar):
        return node.text
    return "[" + ",".join(map(flat, node.items)) + "]"


def lines(answers):
    for key, node in answers.entries:
        yield f"{key.text}:{flat(node)}\n"


def full(text):
    """What the full reader finds, in the words of the quick one."""
    (only,) = raw_answers(Source("a.yaml", text))
    assert not only.examples
    assert not only.steps
    return only.problem, only.student, "".join(lines(only.answers))


def test_the_usual_layout_is_read():
    said = ("net.yaml", "s001")
    lines = (
        "z1:[-1,2,3.50]", "yhat:5", "L:", "dL/dW1:[[0,-.5],[1e-3,7/2]]", "dL/dW1[2,1]:1e-3",
        "h1:[1,[2,3]]",
    )  # fmt: skip
    assert read_ordinary(USUAL.encode()) == (*said, "\n".join(lines) + "\n")
    assert tuple(read_ordinary(USUAL.encode())) == full(USUAL)


@pytest.mark.parametrize(
    "text",
    [
        "answers: {z: 1}\n",
        "answers:\n  z: 1\n  y: 2*3\n",
        "answers:\n  z: 1\n y: 2\n",
        "answers:\n  z: 1\n   y: 2\n",
        "answers:\n  z: [1, 2\n",
        "answers:\n  z: [1, [2, 3]]\n",
        "answers:\n  z:1\n",
        "answers:\n\tz: 1\n",
        "answers:\n  z: 1\n---\nanswers:\n  z: 1\n",
        "answers:\n  z: 1\nexamples: []\n",
        "answers:\n  z: 1#no comment\n",
        "answers:\n  z: −1\n",
        "answers:\n  z: ''\n",
        "answers:\n  ẑ: 1\n",
        "student: null\nanswers:\n  z: 1\n",
        "student: a b\nanswers:\n  z: 1\n",
        "answers:\n",
        "answers:\n  # nothing\n",
        "",
    ],
)
def test_any_other_layout_is_left_to_the_full_reader(text):
    assert read_ordinary(text.encode()) is None


PIECES = (
    "answers:\n", "problem: net.yaml\n", "student:\n", "student: s-1\n", "# a [comment: 'x\n",
    "\n", "  \n", "  z: 1\n", "  z: -.5e3 # y: 2\n", "  y: [1, 2,3 ]\n", "  w: [[1], [ 2 ]]\n",
    "  v:\n", "  'u': 3/4\n", '  "t[1,2]": 0\n', "    - 1\n", "    - [1, 2]\n", "  - 2\n",
    "   - 3\n", "   s: 1\n", " r: 1\n", "  dL/dq: 1.\n", "  q: 1 2\n", "  # note\n", "#\n",
    "  p: [ ]\n", "  o: 1#2\n", "---\n", "...\n", "  n: [1,\n  2]\n", "    3\n", "  m: 'x'\n",
    "  l: +1\n", "  k: - 1\n", "  yes: 1\n", "  <<: 1\n", "  j: 1:30\n", "  1: 2\n", "  i: 1e5",
    "  h: [1]x\n", "  g: --1\n", "  f: [-1]#\n",
)  # fmt: skip
LAYOUTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
CHARS = st.sampled_from(list("abzL0159.-+/[]{}:,#'\" \t\n\r!&*|>%?e=~_é\x00"))


@given(LAYOUTS, st.lists(st.tuples(st.integers(0, 300), CHARS), max_size=3), st.booleans())
@settings(max_examples=1500, deadline=None)
def test_both_readers_agree(layout, changes, usual):
    text = USUAL + layout if usual else "answers:\n" + layout
    for at, char in changes:
        text = text[:at] + char + text[at:]
    said = read_ordinary(text.encode())
    if said is None:
        return
    try:
        found = full(text)
    except FileError as error:
        found = [complaint.message for complaint in error]
        told = [message for message in found if "given twice" in message]
        assert told == found  # nothing but that may be refused
    else:
        assert tuple(said) == found


@pytest.mark.parametrize(
    "text", ["answers:\n  z: " + "1" * 15_000 + "x", "answers:\n" + "  z: [" + "[" * 15_000,
             "answers:\n  z: [" + "1, " * 5_000, "#\n" * 8_000, "answers:\n" + " " * 16_000,
             "answers:\n  z:\n" + "   - 1\n" * 2_000 + "  -"],
)  # fmt: skip
def test_its_time_is_linear(text):
    started = time.perf_counter()
    assert read_ordinary(text.encode()) is None
    assert time.perf_counter() - started < 0.5
