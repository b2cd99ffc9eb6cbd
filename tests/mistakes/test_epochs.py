"""Mistakes over the steps of an epoch and of Adam: each is one, and right sheets have none."""

from functools import cache

import numpy as np
import pytest
from sequence_sheets import number, rounding

from backpropcli.checking.check import check_text
from backpropcli.problem import problem_from_text

PATIENT = {"seconds": 600.0}
problem = cache(problem_from_text)
EPOCH = """\
weights: {w: 0.5, b: 0}
network:
  p: w*x + b
loss: (p - y)^2 / 2
examples:
  - {x: 1, y: 2}
  - {x: 2, y: 3}
  - {x: -1, y: 1}
update: {rule: sgd, lr: 0.1, batch: 1, epochs: 1}
"""
EPOCHS = EPOCH.replace("epochs: 1", "epochs: 2")
GIVEN_ORDER = EPOCH.replace("batch: 1", "batch: 1, order: [2, 3, 1]")
PAIRS = """\
weights: {w: [0.5, -0.3]}
network:
  p: w @ x
loss: (p - y)^2 / 2
examples:
  - {x: [1, 0.4], y: 2}
  - {x: [2, -0.7], y: 3}
  - {x: [-1, 0.3], y: 1}
  - {x: [0.6, 1.2], y: -1}
reduce: mean
update: {rule: sgd, lr: 0.2, batch: 2, epochs: 1}
"""
DATA = [(1, 2), (2, 3), (-1, 1)]


def epoch(order=(0, 1, 2), epochs=1, old=(), digits=None):
    """The steps by hand; ``old`` says what takes the weights of the beginning: pass, new."""
    r = rounding(digits)
    w, b, rows = 0.5, 0.0, []
    for _ in range(epochs):
        first = w, b
        for i in order:
            x, y = DATA[i]
            uw, ub = first if "pass" in old else (w, b)
            p = r(uw * x + ub)
            g = r(p - y)
            dw, start = r(g * x), first if "new" in old else (w, b)
            w, b = r(start[0] - 0.1 * dw), r(start[1] - 0.1 * g)
            rows.append(
                {"p": p, "L": r((p - y) ** 2 / 2), "dL/dw": dw, "dL/db": g, "w_new": w, "b_new": b}
            )
    return rows


def pairs(order=((0, 1), (2, 3)), old=False):
    """Two steps over two examples each, with the mean of their gradients."""
    x = np.array([[1, 0.4], [2, -0.7], [-1, 0.3], [0.6, 1.2]])
    y = np.array([2, 3, 1, -1])
    w, rows = np.array([0.5, -0.3]), []
    first = w
    for batch in map(list, order):
        g = x[batch] @ (first if old else w) - y[batch]
        dw = (g[:, None] * x[batch]).mean(axis=0)
        w = w - 0.2 * dw
        rows.append({"dL/dw": dw, "w_new": w})
    return rows


ADAM = """\
inputs: {x: [2, -1], y: 0.8}
weights: {w: [1, 0.5], b: 0.1}
network:
  p: w @ x + b
loss: (p - y)**2 / 2
update:
  rule: adam
  lr: 0.1
  steps: 2
  state: {t: 3, w: {m: [0.5, -0.2], v: [0.4, 0.1]}, b: {m: 0.3, v: 0.2}}
"""


def adam(made=3, digits=None):
    """Algorithm 1 of Kingma and Ba, from a state after so many steps."""
    r = rounding(digits)
    x, rows = np.array([2.0, -1]), []
    now = {"w": np.array([1, 0.5]), "b": 0.1}
    m = {"w": np.array([0.5, -0.2]), "b": 0.3}
    v = {"w": np.array([0.4, 0.1]), "b": 0.2}
    for t in (made + 1, made + 2):
        p = r(now["w"] @ x + now["b"])
        row = {"p": p, "L": r((p - 0.8) ** 2 / 2)}
        for name, g in (("w", r((p - 0.8) * x)), ("b", r(p - 0.8))):
            m[name], v[name] = r(0.9 * m[name] + 0.1 * g), r(0.999 * v[name] + 0.001 * g * g)
            mhat, vhat = r(m[name] / (1 - 0.9**t)), r(v[name] / (1 - 0.999**t))
            now[name] = r(now[name] - 0.1 * mhat / (np.sqrt(vhat) + 1e-8))
            row |= {f"dL/d{name}": g, f"{name}_m": m[name], f"{name}_v": v[name]}
            row |= {f"{name}_mhat": mhat, f"{name}_vhat": vhat, f"{name}_new": now[name]}
        rows.append(row)
    return rows


def steps(rows, digits, decimals=None, kept=None):
    """The steps as an answers file."""
    found = "steps:\n"
    for row in rows:
        parts = (
            f"{q}: {number(v, digits, decimals)}" for q, v in row.items() if not kept or q in kept
        )
        found += f"  - {{{', '.join(parts)}}}\n"
    return found


def judged(text, answers):
    (report,) = check_text(problem(text), answers, options=PATIENT)
    return report


def roots(report):
    return [(root.name, root.at, root.step, root.possible) for root in report.mistakes]


REVERSED = ("examples-reordered", "p", 1, False)
OLD = ("old-weights-kept", "p", 2, False)
SLIPS = {
    "reversed": (EPOCH, epoch((2, 1, 0)), REVERSED),
    "two exchanged": (EPOCH, epoch((1, 0, 2)), REVERSED),
    "reversed in both": (EPOCHS, epoch((2, 1, 0), 2), REVERSED),
    "as listed": (GIVEN_ORDER, epoch(), REVERSED),
    "old weights": (EPOCH, epoch(old=("pass",)), OLD),
    "old in both": (EPOCHS, epoch(epochs=2, old=("pass",)), OLD),
    "each alone": (EPOCH, epoch(old=("pass", "new")), OLD),
}
PARTS = {"full": None, "gradients": ("dL/dw", "dL/db", "w_new", "b_new"), "new": ("w_new", "b_new")}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_of_an_epoch_is_one_mistake(slip, part):
    text, rows, expected = SLIPS[slip]
    report = judged(text, steps(rows, 5, kept=PARTS[part]))
    assert roots(report) == [expected]


@pytest.mark.parametrize("slip", ["reversed", "old weights", "each alone"])
def test_a_slip_shows_in_the_last_weights_alone(slip):
    text, rows, expected = SLIPS[slip]
    last = "".join(f"  {q}: {number(rows[-1][q], 6)}\n" for q in ("w_new", "b_new"))
    assert roots(judged(text, f"answers:\n{last}")) == [expected]


def test_what_was_done_is_said():
    said = [judged(SLIPS[s][0], steps(SLIPS[s][1], 5)).mistakes[0].message for s in list(SLIPS)[:4]]
    assert said[0].startswith("The examples are taken in the reverse order; ")
    assert "taken in the order 2, 1, 3; the exercise takes them in the order 1, 2, 3." in said[1]
    assert "taken in the order 1, 2, 3; the exercise takes them in the order 2, 3, 1." in said[3]


def test_small_batches():
    report = judged(PAIRS, steps(pairs(((2, 3), (0, 1))), 5))
    assert [(r.name, r.possible) for r in report.mistakes] == [("examples-reordered", False)]
    assert "in the reverse order; the exercise takes them in the order 1 and 2, 3 and 4" in (
        report.mistakes[0].message
    )
    report = judged(PAIRS, steps(pairs(old=True), 5))
    assert [(r.name, r.possible) for r in report.mistakes] == [("old-weights-kept", False)]


def test_what_follows_from_another_order_is_charged_once():
    report = judged(EPOCH, steps(epoch((2, 1, 0)), 5))
    assert sum(a.points < a.max_points for a in report.answers) == 1
    assert {a.status for a in report.answers} <= {"correct", "carried", "wrong"}


@pytest.mark.parametrize(
    "kept", [None, ("L", "w_m", "w_v", "b_m", "b_v", "w_new", "b_new"), ("w_new", "b_new")]
)
def test_steps_counted_from_one_again(kept):
    report = judged(ADAM, steps(adam(made=0, digits=6), 6, kept=kept))
    assert roots(report) == [("optimizer-state-slip", "w_mhat", 1, False)]
    said = report.mistakes[0].message
    assert said == "w_mhat counts the steps from 1 again, though 3 steps came before."


RIGHT = {
    "epoch": (EPOCH, epoch),
    "epochs": (EPOCHS, lambda digits=None: epoch(epochs=2, digits=digits)),
    "order": (GIVEN_ORDER, lambda digits=None: epoch((1, 2, 0), digits=digits)),
    "pairs": (PAIRS, lambda digits=None: pairs()),
    "adam": (ADAM, lambda digits=None: adam(digits=digits)),
}


@pytest.mark.parametrize("digits", [(3, None), (4, None), (6, None), (0, 3), (0, 4)])
@pytest.mark.parametrize("kept", [None, ("dL/dw", "w_new", "b_new"), ("w_new", "b_new")])
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_sheet_is_accused_of_nothing(name, kept, digits):
    text, make = RIGHT[name]
    if name == "adam" and digits == (3, None):
        digits = (4, None)  # 101 would be read as a whole number, which no mean of squares is
    for rows in (make(), make(digits=digits[0])):
        report = judged(text, steps(rows, *digits, kept=kept))
        assert roots(report) == []
        assert {a.status for a in report.answers} <= {"correct", "rounded", "missing"}
