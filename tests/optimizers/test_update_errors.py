"""What is wrong in ``update:`` is told at its place."""

import pytest

from backpropcli.errors import ProblemError
from backpropcli.problem import problem_from_text

TEXT = "weights: {w: 1, V: [1, 2]}\nloss: w**2 + sum(V**2)\nupdate: {%s}\n"
DATA = "weights: {w: 1}\nloss: (w*x)**2\nexamples: [{x: 1}, {x: 2}]\nupdate: {%s}\n"


def complaints(update, text=TEXT):
    with pytest.raises(ProblemError) as raised:
        problem_from_text(text % update)
    return str(raised.value)


@pytest.mark.parametrize(
    ("update", "said"),
    [
        ("rule: adm, lr: 1", "did you mean adam"),
        ("rule: sgd, lr: 1, mu: 0.9", "sgd has no `mu`"),
        ("rule: momentum, lr: 1, momentum: 0.9", "did you mean `mu`?"),
        ("rule: adam, lr: 1, beta: 0.9", "that belongs to rmsprop"),
        ("rule: adam, lr: 1, beta1: 1", "at least 0 and below 1"),
        ("rule: rmsprop, lr: 1, eps: -1", "at least 0"),
        ("rule: momentum, lr: 1, form: keras", "classical or dampened or pytorch"),
        ("rule: momentum, lr: 1, state: {w: 3}", "w needs a mapping such as {v: ..}"),
        ("rule: momentum, lr: 1, state: {V: {v: 3}}", "needs the shape of V, (2,)"),
        ("rule: momentum, lr: 1, state: {u: {v: 3}}", "`state` names weights"),
        ("rule: momentum, lr: 1, only: [w], state: {V: {v: [1, 2]}}", "V is not updated"),
        ("rule: adam, lr: 1, state: {w: {v: -1}}", "it is not below 0"),
        ("rule: adam, lr: 1, state: {t: 0.5}", "whole number"),
        ("rule: sgd", "`lr:`, the learning rate, is missing"),
        ("rule: sgd, lr: [1, 2], steps: 3", "2 learning rates for 3 steps"),
        ("rule: sgd, lr: {decay: step, factor: 1}", "`start:` is missing"),
        ("rule: sgd, lr: {start: 1, decay: stp}", "step or exponential or inverse or cosine"),
        ("rule: sgd, lr: {start: 1, decay: step, factor: 0.5, every: 0}", "at least 1"),
        ("rule: sgd, lr: 1/s", "there is no given value `s`"),
        ("rule: sgd, lr: 1, batch: 2", "there are none"),
        ("rule: sgd, lr: 1, steps: 20000", "at most 10000 steps"),
        ("rule: sgd, lr: 1, weight_decay: {u: 1}", "`weight_decay` names weights"),
    ],
)
def test_wrong_settings(update, said):
    assert said in complaints(update)


@pytest.mark.parametrize(
    ("update", "said"),
    [
        ("rule: sgd, lr: 1, batch: 3", "a batch of 3 examples"),
        ("rule: sgd, lr: 1, batch: 1, order: [1, 1]", "each example from 1 to 2 once"),
        ("rule: sgd, lr: 1, steps: 2, epochs: 1", "only one of them"),
        ("rule: sgd, lr: 1, epochs: 0", "from 1 on"),
    ],
)
def test_wrong_batches(update, said):
    assert said in complaints(update, DATA)


def test_names_of_the_rule_may_not_be_values():
    text = "inputs: {w_v: 1}\nweights: {w: 1}\nloss: w_v*w**2\nupdate: {%s}\n"
    assert "`w_v` is the name of a value already" in complaints("rule: momentum, lr: 1", text)
    problem_from_text(text % "rule: sgd, lr: 1")


def test_places_are_exact():
    assert ":3:16: update: `rule` is" in complaints("rule: 7, lr: 1").replace("problem.yaml", "")
