"""The bridge to sympy, which is imported here alone, and only when it is asked for.

Expressions are in scalars: names and their entries become real symbols. What the language has no
operation for (a partial derivative that is only written) is a symbol too. No text goes to sympy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial, reduce
from typing import Any

import sympy

from backpropcli.evaluate.expansion import expansion
from backpropcli.infer import Shapes
from backpropcli.language.nodes import (
    Apply,
    Expr,
    Name,
    Number,
    Params,
    call,
    fold,
    is_op,
    postorder,
)
from backpropcli.language.text import to_text
from backpropcli.ops import OPS
from backpropcli.ops.entry import Inexact
from backpropcli.probes import differs, time_limit
from backpropcli.reading_order import Order, Roles, difference, is_slope, product_of

SECONDS = 2.0
Leaves = dict[Any, Expr]


class NotScalarError(Exception):
    """An operation that is not one of single numbers."""


def _function(op: str, params: Params = ()) -> Any:
    """A function that sympy knows by its name and slope only, such as relu or the sigmoid."""
    key = (op, params)
    if key not in _FUNCTIONS:
        name = "_".join([op, *(f"{k}={v}" for k, v in params)])
        body = {"fdiff": _slope, "_eval_rewrite_as_exp": _as_exp, "op": op, "params": params}
        _FUNCTIONS[key] = type(name, (sympy.Function,), body)
    return _FUNCTIONS[key]


def _slope(function: Any, argindex: int = 1) -> Any:
    """The derivative of such a function; raises ``NotScalarError`` where it has no name."""
    if function.op == "sigmoid":
        return function * (1 - function)
    if function.op in ("relu'", "leaky_relu'", "step"):
        return sympy.S.Zero
    if function.op + "'" not in OPS:
        raise NotScalarError(function.op)
    return _function(function.op + "'", function.params)(*function.args)


def _as_exp(function: Any, x: Any, **hints: Any) -> Any:
    return 1 / (1 + sympy.exp(-x)) if function.op == "sigmoid" else None


_FUNCTIONS: dict[Any, Any] = {}
Sigmoid = _function("sigmoid")
_TO: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b, "over": lambda a, b: a / b, "pow": lambda a, b: a**b,
    "neg": lambda a: -a, "exp": sympy.exp, "log": sympy.log, "tanh": sympy.tanh,
    "sqrt": sympy.sqrt, "abs": sympy.Abs, "sign": sympy.sign, "sin": sympy.sin,
    "floor": sympy.floor,
    "cos": sympy.cos, "sigmoid": Sigmoid, "sum": lambda a: a, "mean": lambda a: a,
    "identity": lambda a: a, "softplus": lambda a: sympy.log(1 + sympy.exp(a)),
    "silu": lambda a: a * Sigmoid(a), "maximum": sympy.Max, "minimum": sympy.Min,
    "tanh'": lambda a: 1 - sympy.tanh(a) ** 2, "sigmoid'": lambda a: Sigmoid(a) * (1 - Sigmoid(a)),
}  # fmt: skip
_FROM = {
    sympy.exp: "exp", sympy.log: "log", sympy.tanh: "tanh", sympy.Abs: "abs", sympy.sign: "sign",
    sympy.sin: "sin", sympy.cos: "cos", sympy.Heaviside: "step", sympy.floor: "floor",
    sympy.Max: "maximum", sympy.Min: "minimum",
}  # fmt: skip


def to_sympy(expr: Expr, leaves: Leaves | None = None) -> Any:
    """The expression for sympy; ``leaves`` is filled with what each symbol stands for.

    Raises ``NotScalarError`` where an operation is not one of single numbers.
    """
    found: Leaves = {} if leaves is None else leaves
    return fold(expr, lambda node, args: _to(node, args, found))


def is_leaf(node: Expr) -> bool:
    """A name, an entry, or a form that is only written: one symbol."""
    if isinstance(node, Name):
        return True
    return isinstance(node, Apply) and (node.op == "index" or node.op not in OPS)


def _to(node: Expr, args: list[Any], leaves: Leaves) -> Any:
    if isinstance(node, Number):
        return sympy.Rational(node.value.numerator, node.value.denominator)
    if is_leaf(node):
        symbol = sympy.Symbol(to_text(node), real=True)
        leaves[symbol] = node
        return symbol
    assert isinstance(node, Apply)
    if node.op in _TO:
        return _TO[node.op](*args)
    if OPS[node.op].elementwise and OPS[node.op].operands == 1:
        return _function(node.op, node.params)(*args)
    marks = tuple(Name(f"<{i}>") for i in range(len(args)))
    try:
        simpler = expansion(Apply(node.op, marks, node.params), Shapes({})).expr
    except Exception as error:
        raise NotScalarError(node.op) from error
    known = dict(zip((mark.name for mark in marks), args, strict=True))

    def visit(part: Expr, operands: list[Any]) -> Any:
        return known[part.name] if isinstance(part, Name) else _to(part, operands, leaves)

    return fold(simpler, visit)


def from_sympy(value: Any, leaves: Mapping[Any, Expr], order: Order | None = None) -> Expr:
    """The expression of a sympy value; raises ``Inexact`` where the language has no word for it."""
    order = order or Order([to_text(leaf) for leaf in leaves.values()])
    if isinstance(value, sympy.Symbol):
        return leaves.get(value) or Name(value.name)
    if isinstance(value, sympy.Rational | sympy.Float):
        exact = Fraction(str(value))
        return Number(exact) if exact >= 0 else -Number(-exact)
    if isinstance(value, sympy.Add):
        return _sum(value, leaves, order)
    if isinstance(value, sympy.Mul) or (isinstance(value, sympy.Pow) and _is_below(value)):
        return _product(value, leaves, order)
    parts = [from_sympy(arg, leaves, order) for arg in value.args]
    if isinstance(value, sympy.Pow):
        return call("sqrt", parts[0]) if value.exp == sympy.S.Half else parts[0] ** parts[1]
    if hasattr(value, "op"):
        return Apply(value.op, tuple(parts), value.params)
    if value.func in _FROM:
        return (
            reduce(partial(call, _FROM[value.func]), parts)
            if parts[1:]
            else call(_FROM[value.func], *parts)
        )
    raise Inexact


def _is_below(value: Any) -> bool:
    return bool(value.exp.could_extract_minus_sign())


def _sum(value: Any, leaves: Mapping[Any, Expr], order: Order) -> Expr:
    signed = []
    for term in value.args:
        negative = bool(term.as_coeff_Mul()[0].is_negative)
        signed.append((negative, from_sympy(-term if negative else term, leaves, order)))
    return difference(signed, order)


def _product(value: Any, leaves: Mapping[Any, Expr], order: Order) -> Expr:
    """A product with its denominator; 1/(1 + exp(-x)) is the sigmoid."""
    value = _with_sigmoids(value)
    if not isinstance(value, sympy.Mul) and not (isinstance(value, sympy.Pow) and _is_below(value)):
        return from_sympy(value, leaves, order)
    coefficient, rest = value.as_coeff_Mul()
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in sympy.Mul.make_args(rest):
        down = isinstance(factor, sympy.Pow) and _is_below(factor)
        part = from_sympy(1 / factor if down else factor, leaves, order)
        if not down or part != Number(1):
            (below if down else above).append(part)
    return product_of(Fraction(str(coefficient)), above, below, order)


def _with_sigmoids(value: Any) -> Any:
    """The product with sigmoids for powers of 1 + exp(-x), and 1 - f for f*exp(-x)."""
    value = value.replace(_is_logistic, lambda v: Sigmoid(-(v.base - 1).args[0]) ** -v.exp)
    powers = value.as_powers_dict()
    for factor in [f for f in powers if isinstance(f, Sigmoid)]:
        beside = sympy.exp(-factor.args[0])
        if powers.get(beside) == 1 or beside in sympy.Mul.make_args(value):
            rest = 1 - factor if powers[factor] > 1 else Sigmoid(-factor.args[0])
            return value / factor / beside * rest
    return value


def _is_logistic(value: Any) -> bool:
    """Whether this is a power of 1/(1 + exp(-x))."""
    if not isinstance(value, sympy.Pow) or not (value.exp.is_Integer and value.exp < 0):
        return False
    return isinstance(value.base - 1, sympy.exp)


def simplified(expr: Expr, roles: Roles | None = None, seconds: float = SECONDS) -> Expr:
    """The shortest of the tidy forms of an expression in scalars and entries.

    Factors stand as a teacher writes them: upstream gradients, differences such as
    ``(yhat - y)``, weights, slopes of activations, then the rest. ``roles`` says which names are
    "weight", "input" or "value"; without it the order of the expression is kept. What sympy
    cannot take, or not within the time, comes back as it was.
    """
    leaves: Leaves = {}
    try:
        value = to_sympy(expr, leaves)
    except NotScalarError:
        return expr
    order = Order([to_text(node) for node in _reading(expr)], roles)
    found: list[Expr] = []
    with time_limit(seconds):
        for form in _FORMS:
            try:
                found.append(from_sympy(form(value), leaves, order))
            except (Inexact, NotImplementedError, ValueError, sympy.PolynomialError):
                continue
    return min(found, key=_length, default=expr)


def _length(expr: Expr) -> tuple[int, bool, int]:
    """How many leaves are read (twice in a power); a product before a sum; the characters."""

    def count(node: Expr, parts: list[int]) -> int:
        return 1 if is_leaf(node) else sum(parts) * (2 if is_op(node, "pow") else 1)

    is_sum = is_op(expr, "add", "sub", "neg") and not is_slope(expr)
    return fold(expr, count), is_sum, len(to_text(expr))


def _reading(expr: Expr) -> list[Expr]:
    return [node for node in postorder(expr) if is_leaf(node)]


_FORMS: tuple[Callable[[Any], Any], ...] = (
    lambda v: v, sympy.factor_terms, sympy.factor, sympy.expand, sympy.cancel, sympy.simplify,
)  # fmt: skip


def derivative(expr: Expr, by: Expr | str, roles: Roles | None = None) -> Expr:
    """The derivative by a name or an entry, simplified.

    Raises ``NotScalarError`` or ``Inexact`` where it cannot be worked out.
    """
    leaves: Leaves = {}
    value = to_sympy(expr, leaves)
    lower = to_sympy(Name(by) if isinstance(by, str) else by, leaves)
    order = Order([to_text(node) for node in _reading(expr)], roles)
    return simplified(from_sympy(sympy.diff(value, lower), leaves, order), roles)


def equal(left: Expr, right: Expr, seconds: float = SECONDS) -> bool | None:
    """Whether two expressions in scalars are the same function; None where it is not decided.

    Random points tell a difference, sympy shows that there is none.
    """
    written_only = any(isinstance(n, Apply) and n.op not in OPS for n in postorder(left, right))
    if not written_only and differs(left, right, is_leaf):
        return False
    try:
        gap = to_sympy(left - right)
    except NotScalarError:
        return None
    proved: list[bool] = []
    with time_limit(seconds):
        gap = sympy.expand(gap)
        proved.append(gap == 0 or sympy.simplify(gap.rewrite(sympy.exp)) == 0)
    return True if any(proved) else None
