import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from backpropcli.files.protect import protect


def changed(text):
    """The text with every changed character shown as `~`."""
    protected = protect(text)
    assert protected.restore(protected.text) == text
    pairs = zip(text, protected.text, strict=True)
    return "".join(a if a == b else "~" for a, b in pairs)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: 1\n",
        "z: W[1] + max(a, b)\n",
        "z: max(a,\n  [b, f(1, 2)])\nc: 1\n",
        "- W[1, 2]\n- f(1, 2)\n",
        "# [f(1, 2)]\na: b # [f(1, 2)]\n",
        "a: '[f(1, 2)]'\nb: \"[f(1, 2)]\"\n",
        "a: 'x\n  [f(1, 2)]'\n",
        "a: |\n  [f(1, 2)]\n\n  [f(1, 2)]\n",
        "a: >-\n\n   [f(1, 2)]\n",
        "- |\n [f(1, 2)]\n",
        "- a: |\n   [f(1, 2)]\n",
        "|\n [f(1, 2)]\n",
        "%YAML 1.1 [f(1, 2)]\n---\na: b\n",
        "dL/dW[1,2]: 3\n",
        "a: {E: bce(p, y)}\n",
        "a: [1, 2\n",
        "a: [[1, 2], [3, 4]]\n",
    ],
)
def test_what_stays(text):
    assert changed(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("find: [L, dL/dW[2,1]]\n", "find: [L, dL/dW~2~1~]\n"),
        ("- [f(1, 2)]\n", "- [f(1~ 2)]\n"),
        ("- - [f(1, 2)]\n", "- - [f(1~ 2)]\n"),
        ("? [f(1, 2)]\n: [g(1, 2)]\n", "? [f(1~ 2)]\n: [g(1~ 2)]\n"),
        ("a:\n  [f(1, 2)]\n", "a:\n  [f(1~ 2)]\n"),
        ("--- [f(1, 2)]\n", "--- [f(1~ 2)]\n"),
        ("a\n---\n[f(1, 2)]\n", "a\n---\n[f(1~ 2)]\n"),
        ("'a': [f(1, 2)]\n", "'a': [f(1~ 2)]\n"),
        ("W[1, 2]: [f(1, 2)]\n", "W[1, 2]: [f(1~ 2)]\n"),
        ("a: &x [f(1, 2)]\n", "a: &x [f(1~ 2)]\n"),
        ("a: |\n  [f(1, 2)]\nb: [f(1, 2)]\n", "a: |\n  [f(1, 2)]\nb: [f(1~ 2)]\n"),
        ("- a: |\n   [f(1, 2)]\n  b: [f(1, 2)]\n", "- a: |\n   [f(1, 2)]\n  b: [f(1~ 2)]\n"),
        ("a: b\n  [f(1, 2)]\nc: [f(1, 2)]\n", "a: b\n  [f(1, 2)]\nc: [f(1~ 2)]\n"),
        ("a: b # c\n\nd: [f(1, 2)]\n", "a: b # c\n\nd: [f(1~ 2)]\n"),
        ("a: [b] # c's\nd: [f(1, 2)]\n", "a: [b] # c's\nd: [f(1~ 2)]\n"),
        ("it's: [f(1, 2)]\n", "it's: [f(1~ 2)]\n"),
        ("[a,\n---\n[f(1, 2)]\n", "[a,\n---\n[f(1~ 2)]\n"),
    ],
)
def test_what_is_replaced(text, expected):
    assert changed(text) == expected


def test_the_replacements_are_characters_that_the_text_does_not_hold():
    text = "[" + "".join(map(chr, range(0xE000, 0xF900))) + "f(1,2)]"
    protected = protect(text)
    replaced = set(protected.text) - set(text)
    assert replaced == {"\U000f0000"}  # the first one outside the plane that the text fills


PIECES = ["[", "]", "{", "}", "(", ")", ",", ":", " ", "\n", "#", "'", '"', "|", "-", "?", "\\"]
WORDS = ["a", "b1", ": ", "- ", " #", "\n  ", "W[2,1]", "f(1, 2)", "---\n", "&x ", "!t ", "é"]


@given(st.lists(st.sampled_from(PIECES + WORDS), max_size=30).map("".join))
def test_length_and_lines_stay(text):
    protected = protect(text)
    assert len(protected.text) == len(text)
    assert protected.restore(protected.text) == text
    assert [len(line) for line in protected.text.split("\n")] == [
        len(line) for line in text.split("\n")
    ]


@given(st.text(max_size=60))
def test_arbitrary_text(text):
    changed(text)


def events(text, restore=str):
    parsed = yaml.parse(text, Loader=yaml.CSafeLoader)
    return [
        (type(e).__name__, restore(getattr(e, "value", "")), e.start_mark.index, e.end_mark.index)
        for e in parsed
    ]


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="no libyaml here")
@settings(max_examples=500)
@given(
    st.lists(
        st.sampled_from([p for p in PIECES + WORDS if "(" not in p and p != ")"]), max_size=25
    ).map("".join)
)
def test_without_parentheses_what_yaml_can_read_stays_as_it_was(text):
    try:
        before = events(text)
    except yaml.YAMLError:
        return
    protected = protect(text)
    assert events(protected.text, protected.restore) == before
