"""The slopes of activations, each from its definition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from backpropcli.derivation.data import Derivation, Line, partial
from backpropcli.derivation.forms import Branch, cases
from backpropcli.derivation.points import Setting
from backpropcli.derivation.proof import Proof, Words, shape_of, uses, value_name
from backpropcli.language.nodes import Apply, Expr, Name, Number, call
from backpropcli.language.text import to_text
from backpropcli.program import Program

Lines = list[tuple[Expr, str]]
ONE = Number(1)


def _sigmoid(f: Name, z: Name, use: Apply) -> Lines:
    under = ONE + call("exp", -z)
    return [
        (partial(ONE / under, z), "definition of the sigmoid"),
        (-(partial(under, z) / under**2), "the derivative of 1/u is -u'/u**2"),
        (call("exp", -z) / under**2, "d exp(-{z})/d{z} = -exp(-{z}), by the chain rule"),
        (ONE / under * (call("exp", -z) / under), "written as two factors"),
        (ONE / under * (1 - ONE / under), "exp(-{z}) = (1 + exp(-{z})) - 1"),
        (f * (1 - f), "definition of the sigmoid"),
    ]


def _tanh(a: Name, z: Name, use: Apply) -> Lines:
    up, down = call("exp", z), call("exp", -z)
    above, under = up - down, up + down
    return [
        (partial(above / under, z), "definition of tanh"),
        (
            (partial(above, z) * under - above * partial(under, z)) / under**2,
            "quotient rule: (u/v)' = (u'*v - u*v')/v**2",
        ),
        (
            (under**2 - above**2) / under**2,
            "exp({z}) has the derivative exp({z}), and exp(-{z}) has -exp(-{z})",
        ),
        (1 - (above / under) ** 2, "divided term by term"),
        (1 - a**2, "definition of tanh"),
    ]


def _relu(h: Name, z: Name, use: Apply) -> Lines:
    return [
        (partial(cases([Branch(z, z, ">", Number(0))], 0), z), "definition of relu"),
        (
            cases([Branch(ONE, z, ">", Number(0))], 0),
            "the slope of {z} is 1, that of 0 is 0; at the corner {z} = 0 it is taken to be 0",
        ),
        (call("relu'", z), "this is written relu'({z})"),
    ]


def _leaky_relu(h: Name, z: Name, use: Apply) -> Lines:
    alpha = Number(Fraction(dict(use.params).get("alpha", Fraction(1, 100))))
    return [
        (
            partial(cases([Branch(z, z, ">", Number(0))], alpha * z), z),
            "definition of leaky_relu",
        ),
        (
            cases([Branch(ONE, z, ">", Number(0))], alpha),
            "the slopes of the two lines; at the corner {z} = 0 it is taken to be "
            + to_text(alpha),
        ),
    ]


def _softplus(h: Name, z: Name, use: Apply) -> Lines:
    under = ONE + call("exp", z)
    return [
        (partial(call("log", under), z), "definition of softplus"),
        (partial(under, z) / under, "the derivative of log(u) is u'/u"),
        (call("exp", z) / under, "exp({z}) is its own derivative"),
        (ONE / (ONE + call("exp", -z)), "divided by exp({z}) above and below"),
        (call("sigmoid", z), "definition of the sigmoid"),
    ]


def _exp(a: Name, z: Name, use: Apply) -> Lines:
    return [
        (partial(call("exp", z), z), "definition"),
        (call("exp", z), "the exponential function is its own derivative"),
        (a, "definition"),
    ]


def _log(a: Name, z: Name, use: Apply) -> Lines:
    return [
        (partial(call("log", z), z), "definition"),
        (ONE / partial(call("exp", a), a), "slope of the inverse function: {z} = exp({a})"),
        (ONE / call("exp", a), "the exponential function is its own derivative"),
        (ONE / z, "exp(log({z})) = {z}"),
    ]


RULES: dict[str, tuple[Callable[[Name, Name, Apply], Lines], str, str]] = {
    "sigmoid": (_sigmoid, "f", "e"),
    "tanh": (_tanh, "a", "z"),
    "relu": (_relu, "h", "z"),
    "leaky_relu": (_leaky_relu, "h", "z"),
    "softplus": (_softplus, "h", "z"),
    "exp": (_exp, "a", "z"),
    "log": (_log, "a", "z"),
}


def slope(use: Apply, out: Name, z: Name, notes: tuple[str, ...] = ()) -> Proof:
    """The slope of an activation ``out = use(z)``, for one entry."""
    rule = RULES[use.op][0]
    lines = tuple(Line(expr, why.format(z=z.name, a=out.name)) for expr, why in rule(out, z, use))
    title = f"The derivative of {use.op}"
    setting = Setting(
        {out.name: (), z.name: ()},
        {out.name: Apply(use.op, (z,), use.params)},
        positive=frozenset({z.name} if use.op == "log" else ()),
    )
    return Proof(Derivation(title, partial(out, z), lines, (), notes), setting)


def found(program: Program) -> Iterator[Proof]:
    """One for each activation that is used; with its names where it is used once."""
    for op, (_, out, z) in RULES.items():
        different = uses(program, op)
        if different and not (op == "log" and _in_cross_entropy(program)):
            yield _of_use(different[0], len(different) == 1, out, z, program)


def _in_cross_entropy(program: Program) -> bool:
    """Whether the logarithms belong to a cross-entropy, which has a proof of its own."""
    from backpropcli.derivation.proofs import cross_entropy, sigmoid_cross_entropy

    return any(True for part in (cross_entropy, sigmoid_cross_entropy) for _ in part.found(program))


def _of_use(use: Apply, only: bool, out: str, z: str, program: Program) -> Proof:
    words = Words(program)
    value = value_name(use, program)
    if only and isinstance(value, Name) and isinstance(use.args[0], Name):
        upper, lower = value, use.args[0]
    else:
        upper, lower = words.fresh(out, "a", "f"), words.fresh(z, "u", "t")
        words.notes.append(f"{upper.name} stands for {use.op}({lower.name}), wherever it is used.")
    if shape_of(use, program):
        words.notes.append(
            f"Each entry of {upper.name} depends on the same entry of {lower.name} alone; "
            "the letters stand for such a pair of entries."
        )
    return slope(use, upper, lower, tuple(words.notes))
