"""What is kept of other sheets changes no report."""

from itertools import combinations

import numpy as np
import pytest

from backpropcli.checking import account, costs, paper
from backpropcli.checking.answers import raw_answers, submission
from backpropcli.checking.check import Checker, Options
from backpropcli.checking.kept import Kept, frozen
from backpropcli.files.source import Source
from backpropcli.problem import problem_from_text
from backpropcli.report.checks import load
from backpropcli.report.options import CheckOptions

# z1 = 0.3*1 + 0.5*2 = 1.3, h = tanh(1.3) = 0.8617, z2 = 0.7*0.8617 - 0.2 = 0.4032,
# L = (0.4032 - 1)**2 = 0.3562, dL/dz2 = 2*(0.4032 - 1) = -1.1936
PROBLEM = """\
title: A net
inputs: {x: [1, 2], y: 1}
weights: {W1: [0.3, 0.5], w2: 0.7, b2: -0.2}
network:
  z1: W1 @ x
  h: tanh(z1)
  z2: w2*h + b2
loss: (z2 - y)**2
find: [z1, h, z2, L, dL/dz2, dL/dW1, dL/dw2]
"""
RIGHT = {
    "z1": "1.3", "h": "0.8617", "z2": "0.4032", "L": "0.3562", "dL/dz2": "-1.1936",
    "dL/dw2": "-1.0286", "dL/dW1": "[-0.2151, -0.4302]",
}  # fmt: skip
CHANGES = (
    {"z1": "0.8"}, {"h": "0.86"}, {"z2": "0.6032"}, {"dL/dz2": "1.1936"}, {"dL/dz2": "-0.5968"},
    {"dL/dW1": "[-0.8355, -1.671]"}, {"L": "-0.3562"}, {"h": ""},
    {"dL/dz2": "", "dL/dw2": "1.0286"},
)  # fmt: skip


PATIENT = Options(seconds=600.0)  # a search that is cut short on a busy machine proves nothing


def sheets():
    for count in (0, 1, 2):
        for changes in combinations(CHANGES, count):
            values = dict(RIGHT)
            for change in changes:
                values |= change
            yield "answers:\n" + "".join(f"  {q}: {v}\n" for q, v in values.items())


def report(checker, text):
    (raw,) = raw_answers(Source("a.yaml", text))
    found = checker.check(submission(raw, checker.problem))
    return load("json")([found], CheckOptions("answer"))


def forget():
    for kept in (paper._FITTED, costs._SPELLED, account._LEFT):
        kept.known.clear()


def test_a_report_is_the_same_whatever_was_judged_before():
    problem = problem_from_text(PROBLEM)
    texts = list(sheets())
    shared = Checker(problem, PATIENT)
    first = [report(shared, text) for text in texts]
    again = [report(shared, text) for text in reversed(texts)][::-1]
    assert again == first
    alone = []
    for text in texts:
        forget()
        alone.append(report(Checker(problem, PATIENT), text))
    assert alone == first
    assert len(set(first)) == len(set(texts))


def test_derivatives_beyond_find_need_a_graph_of_their_own_and_those_of_find_do_not():
    checker = Checker(problem_from_text(PROBLEM))
    usual = checker.graph(())
    assert checker.graph(["dL/dw2", "dL/dz2"]) is usual
    assert checker.graph(["dz2/dw2"]) is not usual
    assert checker.graph(["dL/dw2", "dz2/dw2"]) is checker.graph(["dz2/dw2"])


def test_results_are_kept_up_to_a_number():
    kept, asked = Kept(2), []
    for key in ("a", "a", "b", "c", "c", "a"):
        assert kept.get(key, lambda key=key: asked.append(key) or key.upper()) == key.upper()
    assert asked == ["a", "b", "c", "a"]


def test_what_is_shared_cannot_be_changed():
    array = frozen(np.zeros(2))
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1.0
