"""Texts that are more than text to a terminal, a workflow runner, a browser or a spreadsheet."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from backpropcli import grade
from backpropcli.cli.output import guarded
from backpropcli.grading.run import Grades, Plan
from backpropcli.problem import problem_from_text
from backpropcli.report.checks import names as check_formats
from backpropcli.report.formats import load as load_format
from backpropcli.report.formats import names as solve_formats
from backpropcli.report.gradebooks import Book, lines
from backpropcli.report.gradebooks import names as gradebooks
from backpropcli.report.options import Options
from backpropcli.solution import solve
from fuzz.tame import wildness
from tests.hostile.corpus import GOOD, TEXTS
from tests.hostile.support import Command, assert_tame

# What Markdown may not make of a text of the student's.
LIVE = {"html_inline", "html_block", "link_open", "image"}
NUMBER = re.compile(r"-?\d+(\.\d+)?")
FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")
ANNOTATION = re.compile(
    r"::(error|warning|notice) ((file|line|col|title|endLine|endColumn)=[^:,]*,?)*::[^\r\n]*"
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def quoted(text: str) -> str:
    """A text as YAML in double quotes, where YAML itself makes the character of an escape."""
    plain = {char: char for char in text if " " <= char <= "~" and char not in '"\\'}
    return '"' + "".join(plain.get(char, f"\\U{ord(char):08x}") for char in text) + '"'


def sheet(*texts: str) -> str:
    """Answers in which three texts stand where texts may; the first is the student's name too."""
    one, two, three = (*texts, *texts, *texts)[:3]
    comments = " ".join("".join(c for c in text if c.isprintable()) for text in texts)
    return (
        f"problem: problem.yaml\nstudent: {quoted(one)}\nanswers:\n"
        f"  z1: {quoted(one)}\n  yhat: {quoted(two + ' = 42')}\n  dL/dw2: [1, {quoted(three)}, 2]\n"
        f"  L: 40.125  # {comments}\n"
    )


SHEETS = [sheet(*TEXTS[at : at + 3]) for at in range(0, len(TEXTS), 3)]


@pytest.fixture(scope="module")
def reports(
    command: Command, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, str]]:
    """The report on each sheet in each format."""
    folder = tmp_path_factory.mktemp("texts")
    (folder / "problem.yaml").write_text(GOOD, encoding="utf-8")
    found: dict[str, dict[str, str]] = {}
    wanted = [f"--report={form}={form}.out" for form in check_formats()]
    for text in SHEETS:
        (folder / "answers.yaml").write_text(text, encoding="utf-8")
        arguments = ("check", "answers.yaml", "--reveal=answer", "--time=0.05", "--color=always")
        ran = command.run(*arguments, *wanted, folder=folder, env={"GITHUB_ACTIONS": "true"})
        assert ran.code == 1, (text, ran)
        out = COLOUR.sub("", ran.out)
        assert not wildness(out + ran.err), (text, wildness(out + ran.err))
        found[text] = {f: (folder / f"{f}.out").read_text("utf-8") for f in check_formats()}
    return found


def strings(value: Any) -> Iterator[str]:
    """All strings in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from strings(list(value))
        yield from strings(list(value.values()))
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


@pytest.mark.parametrize("form", [f for f in check_formats() if f != "github"])
def test_no_report_has_controls_or_commands(reports: dict[str, dict[str, str]], form: str) -> None:
    for text, found in reports.items():
        shown = COLOUR.sub("", found[form]) if form == "table" else found[form]
        assert not wildness(shown), (text, wildness(shown))


def test_annotations_are_our_own(reports: dict[str, dict[str, str]]) -> None:
    for text, found in reports.items():
        first, *lines = found["github"].splitlines()
        assert first.startswith("backprop: "), text
        assert all(ANNOTATION.fullmatch(line) for line in lines), (text, found["github"])
        assert "##[" not in found["github"]
        assert not any("\x1b" in line or "\u202e" in line for line in lines)


@pytest.mark.parametrize("form", ["json", "gradescope", "prairielearn"])
def test_json_is_json(reports: dict[str, dict[str, str]], form: str) -> None:
    for text, found in reports.items():
        data = json.loads(found[form], parse_constant=pytest.fail)
        for one in strings(data):
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u200b]", one), text
        if form == "gradescope":
            assert {data["output_format"], data["test_output_format"]} == {"text"}
            assert {test["output_format"] for test in data["tests"]} == {"text"}


def test_what_classroom_reads(reports: dict[str, dict[str, str]]) -> None:
    for text, found in reports.items():
        head, _, code = found["classroom"].strip().rpartition("result=")
        assert head == "", text
        data = json.loads(base64.b64decode(code, validate=True))
        assert not any(wildness(one) for one in strings(data)), text


def test_junit_is_xml(reports: dict[str, dict[str, str]]) -> None:
    for text, found in reports.items():
        top = ET.fromstring(found["junit"])
        assert {one.tag for one in top.iter()} <= {
            "testsuites", "testsuite", "testcase", "properties", "property", "failure", "error",
            "skipped", "system-out",
        }, text  # fmt: skip


@pytest.mark.parametrize("form", ["markdown", "github_summary"])
def test_markdown_shows_texts_and_nothing_lives(
    reports: dict[str, dict[str, str]], form: str
) -> None:
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    plain = None
    for text, found in reports.items():
        tokens = reader.parse(found[form])
        kinds = {t.type for one in tokens for t in [one, *(one.children or [])]}
        assert not kinds & LIVE, (text, kinds & LIVE)
        heads = [one.tag for one in tokens if one.type == "heading_open"]
        assert set(heads) <= {"h1", "h2"}, text
        rows = [one for one in tokens if one.type == "tr_open"]
        plain = plain or len(rows)
        assert len(rows) == plain, (text, "a row more or less in the table")
    assert plain


def test_notebooks_show_texts(folder: Path) -> None:
    from html.parser import HTMLParser

    from backpropcli import load_problem
    from backpropcli.checking.check import check_text

    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: set[str] = set()

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found.add(tag)
            assert all(name in ("style", "class") for name, _ in attrs)

    problem = load_problem(folder / "problem.yaml")
    for text in SHEETS:
        (report,) = check_text(problem, text, options={"seconds": 0.05})
        tags = Tags()
        tags.feed(report._repr_html_())
        assert tags.found <= {"div", "h3", "h4", "p", "table", "tr", "th", "td", "code", "pre"}


def titled(text: str) -> str:
    """A problem with a text in it; the statement is not tried, which is the lecturer's Markdown."""
    return (
        f"title: {quoted(text)}\ninputs: {{x: 2}}\nloss: x**2\nfind: [L]\n"
        f"grading: {{accept: {{L: [{{value: 1, note: {quoted(text)}}}]}}}}\n"
    )


@pytest.mark.parametrize("form", [form for form in solve_formats() if form != "latex"])
def test_texts_in_problems(form: str, command: Command, folder: Path) -> None:
    paths = []
    for number, text in enumerate(TEXTS):
        (folder / f"{number}.yaml").write_text(titled(text), encoding="utf-8")
        paths.append(f"{number}.yaml")
    found = command.run("solve", "-f", form, *paths, folder=folder, seconds=20)
    assert_tame(found, 0)
    if form == "markdown":
        tokens = MarkdownIt("commonmark").enable(["table"]).parse(found.out)
        kinds = {t.type for one in tokens for t in [one, *(one.children or [])]}
        assert not kinds & LIVE, kinds & LIVE
        heads = sum(one.type == "heading_open" and one.tag == "h1" for one in tokens)
        assert heads == len(TEXTS)


def test_latex_of_a_title_has_no_commands_of_its_own() -> None:
    render = load_format("latex")
    for text in TEXTS:
        document = guarded(render(solve(problem_from_text(titled(text))), Options()))
        assert not wildness(document), text
        body = document.partition("\\begin{document}")[2]
        assert not re.search(r"\\(input|write|include|openout|csname|catcode|href)\b", body), text
        assert body.count("\\end{document}") == 1, text
        assert "^^" not in body, text


@pytest.fixture(scope="module")
def a_class(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grades]:
    """The sheets in files of which some have the texts as their names, graded."""
    folder = tmp_path_factory.mktemp("class")
    (folder / "problem.yaml").write_text(GOOD, encoding="utf-8")
    handed_in = folder / "in"
    handed_in.mkdir()
    for number, text in enumerate(SHEETS):
        (handed_in / f"{number}.yaml").write_text(text, encoding="utf-8")
    for text in TEXTS:
        name = text.replace("/", "_")[:40]
        if not name.startswith("."):
            (handed_in / f"{name}.yaml").write_text("answers: {yhat: -4}\n", encoding="utf-8")
    with grade(handed_in, folder / "problem.yaml", plan=Plan(jobs=2)) as grades:
        yield grades


@pytest.mark.parametrize("book", gradebooks())
def test_no_formula_in_a_gradebook(book: str, a_class: Grades) -> None:
    about = Book(a_class.title, "", {}, ("z1", "yhat"), "answer")
    text = guarded("".join(lines(book, a_class.outcomes(), about)))
    assert not wildness(text)
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert len(rows) > len(TEXTS)
    assert len({len(row) for row in rows}) == 1
    for row in rows[1:]:
        for cell in row:
            assert NUMBER.fullmatch(cell) or not FORMULA.match(cell), (book, cell)
