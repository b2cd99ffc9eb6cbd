"""Every mistake of the catalogue: what it says of itself, its texts, and its examples."""

import re
from functools import cache
from pathlib import Path
from string import Formatter
from textwrap import indent

import numpy as np
import pytest

from backpropcli.checking.check import check_text
from backpropcli.mistakes import catalogue, explanation
from backpropcli.mistakes.entry import FAMILIES, WEIGHTS
from backpropcli.mistakes.nets import NETS
from backpropcli.mistakes.world import World
from backpropcli.mistakes.writing import Other, Shown
from backpropcli.problem import load_problem
from backpropcli.problem.load import problem_from_text
from backpropcli.solution import solve

PROBLEMS = Path(__file__).parents[2] / "problems"
HEADINGS = ["What it is", "Why it is wrong", "Example", "How to avoid it"]
MISTAKES = list(catalogue().entries())
NAMES = {m.name for m in MISTAKES}
EXAMPLES = [(m, e) for m in MISTAKES for e in m.examples]
OF_EVERY_EDIT = {"at", "right", "did"}
OF_THE_CHECK = {"at", "arithmetic", "convention", "how"}  # for what has neither edits nor slips
NOTICES = {"negative-loss"} | {m.name for m in MISTAKES if m.family == "notice"}


def named(mistake):
    return mistake.name


@pytest.mark.parametrize("mistake", MISTAKES, ids=named)
def test_a_mistake_is_explained_in_four_sections(mistake):
    text = explanation(mistake)
    title, *lines = text.split("\n")
    assert 20 <= len(title) <= 88
    assert title.endswith(".")
    assert [line for line in lines if line in HEADINGS] == HEADINGS
    assert all(len(line) <= 88 for line in lines)
    sections = re.split("^(?:" + "|".join(HEADINGS) + ")$", text, flags=re.MULTILINE)
    assert all(section.strip().endswith((".", "]")) for section in sections)


@pytest.mark.parametrize("mistake", MISTAKES, ids=named)
def test_code_and_name_are_well_formed(mistake):
    assert re.fullmatch(r"BP[1-9]\d\d", mistake.code)
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", mistake.name)
    assert mistake.module.endswith("." + mistake.name.replace("-", "_"))
    assert mistake.code[2] in FAMILIES
    assert mistake.tier in WEIGHTS
    assert mistake.name not in mistake.look_alikes
    assert set(mistake.look_alikes) <= NAMES
    assert mistake.examples


@pytest.mark.parametrize("mistake", MISTAKES, ids=named)
def test_texts_are_sentences(mistake):
    assert mistake.message.endswith(".")
    assert mistake.question.endswith("?")
    assert mistake.remedy.endswith((".", "{right}"))
    assert "{right}" not in mistake.message
    assert not {"right", "did"} & fields(mistake.question)


@pytest.mark.parametrize("mistake", MISTAKES, ids=named)
def test_texts_use_what_their_edits_and_slips_tell(mistake):
    used = fields(mistake.message) | fields(mistake.question) | fields(mistake.remedy)
    facts = [set(e.facts) | OF_EVERY_EDIT for world in worlds() for e in edits(mistake, world)]
    facts += [set(s.facts) | {"at"} for shown in writings() for s in slips(mistake, shown)]
    if mistake.edits is None and mistake.slips is None:
        facts = [OF_THE_CHECK]
    assert facts, "no problem of this test lets this mistake be made"
    for known in facts:
        assert used <= known


def test_umbrella_names_are_marked():
    assert {m.name for m in MISTAKES if m.generic} == {
        "missing-term-in-chain",
        "wrong-parameter",
        "misread-given",
        "local-derivative-wrong-point",
    }


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def edits(mistake, world):
    return mistake.edits(world) if mistake.edits is not None else ()


def slips(mistake, shown):
    return mistake.slips(shown) if mistake.slips is not None else ()


@cache
def worlds():
    """The equations of all nets and of the problem files that have numbers."""
    texts = [problem_from_text(text) for text in NETS.values()]
    files = [load_problem(path) for path in sorted(PROBLEMS.glob("*.yaml"))]
    solutions = [solve(problem) for problem in (*texts, *files)]
    runs = [(s, s.examples[0] if s.examples else s.total) for s in solutions]
    return [World(s.program, run.values) for s, run in runs]


@cache
def writings():
    """What may stand on paper for (1.25, -0.4), beside another answer of the same shape."""
    meant, other = (1.25, -0.4), (0.3, 7.0)
    return [
        shown(written, meant, other)
        for written in (
            ("1.25", "0.4"), ("-1.25", "0.4"), ("12.5", "-0.4"), ("12.5", "-4"), ("-0.4", "1.25"),
            ("1.25", "-0.9"), ("1.52", "-0.4"), ("1.5", "-0.4"), ("0.3", "7.0"),
        )
    ]  # fmt: skip


def shown(texts, meant, other):
    written, meant, other = (np.array(v, float) for v in (texts, meant, other))

    def fit(value, share):
        return np.isclose(written, value)

    def fit_number(number, unit, position):
        return abs(meant[position] - number) <= unit / 2 + 1e-9

    others = [
        Other(1, "dL/dh", meant, other, False, other),
        Other(2, "dL/dz", meant, other, True, other),
    ]
    off = ~np.isclose(written, meant)
    return Shown("dL/dz", written, meant, off, np.array(texts, object), fit, fit_number, others, 1)


@pytest.mark.parametrize(
    ("mistake", "example"), EXAMPLES, ids=[f"{m.name}-{e.net}-{e.at}" for m, e in EXAMPLES]
)
def test_an_example_is_diagnosed_as_its_mistake(mistake, example):
    report = checked(example)
    if mistake.name in NOTICES:
        assert mistake.name in remarked(report, example.at)
        return
    allowed = {mistake.name, *mistake.look_alikes}
    roots = [r for root in report.mistakes for r in (root, *root.alternatives)]
    assert (example.at, True) in [(r.at, r.name in allowed) for r in roots]


def checked(example):
    problem = problem_from_text(NETS[example.net])
    answers = example.answers
    if example.right:
        solution = solve(problem)
        answers += "".join(f"{q}: {solution[q].tolist()}\n" for q in example.right)
    whole = (
        answers
        if answers.startswith(("examples:", "steps:"))
        else "answers:\n" + indent(answers, "  ")
    )
    return check_text(problem, whole)[0]


def remarked(report, quantity):
    """The notices and statuses of a quantity."""
    (answer,) = [a for a in report.answers if a.quantity == quantity]
    rounded = ["rounded-intermediate"] if answer.status == "rounded" else []
    convention = ["convention-variant"] if "convention" in " ".join(report.notes) else []
    return [*answer.note_names, *rounded, *convention]
