"""Rules that follow the gradient, with and without momentum."""

from __future__ import annotations

from fractions import Fraction

from backpropcli.language.nodes import Expr
from backpropcli.optimizers.entry import Line, Rule, Setting, Step, rest_of

MU = Setting("mu", Fraction(9, 10), "the share of the old velocity that is kept", below=Fraction(1))


def _sgd(step: Step) -> list[Line]:
    return [("", step.times_rate(step.gradient))]


def _momentum(step: Step) -> list[Line]:
    kept = step.settings["mu"] * step.old("v")
    velocity = step.own("v")
    if step.form == "classical":
        return [step.line("v", kept + step.times_rate(step.gradient)), ("", velocity)]
    new: Expr = step.gradient
    if step.form == "dampened":
        new = rest_of(step.settings["mu"]) * new
    return [step.line("v", kept + new), ("", step.times_rate(velocity))]


def _nesterov(step: Step) -> list[Line]:
    if step.form == "classical":
        return _momentum(step)
    mu = step.settings["mu"]
    velocity = step.line("v", mu * step.old("v") + step.gradient)
    return [velocity, ("", step.times_rate(step.gradient + mu * step.own("v")))]


RULES = (
    Rule("sgd", "Gradient descent: the gradient times the learning rate.", _sgd,
         source="Goodfellow, Bengio and Courville, Deep Learning (2016), algorithm 8.1"),
    Rule("momentum", "Gradient descent with a velocity that remembers earlier gradients.",
         _momentum, (MU,), ("v",), forms=("classical", "dampened", "pytorch"),
         source="Polyak (1964); Sutskever, Martens, Dahl and Hinton (2013), equations 1 and 2"),
    Rule("nesterov", "Momentum with the gradient where the velocity alone would lead.",
         _nesterov, (MU,), ("v",), forms=("classical", "pytorch"), ahead=("classical",),
         source="Nesterov (1983); Sutskever, Martens, Dahl and Hinton (2013), equations 3 and 4"),
)  # fmt: skip
