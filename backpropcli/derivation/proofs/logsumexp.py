"""The derivative of the logarithm of a sum of exponentials: softmax."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.derivation.data import Derivation, Line, entry, partial, sum_over
from backpropcli.derivation.points import Setting
from backpropcli.derivation.proof import Proof, Words, rows_note, shape_of, uses
from backpropcli.language.nodes import Name, Number, call
from backpropcli.ops.sizes import Shape
from backpropcli.program import Program


def log_sum(p: Name, h: Name, shape: Shape, words: Words) -> Proof:
    """D log(sum_k exp(h_k))/dh_i is p_i, where ``p = softmax(h)``; ``shape`` is that of h."""
    size = words.size(shape, "N", "K", "C")
    i, k = words.indices(2)
    total = sum_over(call("exp", entry(h, k)), k)
    logarithm, lower = call("log", total), entry(h, i)
    lines = (
        Line(partial(logarithm, total) * partial(total, lower), "chain rule"),
        Line(Number(1) / total * partial(total, lower), "the derivative of log(s) is 1/s"),
        Line(
            call("exp", lower) / total,
            f"only the term {k} = {i} of the sum depends on {h.name}[{i}]; exp is its own "
            "derivative",
        ),
        Line(entry(p, i), "definition of softmax"),
    )
    notes = [f"{p.name} = softmax({h.name}).", f"{i} and {k} run over the {size} entries."]
    derivation = Derivation(
        "The derivative of log-sum-exp", partial(logarithm, lower), lines, (),
        (*notes, *words.notes, *rows_note([p, h], shape)),
    )  # fmt: skip
    setting = Setting({p.name: (size,), h.name: (size,)}, {p.name: call("softmax", h)})
    return Proof(derivation, setting)


def found(program: Program) -> Iterator[Proof]:
    """Where it is written, by itself or in log_softmax."""
    for use in uses(program, "logsumexp", "log_softmax")[:1]:
        words = Words(program)
        h = words.own(use.args[0], "h", "z")
        yield log_sum(words.fresh("p", "P"), h, shape_of(use.args[0], program), words)
