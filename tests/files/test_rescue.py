"""Values that YAML cannot read, in the sections of a file that are read entry by entry."""

import contextlib
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backpropcli.errors import BackpropError
from backpropcli.files.reader import read_documents
from backpropcli.files.source import ANSWERS_LIMITS, FileError, Source
from backpropcli.files.tree import Mapping, Scalar

LOOSE = ("answers", "examples", "steps")
N = 262_144


def plain(node):
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.entries}
    return [plain(item) for item in node.items]


def read(text):
    (top,) = read_documents(Source("a.yaml", text), ANSWERS_LIMITS, LOOSE)
    return plain(top)


def answers(*lines):
    return read("answers:\n" + "".join(f"  {line}\n" for line in lines))["answers"]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("?", "?"),
        ("-", "-"),
        ("- 3", "- 3"),
        ("? # not yet", "?"),
        ("[[0; 0]; [14; 7]]", "[[0; 0]; [14; 7]]"),
        ("[1, 2", "[1, 2"),
        ("[1, 2]]", "[1, 2]]"),
        ("[1, 2] + [3, 4] = [4, 6]", "[1, 2] + [3, 4] = [4, 6]"),
        ('"3 # 4', '"3'),  # a comment begins with a blank and #
        ("{1, 2", "{1, 2"),
        ("`3`", "`3`"),
        ("@", "@"),
        ("%5", "%5"),
        ("* 3", "* 3"),
        ("3: 4", "3: 4"),
        ('"a" "b"', '"a" "b"'),
        ("| 3", "| 3"),
    ],
)
def test_a_value_that_is_no_yaml_is_a_text(written, text):
    assert answers("z: [1, 2]", f"h: {written}", "y: f(1, 2)") == {
        "z": ["1", "2"], "h": text, "y": "f(1, 2)",
    }  # fmt: skip


def test_its_columns_are_those_of_the_file():
    source = Source("a.yaml", 'answers:\n  "W[1,2]":  [1; 2\n')
    (top,) = read_documents(source, ANSWERS_LIMITS, LOOSE)
    ((_, inner),) = top.entries
    ((key, value),) = inner.entries
    assert (key.text, value.text) == ("W[1,2]", "[1; 2")
    assert (value.place.line, value.place.column, value.source_width) == (2, 14, 5)
    assert value.one_line
    assert value.plain


def test_in_block_lists_and_over_several_lines():
    assert answers("W:", "  - [0, 1]", "  - [1, 2", "z: [1,", "  2; [3]", "y: [1,", "  2]") == {
        "W": [["0", "1"], "[1, 2"], "z": "[1, 2; [3]", "y": ["1", "2"],
    }  # fmt: skip


def test_in_examples_and_steps():
    text = "examples:\n  - {p: ?, q: [1, ?]}\n  - p: ?\n    q: 2\nsteps: [{p: ?}, {}]\n"
    assert read(text) == {
        "examples": [{"p": "?", "q": ["1", "?"]}, {"p": "?", "q": "2"}],
        "steps": [{"p": "?"}, {}],
    }


def test_every_document_has_sections_of_its_own():
    text = "answers:\n  z: ?\n---\nother:\n  z: 1\n---\nanswers:\n  z: [1\n"
    documents = read_documents(Source("a.yaml", text), ANSWERS_LIMITS, LOOSE)
    assert [plain(top) for top in documents] == [
        {"answers": {"z": "?"}}, {"other": {"z": "1"}}, {"answers": {"z": "[1"}},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("problem: ?\nanswers:\n  z: 1\n", "cannot begin with `?`"),
        ("other:\n  z: ?\n", "cannot begin with `?`"),
        ("answers:\n  z: ?\n  h: *z\n", "an alias (`*name`) is not allowed"),
        ("answers:\n  z: ?\n  h: &a 3\n", "an anchor (`&name`) is not allowed"),
        ("answers:\n  z: ?\n  h: !!python/name:os 3\n", "a tag (`!name`) is not allowed"),
        ("answers:\n  z: ?\n  <<: {h: 3}\n", "merging with `<<` is not allowed"),
        ("answers:\n  z: ?\n  z: 3\n", "is given twice"),
        ("answers:\n  z: ?\n  h: " + "[" * 40 + "]" * 40, "nested more than 32 deep"),
        ("answers:\n  z: ?\n  h: " + "[" * 100_000, "nested more than 32 deep"),
        ("answers:\n  z: ?\n  h: '" + "3" * 10_001 + "'\n", "10001 characters"),
        ("answers:\n  z: [" + "3" * 10_001 + "\n", "10002 characters"),
        ("answers:\n  z: ?\n  h: [" + "3," * 20_001 + "]\n", "more than 20000 keys"),
        ("answers:\n  z: 1\n    h: 2\n", "goes on with the value of line 2"),
        ("answers:\n  z: ?\n  h:3\n", "needs a colon and a blank"),
        ("answers:\n\tz: 1\n", "a tab cannot be used"),
    ],
)
def test_all_else_is_refused_as_ever(text, said):
    with pytest.raises(FileError) as caught:
        read_documents(Source("a.yaml", text), ANSWERS_LIMITS, LOOSE)
    assert said in caught.value.complaints[0].message


BOMBS = {
    "lists": "  a: ?\n  b: " + "[" * (N - 50),
    "open lists": "".join(f"  a{n}: [1\n" for n in range(15_000)),
    "questions": "".join(f"  a{n}: ?\n" for n in range(9_000)),
    "calls": "  a: ?\n  b: [" + "(," * (N // 2 - 50),
    "blanks": "  a: ?\n  b: x" + " " * (N - 50) + "x",
    "key of blanks": "  a: ?\n  b" + " " * (N - 50) + "x",
    "colons": "  a: ?\n  b" + ":a" * (N // 2 - 50),
    "dashes": "  a: ?\n  " + "- " * (N // 2 - 50),
    "lone": "  - {a: " + "[?, " * (N // 4 - 50),
    "hashes": "  a: ?\n  b: [" + " #" * (N // 2 - 50),
    "continued": "  a: ?\n" + "  b: [\n" * 10 + "     1,\n" * 20_000,
    "nested keys": "  a: ?\n" + "".join(" " * n + "a: b\n" for n in range(2, 700)),
}


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS)
def test_hostile_files_take_no_time(body):
    begin = time.process_time()
    with contextlib.suppress(BackpropError):
        read_documents(Source("a.yaml", "answers:\n" + body), ANSWERS_LIMITS, LOOSE)
    assert time.process_time() - begin < 4  # at most 0.6 s, measured


FRAGMENTS = [*"[]{}(),:#'\"|>-?&*!%@`\\ \n;", "a", "W[2,1]", ": ", "\n  ", "- ", "z: ", "\n  z: "]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
def test_whatever_stands_in_an_answer_is_read_or_refused(text):
    with contextlib.suppress(FileError):
        read(f"answers:\n  a: {text}\n")


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join))
def test_what_yaml_can_read_stays_as_it_was(text):
    text = f"answers:\n  a: {text}\n"
    try:
        list(yaml.parse(text, Loader=yaml.SafeLoader))
        before = read_documents(Source("a.yaml", text), ANSWERS_LIMITS)
    except (yaml.YAMLError, FileError):
        return
    assert read_documents(Source("a.yaml", text), ANSWERS_LIMITS, LOOSE) == before
