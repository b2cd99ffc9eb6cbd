"""Blank answers files."""

import sys
from pathlib import Path

import pytest

from backpropcli.checking.answers import raw_answers, submission
from backpropcli.checking.template import template
from backpropcli.cli.main import run
from backpropcli.files.source import Source
from backpropcli.problem import load_problem, problem_from_text
from backpropcli.program import build_program

PROBLEMS = Path(__file__).parents[2] / "problems"
FILES = sorted(PROBLEMS.glob("*.yaml"), key=lambda path: path.name)
RELU = str(PROBLEMS / "three-layer-relu.yaml")


def blank(problem):
    return template(problem, build_program(problem))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_blank_template_reads_back_as_nothing(path):
    problem = load_problem(path)
    raw = raw_answers(Source("a.yaml", blank(problem)))[0]
    assert raw.problem == path.name
    assert submission(raw, problem).claims == ()


def test_layouts_and_points_stand_beside_each_quantity():
    text = """\
inputs: {x: [1, 2]}
weights: {W: [[1, 2], [3, 4], [5, 6]], V: {shape: [K]}}
network: {z: W @ x}
loss: sum(z)
find: {z: 2, L: 1, dL/dW: 5, "dL/dW[2,1]": 0.5, shape(W): 1, parameters(W): 1, V: 1}
"""
    lines = blank(problem_from_text(text)).split("\n")
    assert lines[lines.index("answers:") + 1 :] == [
        "  z:  # (3,): a list of 3 numbers; 2 points",
        "  L:  # a number; 1 point",
        "  dL/dW:  # (3, 2): 3 rows of 2 numbers, such as [[..], [..]]; 5 points",
        "  dL/dW[2,1]:  # a number; 0.5 points",
        "  shape(W):  # a list of sizes, such as [3, 2]; [] for a single number; 1 point",
        "  parameters(W):  # a whole number; 1 point",
        "  V:  # (K,): a formula; 1 point",
        "",
    ]


def test_examples_and_steps_have_items():
    text = """\
title: "Two\\nlines"
weights: {w: 2}
network: {p: w*x}
loss: (p - t)**2
examples: [{x: 1, t: 2}, {x: 3, t: 1}]
update: {rule: sgd, lr: 0.1, steps: 2}
find: [p, dL/dw, w_new, L_steps, p]
"""
    problem = problem_from_text(text)
    found = blank(problem)
    assert found.split("\n")[0] == "# Answers to: Two lines"
    assert found[found.index("answers:") :] == (
        "answers:\n  dL/dw:  # a number\n  w_new:  # a number\n"
        "  L_steps:  # (2,): a list of 2 numbers\n"
        "examples:\n  - # example 1\n    p:  # a number\n  - # example 2\n    p:  # a number\n"
        "steps:\n  - # step 1\n    dL/dw:  # a number\n    w_new:  # a number\n"
        "  - # step 2\n    dL/dw:  # a number\n    w_new:  # a number\n"
    )
    assert submission(raw_answers(Source("a", found))[0], problem).claims == ()


def test_a_filled_template_is_read():
    problem = load_problem(RELU)
    text = (
        blank(problem)
        .replace("\n  yhat:  #", "\n  yhat: 5 #")
        .replace("z1:  #", "z1: [-1, 2, 3]  #")
    )
    claims = submission(raw_answers(Source("a", text))[0], problem).claims
    assert [c.name for c in claims] == ["z1", "yhat"]


def test_the_command_prints(capsys):
    assert run(["template", RELU]) == 0
    assert capsys.readouterr().out == blank(load_problem(RELU))


def test_the_command_writes_a_new_file_and_keeps_an_old_one(capsys, tmp_path):
    path = tmp_path / "answers.yaml"
    assert run(["template", RELU, "-o", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == blank(load_problem(RELU))
    path.write_text("mine", encoding="utf-8")
    assert run(["template", RELU, "-o", str(path)]) == 2
    assert path.read_text(encoding="utf-8") == "mine"
    assert "exists already" in capsys.readouterr().err


def test_a_bad_problem_is_exit_2(capsys, tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text("network: {z: q}\n", encoding="utf-8")
    assert run(["template", str(path)]) == 2
    assert "no value `q`" in capsys.readouterr().err


def test_a_problem_from_standard_input_has_no_file_name(capsys, monkeypatch, tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text("loss: x**2\ninputs: {x: 1}\nfind: [L, dL/dx]\n", encoding="utf-8")
    with path.open(encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert run(["template", "-"]) == 0
    assert "\nproblem:\nstudent:\nanswers:\n  L:" in capsys.readouterr().out
