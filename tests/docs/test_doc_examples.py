"""Every example of the documentation is run, and the tables of the expression language are true.

A comment on the line before a fenced block says what it is:

- ``<!-- fragment -->``: part of a problem file, not run;
- ``<!-- file: NAME -->``: a whole problem, also written to the folder where commands run;
- ``<!-- wrong: NAME -->``: the same, and it must be refused;
- ``<!-- answers: NAME -->``: an answers file, written to that folder, in which all can be read;
- ``<!-- output: backprop ... -->`` before JSON: what that command prints;
- ``<!-- copy: PATH -->``: that file of the project, whole.

A YAML block without a comment is a whole problem. In a console block the lines after a command are
its output, stdout and stderr together; a line ``...`` stands for any lines. A command exits with 0
unless ``$ echo $?`` follows it. Python blocks are run in the same folder.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from backpropcli.checking.check import check_file
from backpropcli.errors import BackpropError
from backpropcli.ops import FUNCTIONS, OPS
from backpropcli.problem import problem_from_text
from backpropcli.problem.layers import catalogue
from backpropcli.problem.layers.kind import ACTIVATIONS
from backpropcli.problem.load import KEYS
from backpropcli.solution import solve

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
WHOLE = {"network", "time", "loss", "update", "weights"}
NOT_RUN = {"cd", "git", "make", "pip", "pipx", "python", "python3", "uv", "uvx"}
MARK = re.compile(r"<!-- (fragment|file|wrong|answers|output|copy)(?:: (.+?))? -->")
CODE = re.compile(r"`([^`]+)`")


class Block(NamedTuple):
    """A fenced block: its language, its text, and the comment on the line before it."""

    page: str
    line: int
    language: str
    text: str
    mark: str = ""
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


class Command(NamedTuple):
    """A command of a console block and the output that is shown, if any."""

    words: list[str]
    shown: list[str]


def blocks_of(path: Path) -> list[Block]:
    """The fenced blocks of a page; none where the page does not exist yet."""
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    found: list[Block] = []
    start = None
    for number, line in enumerate(lines):
        if not line.startswith("```"):
            continue
        if start is None:
            start = number
            continue
        before = MARK.fullmatch(lines[start - 1].strip()) if start else None
        mark, argument = (before[1], before[2] or "") if before else ("", "")
        text = "\n".join(lines[start + 1 : number]) + "\n"
        found.append(Block(path.name, start + 1, lines[start][3:].strip(), text, mark, argument))
        start = None
    assert start is None, f"{path.name}:{start}: this block is not closed"
    return found


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
PROBLEMS = [b for b in BLOCKS if b.language == "yaml" and b.mark in ("", "file")]
WRONG = [b for b in BLOCKS if b.mark == "wrong"]
ANSWERS = [b for b in BLOCKS if b.mark == "answers"]
PYTHON = [b for b in BLOCKS if b.language == "python"]
CONSOLES = [b for b in BLOCKS if b.language == "console"]
OUTPUTS = [b for b in BLOCKS if b.language == "json" and b.mark != "copy"]
COPIES = [b for b in BLOCKS if b.mark == "copy"]


def top_keys(text: str) -> set[str]:
    return set(re.findall(r"^([A-Za-z_]\w*):", text, re.MULTILINE))


def folder_for(page: str, folder: Path) -> Path:
    """A folder with the problems of the project and the named files of one page."""
    shutil.copytree(ROOT / "problems", folder / "problems")
    for block in BLOCKS:
        if block.page == page and block.mark in ("file", "wrong", "answers"):
            (folder / block.argument).write_text(block.text, encoding="utf-8")
    return folder


def run(words: list[str], folder: Path) -> tuple[str, int]:
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "BACKPROP_DEBUG")}
    done = subprocess.run(
        [sys.executable, "-m", "backpropcli", *words[1:]],
        cwd=folder,
        env={**kept, "NO_COLOR": "1", "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        timeout=60,
    )
    return done.stdout, done.returncode


def commands_of(block: Block) -> list[Command]:
    found: list[Command] = []
    for line in block.text.rstrip("\n").split("\n"):
        if line.startswith("$ "):
            found.append(Command(shlex.split(line[2:]), []))
        else:
            assert found, f"{block}: output before the first command"
            found[-1].shown.append(line.rstrip())
    return found


def fits(shown: list[str], real: list[str]) -> bool:
    """Whether the real lines are the shown ones, where ``...`` stands for any lines."""
    if "..." not in shown:
        return shown == real
    at = shown.index("...")
    if real[:at] != shown[:at]:
        return False
    rest = shown[at + 1 :]
    return any(fits(rest, real[start:]) for start in range(at, len(real) + 1))


def test_examples_are_found():
    assert len(PROBLEMS) >= 20
    assert len(WRONG) >= 2
    assert len(CONSOLES) >= 3
    assert len(OUTPUTS) >= 1
    assert len(ANSWERS) >= 2
    pages = {block.page for block in PROBLEMS}
    assert {"problem-format.md", "expressions.md"} <= pages


def test_every_block_is_of_a_known_kind():
    """A block that no test runs is named here, so that none is passed over by mistake."""
    known = {"yaml", "console", "json", "python", "bash", "sh", "text", "latex", ""}
    for block in BLOCKS:
        assert block.language in known or block.mark == "copy", f"{block}: {block.language}"
        if block.mark in ("file", "wrong", "answers"):
            assert block.language == "yaml", str(block)
            assert re.fullmatch(r"[\w-]+\.yaml", block.argument), str(block)


@pytest.mark.parametrize("block", PROBLEMS, ids=str)
def test_problem_is_solved(block):
    keys = top_keys(block.text)
    assert WHOLE & keys, f"{block} is no whole problem: put <!-- fragment --> before it"
    assert keys <= set(KEYS), str(block)
    solution = solve(problem_from_text(block.text, f"{block.page}-{block.line}.yaml"))
    assert solution.program.shapes


@pytest.mark.parametrize("block", WRONG, ids=str)
def test_wrong_problem_is_refused(block):
    with pytest.raises(BackpropError):
        solve(problem_from_text(block.text, block.argument))


@pytest.mark.parametrize("block", ANSWERS, ids=str)
def test_answers_can_be_read(block, tmp_path):
    path = folder_for(block.page, tmp_path) / block.argument
    for report in check_file(path):
        assert report.answers
        assert "unreadable" not in {answer.status for answer in report.answers}, str(block)


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_python_runs(block, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", block.text],
        cwd=folder_for(block.page, tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}"
    for comment in re.findall(r"print\(.*\) +# (.+)", block.text):
        shown = comment.partition(", a ")[0].strip()
        assert shown in done.stdout.split("\n"), f"{block}: {shown}\n{done.stdout}"


@pytest.mark.parametrize("block", CONSOLES, ids=str)
def test_commands_print_what_is_shown(block, tmp_path):
    folder = folder_for(block.page, tmp_path)
    commands = commands_of(block)
    code, ran = 0, 0
    for number, command in enumerate(commands):
        if command.words == ["echo", "$?"]:
            assert command.shown == [str(code)], str(block)
            continue
        if command.words[0] != "backprop":
            assert command.words[0] in NOT_RUN, f"{block}: {command.words} is not run by any test"
            continue
        output, code = run(command.words, folder)
        ran += 1
        real = [line.rstrip() for line in output.rstrip("\n").split("\n")]
        if command.shown:
            shown = [*command.shown]
            while shown and not shown[-1]:
                shown.pop()
            assert fits(shown, real), f"{block}: {' '.join(command.words)} printed\n{output}"
        asked = [c.words for c in commands[number + 1 : number + 2]] == [["echo", "$?"]]
        assert asked or code == 0, f"{block}: exit code {code}\n{output}"
    assert ran or all(c.words[0] in NOT_RUN for c in commands), str(block)


@pytest.mark.parametrize("block", OUTPUTS, ids=str)
def test_json_is_what_the_command_prints(block, tmp_path):
    assert block.mark == "output", f"{block}: say which command prints this"
    output, code = run(shlex.split(block.argument), folder_for(block.page, tmp_path))
    assert code == 0
    assert json.loads(output) == json.loads(block.text)


@pytest.mark.parametrize("block", COPIES, ids=str)
def test_a_copy_is_the_file(block):
    assert block.text == (ROOT / block.argument).read_text(encoding="utf-8")


def test_every_file_for_ci_is_shown():
    files = {path for path in (ROOT / "ci").rglob("*") if path.is_file()}
    made = {path for path in files if path.suffix in (".py", ".pyc")}  # what make runs
    assert {block.argument for block in COPIES} == {str(p.relative_to(ROOT)) for p in files - made}


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading of the second level."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rows(text: str, head: str) -> list[list[str]]:
    """The cells of each row of the tables whose first heading is ``head``."""
    found: list[list[str]] = []
    inside = False
    for line in text.split("\n"):
        cells = [c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not cells:
            inside = False
        elif cells[0] == head:
            inside = True
        elif inside and not cells[0].startswith("---"):
            found.append(cells)
    return found


def test_every_function_has_a_row_and_every_row_a_function():
    cells = [row[0] for row in rows(section(page("expressions.md"), "Functions"), "function")]
    named = [code.partition("(")[0] for cell in cells for code in CODE.findall(cell)]
    assert sorted(named) == sorted(FUNCTIONS)


def test_every_layer_has_a_row_and_every_row_a_layer():
    cells = [row[0] for row in rows(page("problem-format.md"), "layer")]
    named = {code.partition("(")[0] for cell in cells for code in CODE.findall(cell)}
    assert named - {*ACTIVATIONS, "..."} == set(catalogue.names())


def test_every_slope_is_listed():
    listed = set(re.findall(r"`(\w+')`", section(page("expressions.md"), "Slopes")))
    assert listed == {name for name in OPS if name.endswith("'")}


def test_every_key_has_a_row_and_a_heading():
    text = page("problem-format.md")
    table = {code for row in rows(text, "key") for code in CODE.findall(row[0])}
    headings = set(CODE.findall("\n".join(re.findall(r"^##+ .*$", text, re.MULTILINE))))
    assert set(KEYS) <= table
    assert set(KEYS) <= headings


def meaning(expression: str):
    """The expression over the values of the page, as the program understands it."""
    given = next(b for b in BLOCKS if b.argument == "values.yaml").text.partition("network:")[0]
    quoted = expression.replace("'", "''")
    solution = solve(problem_from_text(f"{given}network:\n  result: '{quoted}'\n"))
    return solution.program.equation("result").expr, solution["result"].tolist()


SPELLINGS = [
    (written, CODE.findall(row[1])[0])
    for row in rows(page("expressions.md"), "you write")
    for written in CODE.findall(row[0])
]


@pytest.mark.parametrize(("written", "meant"), SPELLINGS, ids=[s[0] for s in SPELLINGS])
def test_spelling_means_what_the_table_says(written, meant):
    expr, value = meaning(written)
    expected, number = meaning(meant)
    assert value == number
    if "[" not in written:  # W[1,2] and W[1][2] are two ways to the same entry
        assert expr == expected


REFUSED = [
    (refused, CODE.findall(row[2])[0])
    for row in rows(page("expressions.md"), "refused")
    for refused in CODE.findall(row[0])
]


@pytest.mark.parametrize(("refused", "instead"), REFUSED, ids=[r[0] for r in REFUSED])
def test_refused_expression_and_its_replacement(refused, instead):
    with pytest.raises(BackpropError):
        meaning(refused)
    meaning(instead)


def test_tables_of_expressions_are_found():
    assert len(SPELLINGS) >= 30
    assert len(REFUSED) >= 20


def test_wildcard_lines():
    assert fits(["a", "...", "d"], ["a", "b", "c", "d"])
    assert fits(["...", "b", "..."], ["a", "b"])
    assert not fits(["a", "...", "d"], ["a", "b"])
    assert not fits(["a"], ["a", "b"])


def test_glossary_is_in_order_and_short():
    entries = re.split(r"\n(?=\*\*)", page("glossary.md"))[1:]
    names = [re.match(r"\*\*(.+?)\.\*\*", entry)[1].lower() for entry in entries]
    assert names == sorted(names)
    assert all(len(entry.strip().split("\n")) == 2 for entry in entries)
