"""Every update rule against the formulas of its source, written here as loops over numbers."""

import math
from fractions import Fraction

import numpy as np
import pytest

from backpropcli.problem import problem_from_text
from backpropcli.solution import solve

PARABOLA = "weights: {w: 1}\nloss: (w - 5)^2\nupdate: {%s}\n"
LINE = """\
inputs: {x: [1, 2], y: 1}
weights: {w: [0.5, -0.25], b: 0.1}
network:
  yhat: w @ x + b
loss: (yhat - y)**2 / 2
update: {%s}
"""


def solved(update, text=PARABOLA):
    return solve(problem_from_text(text % update))


def history(update, name="w_new", text=PARABOLA):
    return [float(step.total.values[name]) for step in solved(update, text).steps]


def slope(w):
    return 2 * (w - 5)


def test_momentum_keeps_a_share_of_the_velocity():
    """v = mu*v + lr*g, w = w - v."""
    w, v, found = 1.0, 0.0, []
    for _ in range(4):
        v = 0.5 * v + 0.1 * slope(w)
        w -= v
        found.append((v, w))
    steps = solved("rule: momentum, lr: 0.1, mu: 0.5, steps: 4").steps
    got = [(float(s.total.values["w_v"]), float(s.total.values["w_new"])) for s in steps]
    assert np.allclose(got, found, rtol=1e-12)


def test_momentum_by_hand():
    """w = 1, g = -8: v = -0.8, w = 1.8; g = -6.4: v = -0.72 - 0.64 = -1.36, w = 3.16."""
    found = solved("rule: momentum, lr: 0.1, steps: 2")
    assert [s.total.exact["w_v"][()] for s in found.steps] == [Fraction(-4, 5), Fraction(-34, 25)]
    assert found.total.exact["w_new"][()] == Fraction(79, 25)
    assert found.total.exact["w_change"][()] == Fraction(54, 25)


def test_dampened_momentum_averages():
    """v = mu*v + (1 - mu)*g, w = w - lr*v: v = -0.8, w = 1.08; v = -0.72 - 0.784 = -1.504."""
    found = solved("rule: momentum, form: dampened, lr: 0.1, steps: 2")
    assert [s.total.exact["w_v"][()] for s in found.steps] == [Fraction(-4, 5), Fraction(-188, 125)]
    assert found.total.values["w_new"] == pytest.approx(1.08 + 0.1504)


def test_momentum_of_pytorch_puts_the_rate_last():
    """v = mu*v + g, w = w - lr*v: the same weights while the rate is constant."""
    found = solved("rule: momentum, form: pytorch, lr: 0.1, steps: 2")
    assert [float(s.total.values["w_v"]) for s in found.steps] == pytest.approx([-8, -13.6])
    assert found.total.values["w_new"] == pytest.approx(3.16)


def test_nesterov_takes_the_gradient_where_the_momentum_leads():
    w, v, found = 1.0, -0.5, []
    for _ in range(3):
        ahead = w - 0.9 * v
        g = slope(ahead)
        v = 0.9 * v + 0.1 * g
        w -= v
        found.append((ahead, g, v, w))
    steps = solved("rule: nesterov, lr: 0.1, steps: 3, state: {w: {v: -0.5}}").steps
    names = ("w_ahead", "w_g", "w_v", "w_new")
    got = [[float(s.total.values[name]) for name in names] for s in steps]
    assert np.allclose(got, found, rtol=1e-12)


def test_values_and_gradients_of_nesterov_belong_to_the_given_weights():
    found = solved("rule: nesterov, lr: 0.1, state: {w: {v: -0.5}}")
    assert found["L"] == pytest.approx(16)
    assert found["dL/dw"] == pytest.approx(-8)
    assert found["w_ahead"] == pytest.approx(1.45)
    assert found["w_g"] == pytest.approx(-7.1)
    assert found.ahead.total.values["L"] == pytest.approx(3.55**2)


def test_nesterov_of_pytorch():
    """v = mu*v + g, w = w - lr*(g + mu*v)."""
    w, v, found = 1.0, 0.0, []
    for _ in range(3):
        g = slope(w)
        v = 0.9 * v + g
        w -= 0.1 * (g + 0.9 * v)
        found.append(w)
    assert history("rule: nesterov, form: pytorch, lr: 0.1, steps: 3") == pytest.approx(found)


def test_adagrad_adds_up_squares():
    w, total, found = 1.0, 0.0, []
    for _ in range(3):
        g = slope(w)
        total += g**2
        w -= 0.5 * g / (math.sqrt(total) + 1e-8)
        found.append((total, w))
    steps = solved("rule: adagrad, lr: 0.5, steps: 3").steps
    got = [(float(s.total.values["w_G"]), float(s.total.values["w_new"])) for s in steps]
    assert np.allclose(got, found, rtol=1e-12)


def test_rmsprop_averages_squares():
    w, v, found = 1.0, 2.0, []
    for _ in range(3):
        g = slope(w)
        v = 0.8 * v + 0.2 * g**2
        w -= 0.5 * g / (math.sqrt(v) + 1e-6)
        found.append((v, w))
    more = "beta: 0.8, eps: 1e-6, state: {w: {v: 2}}"
    steps = solved(f"rule: rmsprop, lr: 0.5, steps: 3, {more}").steps
    got = [(float(s.total.values["w_v"]), float(s.total.values["w_new"])) for s in steps]
    assert np.allclose(got, found, rtol=1e-12)


def adam(w, lr, steps, decay=0.0, decoupled=False, m=0.0, v=0.0, made=0):
    """Kingma and Ba, algorithm 1; decoupled as Loshchilov and Hutter, algorithm 2."""
    found = []
    for t in range(made + 1, made + steps + 1):
        g = slope(w) + (0 if decoupled else decay * w)
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        mhat, vhat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        w = w - lr * mhat / (math.sqrt(vhat) + 1e-8) - (lr * decay * w if decoupled else 0)
        found.append((m, v, mhat, vhat, w))
    return found


ADAM = ("w_m", "w_v", "w_mhat", "w_vhat", "w_new")


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ("rule: adam, lr: 0.1", {}),
        ("rule: adam, lr: 0.1, weight_decay: 0.2", {"decay": 0.2}),
        ("rule: adamw, lr: 0.1", {"decay": 0.01, "decoupled": True}),
        ("rule: adamw, lr: 0.1, weight_decay: 0.3", {"decay": 0.3, "decoupled": True}),
        ("rule: adam, lr: 0.1, state: {t: 2, w: {m: 1, v: 4}}", {"m": 1, "v": 4, "made": 2}),
    ],
)
def test_adam(update, expected):
    steps = solved(f"{update}, steps: 3").steps
    got = [[float(s.total.values[name]) for name in ADAM] for s in steps]
    assert np.allclose(got, adam(1.0, 0.1, 3, **expected), rtol=1e-12)


def test_the_first_step_of_adam_is_as_long_as_the_rate():
    """Kingma and Ba, section 2.1: mhat = g and vhat = g^2 at t = 1."""
    found = solved("rule: adam, lr: 0.1, steps: 1")
    assert found["w_mhat"] == pytest.approx(-8)
    assert found["w_vhat"] == pytest.approx(64)
    assert found["w_new"] == pytest.approx(1.1, rel=1e-8)


def test_adam_without_bias_correction():
    """m = -0.8, v = 0.064: 0.1 * 0.8 / sqrt(0.064) = 0.3162."""
    found = solved("rule: adam, lr: 0.1, bias_correction: false")
    assert "w_mhat" not in found
    assert found["w_new"] == pytest.approx(1 + 0.08 / (math.sqrt(0.064) + 1e-8))


def test_weight_decay_adds_to_the_gradient():
    """g = -8 + 0.5*1; of one weight alone the other keeps its gradient."""
    assert solved("rule: sgd, lr: 0.1, weight_decay: 0.5")["w_new"] == pytest.approx(1.75)
    found = solved("rule: sgd, lr: 0.1, weight_decay: {w: 0.5}", LINE)
    assert found["w_g"].tolist() == pytest.approx([-0.9 + 0.25, -1.8 - 0.125])
    assert found["b_new"] == pytest.approx(0.1 + 0.09)
    assert "b_g" not in found


def test_settings_may_be_given_values():
    text = "inputs: {beta: 0.8, eta: 0.5}\n" + PARABOLA
    found = solved("rule: rmsprop, lr: eta, beta: beta, eps: 0", text)
    assert found["w_v"] == pytest.approx(0.2 * 64)
    assert found["w_new"] == pytest.approx(1 + 0.5 * 8 / math.sqrt(12.8))


def test_the_state_goes_on_from_step_to_step_for_every_weight():
    found = solved("rule: momentum, lr: 0.1, steps: 2, state: {w: {v: [1, 0]}}", LINE)
    first, second = found.steps
    assert first.total.values["w_v_old"].tolist() == [1, 0]
    assert second.total.values["w_v_old"].tolist() == first.total.values["w_v"].tolist()
    assert second.total.values["b_v_old"] == first.total.values["b_v"]


@pytest.mark.parametrize(
    ("lr", "rates"),
    [
        ("[0.1, 0.05, 0.01]", [0.1, 0.05, 0.01]),
        ("0.1/t", [0.1, 0.05, 0.1 / 3]),
        ("0.2*0.5**(t - 1)", [0.2, 0.1, 0.05]),
        ("{start: 0.1, decay: step, factor: 0.5, every: 2}", [0.1, 0.1, 0.05, 0.05, 0.025]),
        ("{start: 0.1, decay: step, factor: 0.9}", [0.1, 0.09, 0.081]),
        ("{start: 0.1, decay: exponential, by: 0.5}", [0.1, 0.1 * math.exp(-0.5)]),
        ("{start: 0.1, decay: inverse, by: 0.5}", [0.1, 0.1 / 1.5, 0.05]),
        ("{start: 0.1, decay: cosine, over: 4}",
         [0.1, 0.05 * (1 + math.cos(math.pi / 4)), 0.05, 0.05 * (1 - math.cos(math.pi / 4)), 0]),
        ("{start: 0.1, decay: cosine, over: 2, end: 0.02}", [0.1, 0.06, 0.02]),
    ],
)  # fmt: skip
def test_schedules(lr, rates):
    found = solved(f"rule: sgd, lr: {lr}, steps: {len(rates)}").steps
    assert [float(s.total.values["rate"]) for s in found] == pytest.approx(rates, abs=1e-12)
    w = 1.0
    for rate in rates:
        w -= rate * slope(w)
    assert found[-1].total.values["w_new"] == pytest.approx(w)


def test_names_that_are_taken_are_left_alone():
    text = "inputs: {t: 3, rate: 0.1}\nweights: {w: 1}\nloss: (w - t)^2\nupdate: {%s}\n"
    found = solved("rule: sgd, lr: rate/t_step, steps: 2", text)
    assert [float(s.total.values["rate_t"]) for s in found.steps] == pytest.approx([0.1, 0.05])
    assert found["t"] == 3


EXAMPLES = """\
weights: {w: 0.5, b: 0}
network:
  p: w*x + b
loss: (p - y)**2 / 2
examples: [{x: 1, y: 2}, {x: 2, y: 3}, {x: -1, y: 1}]
update: {rule: sgd, lr: 0.1, %s}
"""
DATA = [(1, 2), (2, 3), (-1, 1)]


def by_batches(batches):
    w, b, found = 0.5, 0.0, []
    for batch in batches:
        dw = sum((w * DATA[i][0] + b - DATA[i][1]) * DATA[i][0] for i in batch)
        db = sum(w * DATA[i][0] + b - DATA[i][1] for i in batch)
        w, b = w - 0.1 * dw, b - 0.1 * db
        found.append((w, b))
    return found


@pytest.mark.parametrize(
    ("settings", "batches"),
    [
        ("epochs: 1, batch: 1", [(0,), (1,), (2,)]),
        ("batch: 1", [(0,), (1,), (2,)]),
        ("batch: 1, steps: 4", [(0,), (1,), (2,), (0,)]),
        ("epochs: 2, batch: 2", [(0, 1), (2,), (0, 1), (2,)]),
        ("epochs: 1, batch: 1, order: [3, 1, 2]", [(2,), (0,), (1,)]),
        ("epochs: 2", [(0, 1, 2)] * 2),
        ("steps: 2", [(0, 1, 2)] * 2),
    ],
)
def test_batches_and_epochs(settings, batches):
    steps = solved(settings, EXAMPLES).steps
    got = [(float(s.total.values["w_new"]), float(s.total.values["b_new"])) for s in steps]
    assert np.allclose(got, by_batches(batches), rtol=1e-12)


def test_losses_of_an_epoch():
    """L belongs to all examples at the given weights, L_steps to what each step sees."""
    found = solved("epochs: 1, batch: 1", EXAMPLES)
    w, b, seen = 0.5, 0.0, []
    total = sum((w * x + b - y) ** 2 / 2 for x, y in DATA)
    for (x, y), (new_w, new_b) in zip(DATA, by_batches([(0,), (1,), (2,)]), strict=True):
        seen.append((w * x + b - y) ** 2 / 2)
        w, b = new_w, new_b
    assert found["L"] == pytest.approx(total)
    assert found["L_steps"].tolist() == pytest.approx(seen)
    assert found["L_new"] == pytest.approx(sum((w * x + b - y) ** 2 / 2 for x, y in DATA))


def test_shared_weights_share_their_state():
    text = "weights: {a: 1, b: a}\nloss: (a*b - 3)^2\nupdate: {rule: momentum, lr: 0.1}\n"
    found = solve(problem_from_text(text))
    assert found["b_v"] == found["a_v"] == pytest.approx(-0.8)
