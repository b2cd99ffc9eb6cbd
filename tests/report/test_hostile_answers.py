"""Student texts that try to be more than text, in every format of a check."""

import json
import re
from dataclasses import replace

import pytest
from check_support import FORMATS, KEPT, REPORT, judged, place, shown

from backpropcli.cli.output import guarded, guarded_json
from backpropcli.report.carets import columns, marked
from backpropcli.report.marks import cell_code, code, escaped, fenced
from backpropcli.report.notebook import render_check

TEXTS = (
    "::error title=x::boom",
    "##[error]boom",
    "\x1b[2Jboom\x07",
    "boom\u202egnirts\u200b",
    "[red]boom[/red][/x][link=http://a.b]c[/link]",
    "a | b \\| c",
    "`boom` ``two`` ```three",
    "<script>alert('boom')</script>",
    "boom\n\n# heading\n| cell",
    "漢字 boom é́",
    "@octocat https://boom.example www.boom.example",
    "x" * 3000,
)


def report_of(text: str):
    """A report with the text in every place that a student, or a file name, can reach."""
    line = "  z: " + text.split("\n")[0]
    answer = judged(text, "wrong", submitted=1.0, text=text, place=place(1, 6), width=9, roots=(0,))
    off = judged("z", "wrong", text=text, place=place(1, 4), width=5, notes=(text,))
    unread = judged(
        "y", "unreadable", text=text, place=place(1, 6000), notes=(f"not read: {text}",)
    )
    root = replace(KEPT, message=f"instead of {text}", did=f"z = {text}", at=text)
    return replace(
        REPORT, answers=(answer, off, unread), mistakes=(root,), lines=(line,), student=text,
        title=text, submission=text, notes=(text,), cut=text, first_wrong_step=text,
    )  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("width", [40, 80])
def test_nothing_but_text_comes_out(form: str, width: int, text: str) -> None:
    for reveal in ("none", "hint", "diagnosis", "answer"):
        out = shown(form, reveal, report_of(text), width=width)
        if form == "table":
            assert max(map(columns, out.splitlines())) <= width
        out = guarded_json(out) if form == "json" else guarded(out)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b]", out)
        assert "##[" not in out
        assert not any(line.lstrip().startswith("::") for line in out.splitlines())


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_json_keeps_what_was_written(text: str) -> None:
    data = json.loads(guarded_json(shown("json", report=report_of(text))))
    assert data["student"] == text
    assert data["answers"][0]["quantity"] == text


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_markdown_tables_keep_their_columns_and_pages_their_headings(text: str) -> None:
    page = shown("markdown", report=report_of(text))
    outside = re.sub(r"^(`{3,})text\n.*?^\1$", "", page, flags=re.MULTILINE | re.DOTALL)
    rows = [line for line in outside.splitlines() if line.startswith("|")]
    assert len(rows) == 5
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 6 for row in rows)
    headings = [line for line in outside.splitlines() if line.startswith("#")]
    assert len(headings) == 6  # summary, answers, mistake, off, unreadable, notes
    without_spans = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", outside)
    assert not re.search(r"(?<!\\)<script|@\w|://\w|(?<!\\)\[link", without_spans)


def test_html_is_escaped() -> None:
    html = render_check(report_of("<script>alert('boom')</script>"))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_code_spans() -> None:
    assert code("a`b") == "``a`b``"
    assert code("`") == "`` ` ``"
    assert code("a``b`") == "``` a``b` ```"
    assert code(" \n ") == ""
    assert cell_code("a|b") == r"`a\|b`"
    assert cell_code("a\\|b") == r"`a\ \|b`"
    assert escaped("*a* [b](c) @me") == r"\*a\* \[b\](c) @ me"
    assert fenced(["````"])[0] == "`````text"


def test_carets_under_a_line() -> None:
    assert marked("abc", [(2, 1)], 20) == ("abc", " ^")
    assert marked("a\tb\x1bc", [(5, 1)], 20) == ("a b\\x1bc", "       ^")
    assert marked("漢字x", [(2, 2)], 20) == ("漢字x", "  ^^^")
    assert marked("é", [(1, 1)], 20, unicode=False) == ("\\xe9", "^^^^")
    assert marked("ab", [(9, 3)], 20) == ("ab", "  ^")
    assert marked("", [(1, 4)], 20) == ("", "^")
    assert marked("abc", [], 20) == ("abc", "")
    assert marked("abc", [(0, 10**9)], 20) == ("abc", "^^^")


def test_a_long_line_is_cut_round_its_first_caret() -> None:
    line = "".join(chr(ord("a") + i % 26) for i in range(500))
    source, carets = marked(line, [(300, 2)], 30)
    assert len(source) <= 30
    assert (source[:3], source[-3:]) == ("...", "...")
    at = carets.index("^")
    assert source[at : at + 2] == line[299:301]
    source, carets = marked(line, [(1, 400)], 30)
    assert source == line[:27] + "..."
    source, carets = marked(line, [(500, 1)], 30)
    assert source[carets.index("^")] == line[499]
