"""Rules with a learning rate of its own for each entry of a weight."""

from __future__ import annotations

from fractions import Fraction

from backpropcli.language.nodes import Expr, call
from backpropcli.optimizers.entry import Line, Rule, Setting, Step, rest_of

ONE = Fraction(1)
EPS = Setting("eps", Fraction(1, 10**8), "added to the root, so that nothing is divided by 0")
BETA = Setting("beta", Fraction(9, 10), "the share of the old average that is kept", below=ONE)
BETA1 = Setting("beta1", Fraction(9, 10), "the share of the old m that is kept", below=ONE)
BETA2 = Setting("beta2", Fraction(999, 1000), "the share of the old v that is kept", below=ONE)


def _scaled(step: Step, direction: Expr, squares: Expr) -> Expr:
    """``rate * direction / (sqrt(squares) + eps)``."""
    root = call("sqrt", squares)
    eps = step.settings["eps"]
    below = root if getattr(eps, "value", None) == 0 else root + eps
    return step.times_rate(direction) / below


def _adagrad(step: Step) -> list[Line]:
    squares = step.old("G") + step.gradient**2
    return [step.line("G", squares), ("", _scaled(step, step.gradient, step.own("G")))]


def _rmsprop(step: Step) -> list[Line]:
    squares = step.average("beta", "v", step.gradient**2)
    return [step.line("v", squares), ("", _scaled(step, step.gradient, step.own("v")))]


def _adam(step: Step) -> list[Line]:
    found = [
        step.line("m", step.average("beta1", "m", step.gradient)),
        step.line("v", step.average("beta2", "v", step.gradient**2)),
    ]
    first, second = step.own("m"), step.own("v")
    if step.corrected:
        for suffix, share in (("m", "beta1"), ("v", "beta2")):
            grown = rest_of(step.settings[share] ** step.t)
            found.append(step.line(f"{suffix}hat", step.own(suffix) / grown))
        first, second = step.own("mhat"), step.own("vhat")
    return [*found, ("", _scaled(step, first, second))]


def _adamw(step: Step) -> list[Line]:
    *found, (_, towards) = _adam(step)
    if step.decay is not None:
        towards = towards + step.times_rate(step.decay)
    return [*found, ("", towards)]


RULES = (
    Rule("adagrad", "Each entry's rate shrinks with the sum of its squared gradients.",
         _adagrad, (EPS,), ("G",), "G",
         source="Duchi, Hazan and Singer (2011); Goodfellow et al. (2016), algorithm 8.4"),
    Rule("rmsprop", "Each entry's rate shrinks with the average of its squared gradients.",
         _rmsprop, (BETA, EPS), ("v",), "v",
         source="Tieleman and Hinton (2012), Neural Networks for Machine Learning, lecture 6.5"),
    Rule("adam", "Averages of the gradient and of its square, both corrected for their start at 0.",
         _adam, (BETA1, BETA2, EPS), ("m", "v"), "v", counts=True, corrects=True,
         source="Kingma and Ba (2015), algorithm 1"),
    Rule("adamw", "Adam with weight decay on the weight itself, not on the gradient.",
         _adamw, (BETA1, BETA2, EPS), ("m", "v"), "v", counts=True, corrects=True, decoupled=True,
         weight_decay=Fraction(1, 100),
         source="Loshchilov and Hutter (2019), algorithm 2 with a schedule multiplier of the rate"),
)  # fmt: skip
