"""One loop over the catalogue: every sample of every op is checked in every way there is."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from backpropcli.autodiff.vjp import Assignment, vjp, without_slopes
from backpropcli.evaluate.entries import entry_expressions
from backpropcli.evaluate.exact import exact_values
from backpropcli.evaluate.floats import evaluate
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Expr, Name, Number, fold, postorder
from backpropcli.ops import FUNCTIONS, OPS, SIGNS, SPELLINGS
from backpropcli.ops.entry import Inexact, Op, Sample, Site

# These have no samples: what they take is no random array. Tested by hand in test_conventions.
BY_HAND = {
    "onehot": "takes class numbers",
    "eye": "takes no operand",
    "softmax_cross_entropy": "takes a target that sums to 1",
    "hinge": "takes a one-hot target",
    "accuracy": "takes a one-hot target and has no derivative",
    "embedding": "takes row numbers",
    "masked_softmax": "takes a mask of zeros and ones",
    "causal_mask": "takes no operand",
    "positional_encoding": "takes no operand",
}
# Not written out as entries: which entry wins is no expression of one entry.
NO_ENTRIES = {"is_max", "is_min"} | {
    f"maxpool{rank}d_{end}" for rank in (1, 2) for end in ("input", "at")
}

ONE_HOT = np.array([[0.0, 1, 0], [1, 0, 0]])
MASK = np.array([[1.0, 0, 1], [1, 1, 1]])
CASES = [(op, sample) for op in OPS.entries() for sample in op.samples]
TARGETED = [
    (OPS["softmax_cross_entropy"], Sample(((3,), (3,)))),
    (OPS["softmax_cross_entropy"], Sample(((2, 3), (2, 3)))),
    (OPS["hinge"], Sample(((3,), (3,)))),
    (OPS["hinge"], Sample(((2, 3), (2, 3)))),
    (OPS["masked_softmax"], Sample(((3,), (3,)))),
    (OPS["masked_softmax"], Sample(((2, 3), (2, 3)))),
]


def case_id(case: tuple[Op, Sample]) -> str:
    op, sample = case
    params = [f"{k}={getattr(v, 'items', v)}" for k, v in sample.params.items()]
    return f"{op.name}{list(sample.shapes)}" + "".join(params)


every_case = pytest.mark.parametrize("case", CASES, ids=case_id)
differentiated = pytest.mark.parametrize("case", CASES + TARGETED, ids=case_id)


PLAIN = {
    "sign": np.sign,
    "floor": np.floor,
    "erf": math.erf,
    "Heaviside": lambda x, *_: float(x > 0),
}


class Use:
    """One op on the operands of a sample, as an expression over names, with values."""

    def __init__(self, op: Op, sample: Sample) -> None:
        self.op, self.sample = op, sample
        self.names = [f"a{i}" for i in range(len(sample.shapes))]
        self.params = tuple(sample.params.items())
        self.expr = Apply(op.name, tuple(map(Name, self.names)), self.params)
        self.values = dict(zip(self.names, self.draw(), strict=True))
        known = {n: np.shape(v) for n, v in self.values.items()}
        self.shapes = Shapes({**known, "g": op.shape(sample.shapes, dict(sample.params)),
                              "out": op.shape(sample.shapes, dict(sample.params))})  # fmt: skip

    def draw(self) -> list[np.ndarray]:
        """Distinct values away from 0, so away from every kink."""
        rng = np.random.default_rng(sum(map(ord, self.op.name)))
        sizes = [math.prod(shape) for shape in self.sample.shapes]
        count = sum(sizes)
        grid = rng.permutation(count) + 0.35 + rng.uniform(-0.2, 0.2, count)
        flat = self.sample.low + (self.sample.high - self.sample.low) * grid / count
        parts = np.split(flat, np.cumsum(sizes)[:-1])
        arrays = [p.reshape(s) for p, s in zip(parts, self.sample.shapes, strict=True)]
        if (self.op, self.sample) in TARGETED:
            second = MASK if self.op.name == "masked_softmax" else ONE_HOT
            arrays[1] = second if len(self.sample.shapes[1]) == 2 else second[0]
        return arrays

    def forward(self, values: dict[str, Any]) -> np.ndarray:
        return np.asarray(self.op.forward(*(values[n] for n in self.names), **self.sample.params))

    def vjps(self, g: np.ndarray, needed: list[str]) -> dict[str, np.ndarray]:
        terms = vjp(Assignment("out", self.expr), Name("g"), needed, self.shapes)
        assert len({t.name for t in terms}) == len(terms)
        values = {**self.values, "g": g, "out": self.forward(self.values)}
        found = {t.name: evaluate(t.expr, values) for t in terms}
        for term in terms:
            assert self.shapes.of(term.expr) == np.shape(self.values[term.name])
            assert found[term.name].shape == np.shape(self.values[term.name])
        return {n: found.get(n, np.zeros(np.shape(self.values[n]))) for n in needed}

    @property
    def differentiable(self) -> list[str]:
        # A one-hot target is a choice, not a number to be moved.
        return ["a0"] if (self.op, self.sample) in TARGETED else self.names


@every_case
def test_shape_rule_is_the_shape_of_the_array(case: tuple[Op, Sample]) -> None:
    use = Use(*case)
    assert use.shapes.of(use.expr) == use.forward(use.values).shape
    assert evaluate(use.expr, use.values).shape == use.shapes.of(use.expr)


@differentiated
def test_vjp_agrees_with_central_differences(case: tuple[Op, Sample]) -> None:
    use = Use(*case)
    rng = np.random.default_rng(7)
    for _ in range(4):
        g = rng.normal(size=use.shapes.names["g"])
        found = use.vjps(g, use.differentiable)
        for name in use.differentiable:
            direction = rng.normal(size=np.shape(use.values[name]))
            ahead = {**use.values, name: use.values[name] + 1e-6 * direction}
            behind = {**use.values, name: use.values[name] - 1e-6 * direction}
            slope = np.sum(g * (use.forward(ahead) - use.forward(behind))) / 2e-6
            assert np.sum(found[name] * direction) == pytest.approx(slope, rel=1e-6, abs=2e-8)


@pytest.mark.parametrize("case", [c for c in CASES + TARGETED if c[0].name not in NO_ENTRIES],
                         ids=case_id)  # fmt: skip
def test_entries_in_sympy_give_the_same_values_and_derivatives(case: tuple[Op, Sample]) -> None:
    use = Use(*case)
    entries = np.asarray(entry_expressions(use.expr, use.shapes), object)
    assert entries.shape == use.shapes.of(use.expr)
    symbols: dict[tuple[Any, ...], sympy.Symbol] = {}
    out = [to_sympy(entry, symbols) for entry in entries.ravel()]
    numbers = {s: float(use.values[key[0]][key[1:]]) for key, s in symbols.items()}
    g = np.random.default_rng(3).normal(size=use.shapes.names["g"])
    total = sum((float(w) * o for w, o in zip(np.ravel(g), out, strict=True)), sympy.Integer(0))
    keys = list(symbols)
    gradient = [sympy.diff(total, symbols[key]) for key in keys]
    run = sympy.lambdify(list(symbols.values()), [out, gradient],
                         modules=[PLAIN, "math"])  # fmt: skip
    values, slopes = run(*numbers.values())
    np.testing.assert_allclose(
        np.reshape(np.array(values, float), entries.shape), use.forward(use.values),
        rtol=1e-9, atol=1e-12,
    )  # fmt: skip
    found = use.vjps(g, use.differentiable)
    for key, slope in zip(keys, slopes, strict=True):
        if key[0] in found:
            assert found[key[0]][key[1:]] == pytest.approx(slope, rel=1e-9, abs=1e-10), key
    for name in use.differentiable:  # what no entry uses has the derivative 0
        for place in np.ndindex(np.shape(use.values[name])):
            if (name, *place) not in symbols:
                assert found[name][place] == pytest.approx(0, abs=1e-12)


@every_case
def test_exact_agrees_with_floats(case: tuple[Op, Sample]) -> None:
    use = Use(*case)
    fractions = {
        n: np.frompyfunc(lambda v: Fraction(round(v * 60), 60), 1, 1)(np.asarray(v, object))
        for n, v in use.values.items()
    }
    fractions = {n: np.asarray(v, object) for n, v in fractions.items()}
    if use.op.name == "pow":
        exponents = np.vectorize(lambda v: Fraction(math.ceil(v)), otypes=[object])
        fractions["a1"] = np.asarray(exponents(use.values["a1"]), object)
    found = exact_values([("out", use.expr)], fractions, use.shapes)
    if "out" not in found:
        # Only ops without a rational value may have none.
        assert use.op.exact is None
        return
    floats = {n: v.astype(float) for n, v in fractions.items()}
    assert all(isinstance(v, Fraction) for v in found["out"].ravel())
    assert found["out"].shape == use.shapes.of(use.expr)
    np.testing.assert_allclose(
        found["out"].astype(float), use.forward(floats), rtol=1e-12, atol=1e-14
    )


@differentiated
def test_expansion_is_the_same_function(case: tuple[Op, Sample]) -> None:
    use = Use(*case)
    if use.op.expansion is None:
        return
    own = tuple(np.shape(v) for v in use.values.values())
    site = Site(Name("g"), use.expr, use.expr.args, own, use.shapes.names["out"], use.sample.params)
    expanded = use.op.expansion(site)
    assert use.shapes.of(expanded) == use.shapes.names["out"]
    np.testing.assert_allclose(
        evaluate(expanded, use.values), use.forward(use.values), rtol=1e-12, atol=1e-14
    )


@pytest.mark.parametrize("name", [n for n in OPS if n.endswith("'")])
def test_a_slope_is_differentiated_or_refused_but_never_silently_zero(name: str) -> None:
    # Its second derivative, by differences of the slope at a point without a kink.
    x = np.float64(0.7)
    expr = Apply(name, (Name("x"),))
    slope = OPS[name].forward
    second = (slope(x + 1e-6) - slope(x - 1e-6)) / 2e-6
    shapes = Shapes({"x": (), "g": (), "out": ()})
    terms = vjp(Assignment("out", expr), Name("g"), ["x"], shapes)
    values = {"x": x, "g": np.float64(1), "out": slope(x)}
    found = float(evaluate(terms[0].expr, values)) if terms else 0.0
    assert found == pytest.approx(float(second), abs=1e-7)


@pytest.mark.parametrize("op", list(OPS.entries()), ids=lambda op: op.name)
def test_every_op_is_documented_and_tested(op: Op) -> None:
    assert op.doc.endswith(".")
    assert callable(op.shape)
    assert bool(op.samples) != (op.name in BY_HAND), "samples, or a reason in BY_HAND"
    assert len(op.vjps) <= op.operands + op.optional
    assert (op.vjp_at is not None) == op.several
    assert op.vjps or op.vjp_at or op.operands == 0
    for sample in op.samples:
        assert set(sample.params) <= set(op.params)
        assert len(sample.shapes) >= op.operands
        assert op.several or len(sample.shapes) <= op.operands + op.optional


def test_the_vocabulary_is_the_catalogue() -> None:
    assert set(SIGNS) <= set(OPS)
    assert set(SPELLINGS.values()) <= set(OPS)
    assert {"relu", "ReLU", "ln", "swish", "dot", "mse", "softmax"} <= FUNCTIONS
    promised = (  # design.md, section 3
        "relu leaky_relu elu selu sigmoid tanh softplus silu gelu softmax log_softmax "
        "logsumexp exp log sqrt abs sin cos maximum minimum sum mean max min dot outer "
        "concat reshape flatten onehot norm mse mae huber cross_entropy "
        "softmax_cross_entropy bce bce_with_logits"
    )
    assert set(promised.split()) <= FUNCTIONS


def test_a_name_added_twice_raises() -> None:
    with pytest.raises(ValueError, match="already"):
        OPS.add("relu", OPS["relu"])


def to_sympy(expr: Expr, symbols: dict[tuple[Any, ...], sympy.Symbol]) -> Any:
    """An entry as sympy sees it: every op by its textbook definition, written here again."""

    def visit(node: Expr, args: list[Any]) -> Any:
        if isinstance(node, Number):
            return sympy.Rational(node.value.numerator, node.value.denominator)
        if isinstance(node, Name):
            return symbol(node.name)
        assert isinstance(node, Apply)
        if node.op == "index":
            at = dict(node.params)["at"].items
            assert isinstance(node.args[0], Name)
            return symbol(node.args[0].name, *at)
        return TEXTBOOK[node.op](*args, **dict(node.params))

    def symbol(name: str, *at: int) -> sympy.Symbol:
        return symbols.setdefault(
            (name, *at), sympy.Symbol(name + "_" + "_".join(map(str, at)), real=True)
        )

    used = [n for n in postorder(expr) if isinstance(n, Apply) and n.op == "index"]
    names = {id(n.args[0]) for n in used}

    def without_bare(node: Expr, args: list[Any]) -> Any:
        return None if id(node) in names else visit(node, args)

    return fold(expr, without_bare)


def either(test: Any, one: Any, other: Any) -> Any:
    return sympy.Piecewise((one, test), (other, True))


def rational(value: Any) -> Any:
    return sympy.Rational(Fraction(value).numerator, Fraction(value).denominator)


S = sympy
SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def logistic(x: Any) -> Any:
    return 1 / (1 + S.exp(-x))


def gauss(x: Any) -> Any:
    return (1 + S.erf(x / S.sqrt(2))) / 2


def elu(x: Any, alpha: Any = 1) -> Any:
    return either(x > 0, x, rational(alpha) * (S.exp(x) - 1))


def elu_slope(x: Any, alpha: Any = 1) -> Any:
    return either(x > 0, 1, rational(alpha) * S.exp(x))


TEXTBOOK: dict[str, Any] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "over": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "neg": lambda a: -a,
    "abs": S.Abs,
    "sign": lambda x: either(x > 0, 1, either(x < 0, -1, 0)),
    "step": lambda x: either(x > 0, 1, 0),
    "floor": lambda x: either(x < -1, -2, either(x < 0, -1, either(x < 1, 0, 1))),  # to 2
    "maximum": S.Max,
    "minimum": S.Min,
    "relu": lambda x: either(x > 0, x, 0),
    "relu'": lambda x: either(x > 0, 1, 0),
    "leaky_relu": lambda x, alpha=Fraction(1, 100): either(x > 0, x, rational(alpha) * x),
    "leaky_relu'": lambda x, alpha=Fraction(1, 100): either(x > 0, 1, rational(alpha)),
    "elu": elu,
    "elu'": elu_slope,
    "selu": lambda x: SCALE * either(x > 0, x, SELU_ALPHA * (S.exp(x) - 1)),
    "selu'": lambda x: SCALE * either(x > 0, 1, SELU_ALPHA * S.exp(x)),
    "sigmoid": logistic,
    "sigmoid'": lambda x: S.exp(-x) / (1 + S.exp(-x)) ** 2,
    "tanh": S.tanh,
    "tanh'": lambda x: 1 / S.cosh(x) ** 2,
    "softplus": lambda x: S.log(1 + S.exp(x)),
    "softplus'": logistic,
    "silu": lambda x: x * logistic(x),
    "silu'": lambda x: logistic(x) + x * S.exp(-x) / (1 + S.exp(-x)) ** 2,
    "normal_cdf": gauss,
    "normal_cdf'": lambda x: S.exp(-(x**2) / 2) / S.sqrt(2 * S.pi),
    "gelu": lambda x: x * gauss(x),
    "gelu'": lambda x: gauss(x) + x * S.exp(-(x**2) / 2) / S.sqrt(2 * S.pi),
    "identity": lambda x: x,
    "identity'": lambda x: S.Integer(1),
    "exp": S.exp,
    "exp'": S.exp,
    "log": S.log,
    "log'": lambda x: 1 / x,
    "sqrt": S.sqrt,
    "sqrt'": lambda x: 1 / (2 * S.sqrt(x)),
    "sin": S.sin,
    "sin'": S.cos,
    "cos": S.cos,
    "cos'": lambda x: -S.sin(x),
}


@pytest.mark.parametrize("name", sorted(NO_ENTRIES))
def test_what_is_not_written_out_says_so(name: str) -> None:
    op = OPS[name]
    sample = op.samples[0]
    names = [f"a{i}" for i in range(op.operands)]
    shapes = Shapes(dict(zip(names, sample.shapes, strict=True)))
    with pytest.raises(Inexact):
        entry_expressions(
            Apply(name, tuple(map(Name, names)), tuple(sample.params.items())), shapes
        )


def test_slopes_are_written_in_simpler_ops_where_they_have_an_expansion() -> None:
    shapes = Shapes({"x": (3,)})
    for op in OPS.entries():
        if op.name.endswith("'") and op.expansion is not None:
            simpler = without_slopes(Apply(op.name, (Name("x"),)), shapes)
            assert not [n for n in postorder(simpler) if isinstance(n, Apply) and n.op == op.name]
