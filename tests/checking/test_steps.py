"""Answers to the steps of an update: judged, carried on, counted."""

import numpy as np
import pytest

from backpropcli.checking.check import check_text
from backpropcli.checking.graph import Graph
from backpropcli.problem import problem_from_text
from backpropcli.solution import solve

RULES = (
    "rule: sgd, lr: 0.1/t, weight_decay: 0.1",
    "rule: momentum, lr: 0.1",
    "rule: momentum, form: dampened, lr: [0.1, 0.2]",
    "rule: nesterov, lr: 0.1, state: {w: {v: 0.5}}, weight_decay: 0.1",
    "rule: nesterov, form: pytorch, lr: 0.1",
    "rule: adagrad, lr: 0.1",
    "rule: rmsprop, lr: 0.1",
    "rule: adam, lr: 0.1, state: {t: 1}",
    "rule: adamw, lr: 0.1",
)
ONE = """\
inputs: {x: 2, y: 1}
weights: {w: 1, b: 0.5}
network:
  p: w*x + b
loss: (p - y)**2 / 2
"""
MANY = """\
weights: {w: 1, b: 0.5}
network:
  p: w*x + b
loss: (p - y)**2 / 2
examples: [{x: 2, y: 1}, {x: -1, y: 2}, {x: 1, y: 0}]
define: {gain: w - w_new}
"""
WAYS = (
    (ONE, ""),
    (ONE, "steps: 2"),
    (ONE, "steps: 2, only: [w]"),
    (MANY, "steps: 2"),
    (MANY, "batch: 1, steps: 2"),
    (MANY, "batch: 2, epochs: 1"),
)


def problem(text, update):
    return problem_from_text(f"{text}update: {{{update}}}\n")


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("text", "way"), WAYS)
def test_every_value_follows_from_its_parents(rule, text, way):
    if "[0.1, 0.2]" in rule and not way:
        way = "steps: 2"
    solution = solve(problem(text, ", ".join(filter(None, (rule, way)))))
    graph = Graph(solution)
    for i, node in enumerate(graph.nodes):
        assert all(p < i for p in node.parents)
        if node.compute is not None:
            again = node.compute([graph.nodes[p].value for p in node.parents])
            assert np.allclose(again, np.asarray(node.value, float), rtol=1e-9, atol=1e-12)
    for name, value in solution.total.values.items():
        place = graph.find(name)
        assert place is not None, name
        assert np.allclose(graph.nodes[place].value, value), name
    for number, step in enumerate(solution.steps, 1):
        for name, value in step.total.values.items():
            if "(" in name:
                continue
            place = graph.find(name, 0, number)
            assert place is not None, (name, number)
            assert np.allclose(graph.nodes[place].value, value), (name, number)


def test_steps_of_too_large_a_problem_are_compared_by_their_numbers(monkeypatch):
    monkeypatch.setattr("backpropcli.checking.graph.MOST_NODES", 5)
    solution = solve(problem(ONE, "rule: momentum, lr: 0.1, steps: 4"))
    graph = Graph(solution)
    for number, step in enumerate(solution.steps, 1):
        place = graph.find("w_v", 0, number)
        assert graph.nodes[place].value == step.total.values["w_v"]
    assert graph.nodes[graph.find("w_new")].value == solution.total.values["w_new"]


MOMENTUM = problem("weights: {w: 1}\nloss: (w - 5)^2\n", "rule: momentum, lr: 0.1, steps: 3")


def checked(problem, text):
    return check_text(problem, text)[0]


def statuses(report):
    return {(a.quantity, a.step): a.status for a in report.answers}


def test_a_wrong_step_is_carried_on():
    """v = -0.8, -1.36, -1.592; after -1.26 for the second v the third is 0.9*-1.26 - 0.388."""
    found = statuses(checked(MOMENTUM, """\
steps:
  - {w_v: -0.8, w_new: 1.8}
  - {dL/dw: -6.4, w_v: -1.26, w_new: 3.06}
  - {dL/dw: -3.88, w_v: -1.522, w_new: 4.582}
"""))  # fmt: skip
    assert found["w_v", 2] == "wrong"
    for one in (("w_new", 2), ("dL/dw", 3), ("w_v", 3), ("w_new", 3)):
        assert found[one] == "carried"


def test_the_last_step_answers_what_is_asked_at_the_top():
    text = "weights: {w: 1}\nloss: (w - 5)^2\nfind: [w_new]\n"
    own = problem(text, "rule: momentum, lr: 0.1, steps: 2")
    assert checked(own, "steps: [{}, {w_new: 3.16}]").score == 1
    assert checked(own, "answers: {w_new: 3.16}").score == 1
    report = checked(own, "steps: [{w_new: 1.8}, {w_new: 3}]")
    assert (report.score, report.max_score) == (0.5, 1)
    report = checked(own, "steps: [{w_new: 1.8}, {}]")
    assert (report.score, report.max_score) == (0.5, 1)
    missing = next(a for a in report.answers if a.status == "missing")
    assert (missing.step, missing.expected) == (2, pytest.approx(3.16))


EPOCH = problem(MANY + "find: [p, L, dL/dw, w_new]\n", "lr: 0.1, batch: 1, epochs: 1")
# x = 2, -1, 1 and y = 1, 2, 0 with w = 1, b = 0.5


def test_a_step_over_one_example_has_its_values():
    report = checked(EPOCH, """\
steps:
  - {p: 2.5, L: 1.125, dL/dw: 3, w_new: 0.7}
  - {p: -0.35, L: 2.76125, dL/dw: 2.35, w_new: 0.465}
  - {examples: [{}, {}, {p: 1.05}], L: 0.55125, dL/dw: 1.05, w_new: 0.36}
""")  # fmt: skip
    assert all(a.status == "correct" for a in report.answers), statuses(report)
    assert report.score == report.max_score == 4


def test_an_example_that_a_step_does_not_see_is_told():
    with pytest.raises(Exception, match="step 1 does not see example 2"):
        checked(EPOCH, "steps: [{examples: [{}, {p: 1}]}]")


FORMULAS = """\
steps:
  - {w_ahead: w - 0.9*w_v_old, w_g: 2*(w_ahead - 5), w_v: 0.9*w_v_old + 0.1*w_g, w_new: w - w_v}
  - {w_ahead: w - 0.9*w_v_old, w_g: 2*(w - 5), w_v: 0.9*w_v_old + w_g, w_new: w - w_v}
"""


def test_formulas_of_a_step():
    own = problem("weights: {w: 1}\nloss: (w - 5)^2\n", "rule: nesterov, lr: 0.1, steps: 2")
    found = statuses(checked(own, FORMULAS))
    assert {found[name, 1] for name in ("w_ahead", "w_g", "w_v", "w_new")} == {"correct"}
    assert found["w_ahead", 2] == found["w_new", 2] == "correct"
    assert found["w_g", 2] == found["w_v", 2] == "wrong"


def test_formulas_of_adam():
    own = problem("weights: {w: 1}\nloss: (w - 5)^2\n", "rule: adam, lr: 0.1, eps: 0")
    text = "answers: {w_mhat: w_m/(1 - 0.9^t), w_new: w - 0.1*w_mhat/sqrt(w_vhat), w_vhat: w_v}\n"
    found = statuses(checked(own, text))
    assert found["w_mhat", None] == found["w_new", None] == "correct"
    assert found["w_vhat", None] == "wrong"


PAIR = """\
inputs: {x: [1.9, -0.7], y: 0.4}
weights: {w: [0.35, -0.62]}
network:
  p: w @ x
loss: (p - y)**2 / 2
update: {rule: sgd, lr: 0.3}
"""


def test_a_sign_that_is_lost_in_one_entry_of_a_step():
    """p = 1.099, dL/dw = 0.699*(1.9, -0.7); -0.62 - 0.3*0.4893 = -0.767 where + is right."""
    lines = "answers:\n  p: 1.099\n  dL/dw: [1.328, -0.489]\n  w_new: [-0.048, -0.767]\n"
    (found,) = check_text(problem_from_text(PAIR), lines)
    assert [a.status for a in found.answers if a.submitted is not None] == [
        "correct", "correct", "wrong",
    ]  # fmt: skip
    assert [(m.name, m.possible) for m in found.mistakes] == [("sign-slip", False)]
    assert found.mistakes[0].message == "w_new takes dL/dw[2] with the other sign."
