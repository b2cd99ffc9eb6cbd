"""A sigmoid with binary cross-entropy: dL/dz = p - y."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.derivation.data import Derivation, Line, partial
from backpropcli.derivation.points import Setting
from backpropcli.derivation.proof import Proof, Words, definition, nodes_of, shape_of, value_name
from backpropcli.language.nodes import Expr, Name, Number, call, is_op, postorder
from backpropcli.program import Program


def gradient(loss: Name, p: Name, z: Name, y: Name, notes: tuple[str, ...] = ()) -> Proof:
    """dL/dz of ``L = -(y*log(p) + (1 - y)*log(1 - p))`` with ``p = sigmoid(z)``."""
    one = Number(1)
    entropy = -(y * call("log", p) + (1 - y) * call("log", 1 - p))
    lines = (
        Line(partial(loss, p) * partial(p, z), "chain rule"),
        Line(partial(entropy, p) * partial(p, z), "binary cross-entropy"),
        Line(
            (-(y / p) + (1 - y) / (1 - p)) * partial(p, z),
            f"the derivative of log({p.name}) is 1/{p.name}, of log(1 - {p.name}) "
            f"-1/(1 - {p.name})",
        ),
        Line(
            (-(y / p) + (1 - y) / (1 - p)) * (p * (1 - p)),
            f"the slope of the sigmoid is {p.name}*(1 - {p.name})",
        ),
        Line(-(y * (one - p)) + (1 - y) * p, "multiplied out and cancelled"),
        Line(p - y, f"the terms {y.name}*{p.name} cancel"),
    )
    said = (f"{p.name} = sigmoid({z.name}).", *notes)
    title = "Sigmoid with binary cross-entropy: the derivative by the logit"
    setting = Setting(
        {z.name: (), y.name: (), p.name: (), loss.name: ()},
        {p.name: call("sigmoid", z), loss.name: entropy},
        targets=frozenset({y.name}),
    )
    return Proof(Derivation(title, partial(loss, z), lines, (), said), setting)


def found(program: Program) -> Iterator[Proof]:
    """Where the loss is the binary cross-entropy of a sigmoid, fused, as two ops or written."""
    for name, node in nodes_of(program):
        logit, probability, target = _parts(node, program)
        if logit is None or target is None:
            continue
        words = Words(program)
        shape = shape_of(logit, program)
        z = words.own(logit, "z", "h")
        p = words.own(probability, "p", "P")
        y = words.own(target, "y", "t")
        loss = Name(name)
        if shape or (value_name(node, program) != loss and value_name(-node, program) != loss):
            loss = words.fresh("E", "J")
            entry = f"of one entry of {z.name} alone" if shape else "alone"
            words.notes.append(f"{loss.name} is the binary cross-entropy {entry}.")
        yield gradient(loss, p, z, y, tuple(words.notes))
        return


def _parts(node: Expr, program: Program) -> tuple[Expr | None, Expr | None, Expr | None]:
    """The logit, the probability (where it is written) and the target of a cross-entropy."""
    if is_op(node, "bce_with_logits"):
        own = value_name(call("sigmoid", node.args[0]), program)
        return node.args[0], own if isinstance(own, Name) else None, node.args[1]
    if is_op(node, "bce"):
        probability, target = node.args
    elif is_op(node, "add", "sub") and (written := _written_out(node)) is not None:
        probability, target = written
    else:
        return None, None, None
    meant = definition(probability, program)
    if not is_op(meant, "sigmoid"):
        return None, None, None
    return meant.args[0], probability if isinstance(probability, Name) else None, target


def _written_out(total: Expr) -> tuple[Expr, Expr] | None:
    """The probability p and the target y of y*log(p) + (1 - y)*log(1 - p)."""
    for node in postorder(total):
        if not is_op(node, "mul"):
            continue
        for y, logarithm in (node.args, node.args[::-1]):
            if not is_op(logarithm, "log"):
                continue
            other = (1 - y, call("log", 1 - logarithm.args[0]))
            if any(is_op(n, "mul") and set(n.args) == set(other) for n in postorder(total)):
                return logarithm.args[0], y
    return None
