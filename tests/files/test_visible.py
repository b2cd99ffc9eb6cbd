import pytest
from hypothesis import given
from hypothesis import strategies as st

from backpropcli.files.visible import visible, visible_name


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("W1 @ x + b1", "W1 @ x + b1"),
        ("a\n\tb", "a\n\tb"),
        ("∂L/∂ŷ · σ′(z) − ½ ⊙ 日本 🙂", "∂L/∂ŷ · σ′(z) − ½ ⊙ 日本 🙂"),
        ("no\u00a0break\u2003em\u3000", "no\u00a0break\u2003em\u3000"),
        ("\x00\x1b[2J\r\x7f\x85\x9f", r"\x00\x1b[2J\x0d\x7f\x85\x9f"),
        ("\u202eevil\u2066\u200f\u061c", r"\u202eevil\u2066\u200f\u061c"),
        ("a\u200bb\u200dc\u2060\ufeff\u00ad", r"a\u200bb\u200dc\u2060\ufeff\xad"),
        ("x\ufe0fy\u034f\u3164\u115f\U000e0101", r"x\ufe0fy\u034f\u3164\u115f\U000e0101"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\ud800\udfff", r"\ud800\udfff"),
        ("\ue000\uf8ff\U000f0000\U0010fffd", r"\ue000\uf8ff\U000f0000\U0010fffd"),
        ("\ufffe\U000e0041", r"\ufffe\U000e0041"),
    ],
)
def test_visible(text, shown):
    assert visible(text) == shown


def test_a_name_stays_on_one_line():
    assert visible_name("a\n::error::\tx.yaml") == "a\\n::error::\\tx.yaml"


@given(st.text(alphabet=st.characters()))
def test_nothing_invisible_is_left(text):
    shown = visible(text)
    assert visible(shown) == shown
    assert shown.encode("utf-8") is not None
    assert not any(ord(c) < 32 and c not in "\n\t" for c in shown)


@given(st.text(alphabet=st.characters(max_codepoint=126, min_codepoint=32)))
def test_printable_ascii_is_itself(text):
    assert visible(text) == text
