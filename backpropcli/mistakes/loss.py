"""How a loss is built: its square, its half, its means, its regulariser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Expr, Name, Number, is_op, names, postorder
from backpropcli.language.timeline import Timeline
from backpropcli.mistakes.parts import Term, chain_of, terms
from backpropcli.ops.shapes import axes_of
from backpropcli.ops.sizes import Shape, product
from backpropcli.program import Program

MEANS = ("mse", "mae", "huber", "bce", "bce_with_logits")
CLASS_LOSSES = ("cross_entropy", "softmax_cross_entropy", "hinge")


class Loss(NamedTuple):
    """The loss taken apart.

    ``equations`` are the names of the equations that make it up (L, and the summands that have
    names of their own, ``parts``); ``data_equations`` those without a pure penalty. ``data`` and
    ``penalties`` are the summands over predictions and over weights alone. ``halves`` says that
    it has a factor 1/2, ``squared`` that it squares a residual; ``compared`` is the shape
    of what is compared, ``counts`` what can be counted in it, and ``averaged`` those of the counts
    that the loss divides by.
    """

    equations: frozenset[str] = frozenset()
    data_equations: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    parts_slopes: frozenset[str] = frozenset()
    data: tuple[Term, ...] = ()
    penalties: tuple[Term, ...] = ()
    squared: bool = False
    halves: bool = False
    compared: Shape = ()
    averaged: Mapping[str, int] = MappingProxyType({})
    counts: Mapping[str, int] = MappingProxyType({})
    kind: str = ""


def read_loss(program: Program, shapes: Shapes) -> Loss:
    """The loss of a program taken apart; an empty one where there is none."""
    problem = program.problem
    by_name = {e.name: e for e in program.forward}
    top = by_name.get(problem.upper)
    if top is None:
        return Loss()
    parts = [n for n in _bare_names(top.expr) if n in by_name and by_name[n].shape == ()]
    equations = [top.name, *parts]
    weights = set(problem.weights)
    data: list[Term] = []
    penalties: list[Term] = []
    holders: set[str] = set()
    for name in equations:
        for term in terms(by_name[name].expr):
            used = names(term.expr)
            if used and all(n in parts for n in used):
                continue
            pure = all(n in weights or n in problem.given for n in used)
            is_penalty = (
                pure
                and any(n in weights for n in used)
                and len(equations) + len(terms(by_name[name].expr)) > 2
            )
            (penalties if is_penalty else data).append(term)
            if not is_penalty:
                holders.add(name)
    steps, at_one = _over_steps(tuple(data), program.problem.time)
    found = _features(at_one, shapes, _examples_in_columns(program, shapes), steps)
    slopes = frozenset(f"d{problem.upper}/d{part}" for part in parts)
    return Loss(
        frozenset(equations),
        frozenset(holders),
        frozenset(parts),
        slopes,
        tuple(data),
        tuple(penalties),
        **found,
    )


def _bare_names(expr: Expr) -> list[str]:
    """The names of a plain sum such as ``data + penalty``; nothing for all other expressions."""
    found: list[str] = []
    for _, term in terms(expr):
        factors = [f.expr for f in chain_of(term).factors if not isinstance(f.expr, Number)]
        if len(factors) != 1 or not isinstance(factors[0], Name):
            return []
        found.append(factors[0].name)
    return found


def _examples_in_columns(program: Program, shapes: Shapes) -> bool:
    """Whether the gradients of the weights sum matrices over their columns."""
    for equation in program.gradients:
        if equation.name.rpartition("/d")[2] not in program.problem.weights:
            continue
        for node in postorder(equation.expr):
            if is_op(node, "sum") and len(shapes.of(node.args[0])) == 2:
                return dict(node.params).get("axis") == 1
            if is_op(node, "matmul") and len(shapes.of(node)) == 2:
                return is_op(node.args[1], "transpose") and not is_op(node.args[0], "transpose")
    return False


def _over_steps(data: tuple[Term, ...], time: Timeline | None) -> tuple[int, tuple[Term, ...]]:
    """Over how many steps of time a loss is added up (0: no sum of that kind), and one of them."""
    sequences = time.sequences.values() if time is not None else ()
    step = {name: i for steps in sequences for i, name in steps.items()}
    if _is_one_each(data, step):
        return len(data), data[:1]
    for sign, expr in data:
        chain = chain_of(expr)
        for i, factor in enumerate(chain.factors):
            parts = terms(factor.expr)
            if _is_one_each(parts, step):
                return len(parts), (Term(sign, chain.with_one((i,), parts[0].expr)),)
    return 0, data


def _is_one_each(parts: Sequence[Term], step: Mapping[str, int]) -> bool:
    """Whether each of several summands belongs to a step of its own."""
    own = [{step[name] for name in names(part.expr) if name in step} for part in parts]
    return (
        len(parts) > 1
        and all(len(one) == 1 for one in own)
        and len(set().union(*own)) == len(parts)
    )


def _features(data: tuple[Term, ...], shapes: Shapes, columns: bool, steps: int) -> dict[str, Any]:
    squared = halves = False
    compared: Shape = ()
    kind = ""
    constant = Fraction(1)
    divisor = 1
    for _, expr in data:
        for factor, below in chain_of(expr).factors:
            if isinstance(factor, Number) and factor.value:
                constant *= 1 / factor.value if below else factor.value
        for node in postorder(expr):
            if not isinstance(node, Apply):
                continue
            if is_op(node, *MEANS, *CLASS_LOSSES):
                kind, compared = node.op, shapes.of(node.args[0])
                rows = compared[0] if len(compared) == 2 else 1
                count = rows if node.op in CLASS_LOSSES else product(compared)
                divisor *= count if isinstance(count, int) else 1
                squared = squared or node.op == "mse"
            if is_op(node, "pow") and node.args[1] == Number(2):
                squared, compared = True, compared or shapes.of(node.args[0])
                kind = kind or "squared"
            if is_op(node, "log", "log_softmax"):
                kind, compared = kind or "log", compared or shapes.of(node.args[0])
            if is_op(node, "mean"):
                shape = shapes.of(node.args[0])
                axes = axes_of(len(shape), dict(node.params).get("axis"))
                count = product(shape[axis] for axis in axes)
                divisor *= count if isinstance(count, int) else 1
    explicit = constant.denominator if constant else 1
    counts = _counts(compared[::-1] if columns else compared)
    counts |= {"steps": steps} if steps else {}
    wholes = (counts.get("examples", counts.get("entries")), steps)
    is_mean = explicit > 2 and explicit in wholes
    halves = squared and explicit % 2 == 0 and not is_mean
    rest = explicit // 2 if halves else explicit
    return {
        "squared": squared,
        "halves": halves,
        "compared": compared,
        "averaged": _averaged(counts, divisor * rest),
        "counts": counts,
        "kind": kind,
    }


def _averaged(counts: dict[str, int], divisor: int) -> dict[str, int]:
    """What a loss divides by: exactly that if possible, or what its divisor is a multiple of."""
    exact = {what: n for what, n in counts.items() if divisor in (n, counts.get("entries"))}
    return exact or {what: n for what, n in counts.items() if divisor % n == 0}


def _counts(compared: Shape) -> dict[str, int]:
    """What can be counted in what the loss compares."""
    sizes = [s for s in compared if isinstance(s, int)]
    if len(sizes) == 1:
        return {"entries": sizes[0]} if sizes[0] > 1 else {}
    if len(sizes) == 2:
        rows, columns = sizes
        found = {"examples": rows, "outputs": columns, "entries": rows * columns}
        return {what: count for what, count in found.items() if count > 1}
    return {}
