"""Mistakes on sequences: found on a recurrent unit of three steps, whose sheet is written here."""

import math

import pytest

from backpropcli.checking.check import check_text
from backpropcli.problem import problem_from_text

PROBLEM = """\
inputs:
  x: [0.5, -1, 2]
  d: [0.2, 0.1, -0.3]
  h0: 0.1
weights: {Wx: 0.4, Wh: -0.3, b: 0.1, V: 1.5}
time:
  h[t]: tanh(x[t]*Wx + h[t-1]*Wh + b)
  y[t]: V*h[t]
loss: sum((y[t] - d[t])**2) / 2
"""
X, D, H0, WX, WH, B, V = (0.5, -1, 2), (0.2, 0.1, -0.3), 0.1, 0.4, -0.3, 0.1, 1.5


class Sheet:
    """The right sheet by plain formulas; a student's rule may replace one of the methods."""

    def __init__(self):
        self.h, self.numbers = [H0], {}
        for t in range(3):
            self.h.append(math.tanh(X[t] * WX + self.h[t] * WH + B))
        y = [V * h for h in self.h[1:]]
        self.dy = [y[t] - D[t] for t in range(3)]
        self.dh = [0.0, 0.0, 0.0]
        for t in (2, 1, 0):
            self.dh[t] = self.at_step(t)
        for t in range(3):
            self.numbers |= {f"h[{t + 1}]": self.h[t + 1], f"y[{t + 1}]": y[t]}
            self.numbers[f"dL/dy[{t + 1}]"] = self.dy[t]
        self.numbers["L"] = sum(g * g for g in self.dy) / 2
        self.numbers |= {f"dL/dh[{t + 1}]": self.dh[t] for t in (2, 1, 0)}
        self.numbers["dL/dV"] = sum(self.dy[t] * self.h[t + 1] for t in range(3))
        self.numbers["dL/dWh"] = self.total(self.h[:3])
        self.numbers["dL/dWx"] = self.total(X)
        self.numbers["dL/db"] = self.total((1, 1, 1))
        self.slip()

    def slope(self, t):
        return 1 - self.h[t + 1] ** 2

    def at_step(self, t):
        later = self.dh[t + 1] * self.slope(t + 1) * WH if t < 2 else 0.0
        return self.dy[t] * V + later

    def total(self, factors):
        return sum(self.dh[t] * self.slope(t) * factors[t] for t in range(3))

    def slip(self):
        pass

    def text(self):
        return "answers:\n" + "".join(f"  {k}: {v:.5g}\n" for k, v in self.numbers.items())


class NothingFromLater(Sheet):
    def at_step(self, t):
        return self.dy[t] * V


class LastStepOnly(Sheet):
    def total(self, factors):
        return self.dh[2] * self.slope(2) * factors[2]


class TwoStepsOfWh(Sheet):
    def slip(self):
        products = [self.dh[t] * self.slope(t) * self.h[t] for t in (1, 2)]
        self.numbers["dL/dWh"] = sum(products)


class FirstStepOfWh(Sheet):
    def slip(self):
        self.numbers["dL/dWh"] = self.dh[0] * self.slope(0) * H0


class OnlyFromLater(Sheet):
    def at_step(self, t):
        right = super().at_step(t)
        return right - self.dy[t] * V if t == 1 else right


class NoSlopes(Sheet):
    def slope(self, t):
        return 1


class Repeated(Sheet):
    def slip(self):
        self.numbers["y[2]"] = self.numbers["y[1]"]


def found(sheet):
    (report,) = check_text(problem_from_text(PROBLEM), sheet().text())
    return [(root.name, root.at) for root in report.mistakes], report


def test_the_right_sheet():
    roots, report = found(Sheet)
    assert roots == []
    assert {answer.status for answer in report.answers} <= {"correct", "rounded"}


@pytest.mark.parametrize(
    ("sheet", "name", "at"),
    [
        (NothingFromLater, "bptt-truncated", "dL/dh[2]"),
        (LastStepOnly, "bptt-truncated", "dL/dWx"),
        (TwoStepsOfWh, "bptt-truncated", "dL/dWh"),
        (FirstStepOfWh, "accumulate-overwritten", "dL/dWh"),
        (OnlyFromLater, "fanout-path-dropped", "dL/dh[2]"),
        (NoSlopes, "missing-activation-derivative", "dL/dh[2]"),
        (Repeated, "copied-stale-value", "y[2]"),
    ],
)
def test_a_mistake_over_the_steps_is_one_and_has_its_name(sheet, name, at):
    roots, _ = found(sheet)
    assert roots == [(name, at)]


def test_what_follows_from_a_truncated_state_is_carried():
    _, report = found(NothingFromLater)
    status = {answer.quantity: answer.status for answer in report.answers}
    assert (status["dL/dh[3]"], status["dL/dh[2]"], status["dL/dWh"]) == (
        "correct",
        "wrong",
        "carried",
    )
    assert report.mistakes[0].scope == "everywhere"
    assert "keeps only what comes from step 2 itself" in report.mistakes[0].message


ROWS = """\
inputs: {ids: [2, 1, 2], d: [1, 4, 3]}
weights: {E: [[1], [2], [5]], w: 3}
time:
  x[t]: embedding(E, ids[t])
  y[t]: w*x[t,1]
loss: sum(d[t]*y[t])
"""


def test_a_row_used_at_two_steps():
    """Row 2 gets 3*1 + 3*3 = 12; the last use alone gives 9."""
    text = (
        "answers:\n  dL/dx[1]: [3]\n  dL/dx[2]: [12]\n  dL/dx[3]: [9]\n  dL/dE: [[12], {}, [0]]\n"
    )
    problem = problem_from_text(ROWS)
    (right,) = check_text(problem, text.format("[12]"))
    assert {answer.status for answer in right.answers} == {"correct", "missing"}
    (wrong,) = check_text(problem, text.format("[9]"))
    assert [(r.name, r.at) for r in wrong.mistakes] == [
        ("embedding-duplicate-overwritten", "dL/dE")
    ]
    assert "row 2" in wrong.mistakes[0].message
