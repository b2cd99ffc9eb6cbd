"""What reaches the screen, a pipe, a narrow window, and the log of a workflow runner."""

import contextlib
import json
import os
import pty
import re
import subprocess
import sys

import pytest
from cli_support import FORMATS, PROBLEMS, RELU, SMALL, environment, process, run

HOSTILE = """\
title: "::error title=x::boom ##[error]y \\e[2J [/red][link=http://a.b]c"
statement: |
  ::set-output name=x::y
  text ##[group]z
    ::notice::indented
inputs: {x: [1, 2]}
weights: {w: [3, 4]}
network:
  z: w*x
loss: sum(z)
"""


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "::p ##[x].yaml").write_text(HOSTILE)
    return "::p ##[x].yaml"


def on_a_terminal(*arguments, **more):
    """What the command writes to a terminal of 80 columns."""
    parent, child = pty.openpty()
    try:
        subprocess.run(
            [sys.executable, "-m", "backpropcli", *arguments],
            stdin=child,
            stdout=child,
            stderr=child,
            env=environment(**{"TERM": "xterm-256color", **more}),
            timeout=20,
            check=True,
        )
        os.close(child)
        data = b""
        with contextlib.suppress(OSError):
            while chunk := os.read(parent, 65536):
                data += chunk
    finally:
        os.close(parent)
    return data.decode()


SHORT = str(PROBLEMS / "loss-only.yaml")


def test_a_terminal_gets_colour():
    assert "\x1b[" in on_a_terminal("solve", SHORT)


@pytest.mark.parametrize(
    ("options", "more"),
    [((), {"NO_COLOR": "1"}), ((), {"TERM": "dumb"}), (("--color", "never"), {})],
    ids=["no-color", "dumb", "never"],
)
def test_a_terminal_without_colour(options, more):
    shown = on_a_terminal("solve", *options, SHORT, **more)
    assert "bce" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize("form", FORMATS)
def test_a_pipe_gets_no_escape_codes(form):
    ran = process("solve", "-f", form, SHORT, TERM="xterm-256color", FORCE_COLOR="1")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"\x1b" not in ran.stdout


def test_colour_in_a_pipe_where_it_is_asked_for():
    assert b"\x1b[" in process("solve", "--color", "always", SHORT).stdout


@pytest.mark.parametrize("columns", [40, 60, 80, 132])
def test_a_table_fits_its_window(columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    for problem in sorted(PROBLEMS.glob("*.yaml")):
        ran = run(capsys, "solve", problem)
        assert ran.code == 0
        too_wide = [line for line in ran.out.splitlines() if len(line) > columns]
        assert not too_wide, f"{problem.name}: {too_wide[0]}"


@pytest.mark.parametrize("columns", ["0", "-5", "wide", "99999999999", ""])
def test_a_width_that_makes_no_sense(columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    assert run(capsys, "solve", SHORT).code == 0


def test_no_blanks_at_the_ends_of_lines(capsys):
    for form in ("plain", "markdown", "latex"):
        out = run(capsys, "solve", "-f", form, RELU).out
        assert not re.search(r"[ \t]$", out, re.MULTILINE), form


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "more",
    [{"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}],
    ids=["C", "ascii"],
)
def test_a_screen_that_knows_ascii_only(form, more, tmp_path):
    problem = tmp_path / "übung.yaml"
    problem.write_text(
        "title: Übung 4 — ŷ und ∂L/∂ŷ\ninputs: {x: 2}\nweights: {w: 3}\n"
        "network: {ŷ: w·x}\nloss: (ŷ − 1)²\n",
        "utf-8",
    )
    ran = process("solve", "-f", form, problem, **more)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"yhat" in ran.stdout or b"hat" in ran.stdout
    if "PYTHONIOENCODING" in more:
        assert ran.stdout.isascii()


def test_messages_on_a_screen_that_knows_ascii_only(tmp_path):
    problem = tmp_path / "p.yaml"
    problem.write_text("title: Übung\ninputs: {größe: 2}\nloss: größe + §\n", "utf-8")
    ran = process("solve", problem, PYTHONIOENCODING="ascii", LC_ALL="C")
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"Traceback" not in ran.stderr
    assert b"p.yaml:2:" in ran.stderr


def test_a_reader_that_stops_early(tmp_path):
    problem = tmp_path / "long.yaml"
    problem.write_text(SMALL + "update: {rule: sgd, lr: 0.01, steps: 400}\n")
    command = [sys.executable, "-m", "backpropcli", "solve", "-f", "plain", str(problem)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as running:
        assert running.stdout.readline() == b"A square\n"
        running.stdout.close()
        errors = running.stderr.read()
        code = running.wait(20)
    assert errors == b""
    assert code == 0


def commands(text):
    return [line for line in text.splitlines() if line.lstrip().startswith("::") or "##[" in line]


@pytest.mark.parametrize("form", FORMATS)
def test_workflow_commands_are_broken_up(form, hostile, capsys):
    ran = run(capsys, "solve", "-f", form, hostile)
    assert ran.code == 0
    assert not commands(ran.out)
    assert "\x1b" not in ran.out
    assert "boom" in ran.out


def test_workflow_commands_are_broken_up_in_messages(hostile, tmp_path, capsys):
    with open(tmp_path / hostile, "a") as file:
        file.write('"::error::key ##[error]": 3\n')
    ran = run(capsys, "solve", hostile)
    assert (ran.code, ran.out) == (2, "")
    assert not commands(ran.err)


def test_json_means_the_same_as_before(hostile, capsys):
    out = run(capsys, "solve", "-f", "json", hostile).out
    assert "##[" not in out
    assert "::" not in out
    answer = json.loads(out)
    assert answer["problem"] == "::p ##[x]"
    assert answer["title"].startswith("::error title=x::boom ##[error]y")


def test_json_is_escaped_in_a_file_too(hostile, tmp_path, capsys):
    run(capsys, "solve", "-f", "json", hostile, "-o", "out.json")
    text = (tmp_path / "out.json").read_text("utf-8")
    assert not commands(text)
    assert json.loads(text)["problem"] == "::p ##[x]"


def test_markup_of_rich_is_shown_as_written(hostile, capsys):
    out = " ".join(run(capsys, "solve", hostile).out.split())
    assert "[/red][link=http://a.b]c" in out


@pytest.mark.parametrize("output", ["p.yaml", "./p.yaml", "link.yaml"])
def test_the_problem_is_never_written_over(output, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(SMALL)
    (tmp_path / "link.yaml").symlink_to("p.yaml")
    ran = run(capsys, "solve", RELU, "p.yaml", "-o", output)
    assert (ran.code, ran.out) == (2, "")
    assert "is the problem file itself" in ran.err
    assert (tmp_path / "p.yaml").read_text() == SMALL
