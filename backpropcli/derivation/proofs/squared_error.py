"""Squared errors: yhat - y of the half squared one, twice that without the half, over N."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from backpropcli.autodiff.coefficients import attach
from backpropcli.derivation.data import Derivation, Line, entry, partial, sum_over
from backpropcli.derivation.points import Setting
from backpropcli.derivation.proof import Proof, Words, shape_of
from backpropcli.language.nodes import Expr, Name, Number, call, is_op, names, postorder
from backpropcli.ops.sizes import Shape, named
from backpropcli.problem.data import Equation
from backpropcli.program import Program


class Square(NamedTuple):
    """A loss of squared differences: its factor, whether it is a mean, and what is subtracted.

    ``sign`` is 1 where the prediction stands first in the difference, -1 where the target does.
    """

    prediction: Expr
    target: Expr
    sign: int
    factor: Fraction = Fraction(1)
    mean: bool = False


def scalar(loss: Name, yhat: Name, y: Name, square: Square, notes: tuple[str, ...] = ()) -> Proof:
    """The derivative by a single prediction."""
    u = yhat - y if square.sign > 0 else y - yhat
    whole = _scaled(square.factor, u**2)
    lines = (
        Line(partial(whole, yhat), f"definition of {loss.name}"),
        Line(
            _scaled(square.factor, Number(2) * u * partial(u, yhat)),
            "chain rule: the derivative of u**2 is 2*u*u'",
        ),
        *_ending(square, u, yhat - y, None),
    )
    setting = Setting({yhat.name: (), y.name: (), loss.name: ()}, {loss.name: whole})
    return Proof(Derivation(_title(square), partial(loss, yhat), lines, (), notes), setting)


def vector(
    loss: Name, yhat: Name, y: Name, square: Square, words: Words, shape: Shape = ()
) -> Proof:
    """The derivative by one of any number of predictions."""
    size = words.size(shape if len(shape) == 1 else (), "N", "M", "K")
    over = Name(str(size)) if square.mean else None
    i, j = words.indices(2)

    def u(at: str) -> Expr:
        first, second = entry(yhat, at), entry(y, at)
        return first - second if square.sign > 0 else second - first

    lower = entry(yhat, i)
    lines = (
        Line(
            partial(_scaled(square.factor, sum_over(u(j) ** 2, j), over), lower),
            f"definition of {loss.name}",
        ),
        Line(
            _scaled(square.factor, sum_over(Number(2) * u(j) * partial(u(j), lower), j), over),
            "term by term; chain rule: the derivative of u**2 is 2*u*u'",
        ),
        Line(
            _scaled(square.factor, Number(2) * u(i) * partial(u(i), lower), over),
            f"only the term {j} = {i} depends on {yhat.name}[{i}]",
        ),
        *_ending(square, u(i), lower - entry(y, i), over),
    )
    total = call("mean" if square.mean else "sum", (yhat - y) ** 2)
    setting = Setting(
        {yhat.name: (size,), y.name: (size,), loss.name: ()},
        {loss.name: _scaled(square.factor, total)},
    )
    notes = (f"{i} and {j} run over the {size} entries.", *words.notes)
    return Proof(Derivation(_title(square), partial(loss, lower), lines, (), notes), setting)


def _ending(square: Square, u: Expr, residual: Expr, over: Name | None) -> Iterator[Line]:
    """The last lines: the inner derivative put in, and the result."""
    if square.sign < 0:
        inner = -_scaled(square.factor, Number(2) * u, over)
        yield Line(inner, "the inner derivative is -1")
    result = _scaled(2 * square.factor, residual, over)
    turned = "the minus sign turns the difference round" if square.sign < 0 else ""
    yield Line(result, turned or "the inner derivative is 1")


def _scaled(factor: Fraction, expr: Expr, over: Name | None = None) -> Expr:
    """A constant factor written where a person writes it, and a division by a size."""
    if over is None:
        return attach(factor, expr)
    below = over if factor.denominator == 1 else Number(factor.denominator) * over
    return attach(Fraction(factor.numerator), expr) / below


def _title(square: Square) -> str:
    kind = {Fraction(1): "", Fraction(1, 2): "half "}.get(square.factor, "scaled ")
    mean = "mean " if square.mean else ""
    return f"The derivative of the {kind}{mean}squared error"


def found(program: Program) -> Iterator[Proof]:
    """For each equation of one number that has squared differences of a prediction."""
    for equation in program.forward:
        if equation.shape != ():
            continue
        for node in postorder(equation.expr):
            square = _square(node, equation, program)
            if square is not None:
                yield _of_square(square, node, equation, program)


def _of_square(square: Square, node: Expr, equation: Equation, program: Program) -> Proof:
    words = Words(program)
    yhat = words.own(square.prediction, "yhat", "p")
    y = words.own(square.target, "y", "t")
    loss = Name(equation.name)
    if any(is_op(n, "add", "sub") and node in postorder(n) for n in postorder(equation.expr)):
        loss = words.fresh("E", "J")
        words.notes.append(f"{loss.name} is this term of {equation.name} alone.")
    shape = shape_of(square.prediction, program)
    if not shape:
        return scalar(loss, yhat, y, square, tuple(words.notes))
    if len(shape) > 1:
        words.notes.append(f"All entries of {yhat.name} are counted through by one index.")
    return vector(loss, yhat, y, square, words, shape)


def _square(node: Expr, equation: Equation, program: Program) -> Square | None:
    """The loss that a squared difference belongs to; None where its factor is not constant."""
    if is_op(node, "mse"):
        pair, mean = node.args, True
    elif is_op(node, "pow") and node.args[1] == Number(2) and is_op(node.args[0], "sub"):
        pair, mean = node.args[0].args, False
    else:
        return None
    computed = {e.name for e in program.forward}
    depends = [any(n in computed for n in names(side)) for side in pair]
    if not any(depends) or shape_of(pair[0], program) != shape_of(pair[1], program):
        return None
    sign = 1 if depends[0] else -1
    prediction, target = pair[::sign]
    found = _factor(equation.expr, node, program)
    if found is None or (shape_of(prediction, program) and not (mean or found[1])):
        return None
    factor, reduced = found
    mean = (mean or reduced == "mean") and shape_of(prediction, program) != ()
    return Square(prediction, target, sign, factor, mean)


def _factor(root: Expr, node: Expr, program: Program) -> tuple[Fraction, str] | None:
    """The constant before a part of a sum, and how it is reduced: "sum", "mean" or ""."""
    factor, found = Fraction(1), ""
    while root != node:
        below = next(i for i, arg in enumerate(root.args) if node in postorder(arg))
        if is_op(root, "neg") or (is_op(root, "sub") and below == 1):
            factor = -factor
        elif is_op(root, "mul", "div"):
            constant = _constant(root.args[1 - below], node, program)
            if constant is None or (is_op(root, "div") and below == 1):
                return None
            value, counts = constant
            if counts and (found or is_op(root, "mul")):
                return None
            found = "count" if counts else found
            factor *= value if is_op(root, "mul") else 1 / value
        elif is_op(root, "sum", "mean") and not root.params:
            if found and not (found == "count" and root.op == "sum"):
                return None
            found = "mean" if found else root.op
        elif not is_op(root, "add", "sub"):
            return None
        root = root.args[below]
    return None if found == "count" else (factor, found)


def _constant(expr: Expr, node: Expr, program: Program) -> tuple[Fraction, bool] | None:
    """A constant factor: a number, and whether it is times the count of the differences."""
    if isinstance(expr, Number):
        return expr.value, False
    if isinstance(expr, Name):
        return (Fraction(1), True) if _is_count(expr, node, program) else None
    if not is_op(expr, "mul", "div"):
        return None
    left, right = (_constant(arg, node, program) for arg in expr.args)
    if left is None or right is None or (right[1] and (left[1] or is_op(expr, "div"))):
        return None
    value = left[0] * right[0] if is_op(expr, "mul") else left[0] / right[0]
    return value, left[1] or right[1]


def _is_count(name: Name, node: Expr, program: Program) -> bool:
    """Whether a name is the size of the squared differences."""
    shape = shape_of(node, program)
    return len(shape) == 1 and shape[0] == named(name.name)
