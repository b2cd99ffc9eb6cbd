"""Softmax with cross-entropy: dL/dh_i = P_i - y_i, by way of the logarithm of the quotient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from backpropcli.derivation.data import Derivation, Line, entry, partial, sum_over
from backpropcli.derivation.points import Setting
from backpropcli.derivation.proof import (
    Proof,
    Words,
    definition,
    nodes_of,
    rows_note,
    shape_of,
    value_name,
)
from backpropcli.language.nodes import Apply, Expr, Name, call, is_op, postorder
from backpropcli.ops.sizes import Shape
from backpropcli.program import Program


class Pair(NamedTuple):
    """A cross-entropy of a softmax: its logits, probabilities and target as they are written.

    ``loss`` is the name of the value that it is, None where it is a part of one.
    """

    logits: Expr
    probabilities: Expr | None
    target: Expr
    loss: Name | None


def loss_and_gradient(
    loss: Name, p: Name, h: Name, y: Name, shape: Shape, words: Words
) -> tuple[Proof, Proof]:
    """The loss in terms of the logits, and its derivative; ``shape`` is that of h."""
    size = words.size(shape, "N", "K", "C")
    i, j, k = words.indices(3)
    total = sum_over(call("exp", entry(h, k)), k)
    y_j, h_j = entry(y, j), entry(h, j)
    logarithm = call("log", total)
    short = -sum_over(y_j * h_j, j) + logarithm
    loss_lines = (
        Line(-sum_over(y_j * call("log", entry(p, j)), j), "cross-entropy"),
        Line(-sum_over(y_j * call("log", call("exp", h_j) / total), j), "definition of softmax"),
        Line(
            -sum_over(y_j * (h_j - logarithm), j),
            "logarithm of a quotient, and log(exp(u)) = u",
        ),
        Line(
            -sum_over(y_j * h_j, j) + sum_over(y_j, j) * logarithm,
            f"the log-sum-exp does not depend on {j}: it goes before the sum",
        ),
        Line(short, f"{y.name} sums to 1"),
    )
    h_i, p_i, y_i = entry(h, i), entry(p, i), entry(y, i)
    lines = (
        Line(partial(short, h_i), f"{loss.name} as worked out above"),
        Line(-y_i + partial(logarithm, h_i), f"only the term {j} = {i} depends on {h.name}[{i}]"),
        Line(
            -y_i + partial(logarithm, total) * partial(total, h_i),
            "chain rule for the log-sum-exp",
        ),
        Line(
            -y_i + call("exp", h_i) / total,
            f"the derivative of log(s) is 1/s; only the term {k} = {i} of the sum depends on "
            f"{h.name}[{i}]",
        ),
        Line(p_i - y_i, "definition of softmax"),
    )
    notes = (
        f"{p.name} = softmax({h.name}); {i}, {j} and {k} run over the {size} classes.",
        f"{y.name} sums to 1, as a one-hot target does.",
        *words.notes,
        *rows_note([h, p, y], shape),
    )
    vector = (size,)
    setting = Setting(
        {h.name: vector, y.name: vector, p.name: vector, loss.name: ()},
        {p.name: call("softmax", h), loss.name: -call("sum", y * call("log", p))},
        targets=frozenset({y.name}),
    )
    first = Derivation(
        "Cross-entropy of softmax in terms of the logits", loss, loss_lines, (), notes
    )
    second = Derivation(
        "Softmax with cross-entropy: the derivative by a logit",
        partial(loss, h_i), lines, (), notes,
    )  # fmt: skip
    return Proof(first, setting), Proof(second, setting)


def found(program: Program) -> Iterator[Proof]:
    """Where the loss is the cross-entropy of a softmax, fused, as two ops or written out."""
    for pair in pairs(program):
        words = Words(program)
        shape = shape_of(pair.logits, program)
        h = words.own(pair.logits, "h", "z")
        p = words.own(pair.probabilities, "P", "p")
        y = _target(pair.target, words)
        loss = pair.loss if pair.loss is not None and len(shape) == 1 else words.fresh("E", "J")
        if loss is not pair.loss:
            words.notes.append(f"{loss.name} is the cross-entropy of one example alone.")
        yield from loss_and_gradient(loss, p, h, y, shape, words)
        return


def _target(target: Expr, words: Words) -> Name:
    if is_op(target, "onehot"):
        name = words.fresh("y", "t")
        words.notes.append(
            f"{name.name} is the target as a vector: 1 at the true class, 0 elsewhere."
        )
        return name
    return words.own(target, "y", "t")


def pairs(program: Program) -> Iterator[Pair]:
    """Every cross-entropy of a softmax in the forward pass."""
    for name, node in nodes_of(program):
        whole = Name(name) if definition(Name(name), program) == _root(name, program) else None
        if is_op(node, "softmax_cross_entropy"):
            own = value_name(call("softmax", node.args[0]), program)
            probabilities = own if isinstance(own, Name) else None
            loss = whole if _root(name, program) == node else None
            yield Pair(node.args[0], probabilities, node.args[1], loss)
        elif is_op(node, "cross_entropy"):
            logits = _logits(node.args[0], program)
            if logits is not None:
                loss = whole if _root(name, program) == node else None
                yield Pair(logits, _named(node.args[0]), node.args[1], loss)
        elif is_op(node, "sum", "mean"):
            yield from _written_out(name, node, program)


def _root(name: str, program: Program) -> Expr:
    return next(e.expr for e in program.forward if e.name == name)


def _named(expr: Expr) -> Expr | None:
    return expr if isinstance(expr, Name) else None


def _logits(probabilities: Expr, program: Program) -> Expr | None:
    """What softmax is taken of, where the probabilities are a softmax."""
    meant = definition(probabilities, program)
    return meant.args[0] if is_op(meant, "softmax") else None


def _written_out(name: str, total: Apply, program: Program) -> Iterator[Pair]:
    """A sum of y*log(P), or of y*log_softmax(h)."""
    for node in postorder(total.args[0]):
        if not is_op(node, "mul"):
            continue
        for target, logarithm in (node.args, node.args[::-1]):
            logarithm = definition(logarithm, program)
            logits, probabilities = None, None
            if is_op(logarithm, "log_softmax"):
                logits = logarithm.args[0]
            elif is_op(logarithm, "log"):
                logits = _logits(logarithm.args[0], program)
                probabilities = _named(logarithm.args[0])
            if logits is not None:
                whole = _root(name, program) == -total and is_op(total, "sum")
                yield Pair(logits, probabilities, target, Name(name) if whole else None)
