"""The Jacobian of softmax, p_i*(delta_ij - p_j), by the quotient rule."""

from __future__ import annotations

from collections.abc import Iterator

from backpropcli.derivation.data import Derivation, Line, delta, entry, partial, sum_over
from backpropcli.derivation.forms import Branch, cases
from backpropcli.derivation.points import Setting
from backpropcli.derivation.proof import Proof, Words, rows_note, shape_of, uses, value_name
from backpropcli.language.nodes import Expr, Name, call
from backpropcli.ops.sizes import Shape
from backpropcli.program import Program


def jacobian(p: Name, h: Name, shape: Shape, words: Words) -> Proof:
    """dp_i/dh_j of ``p = softmax(h)``; ``shape`` is that of h."""
    size = words.size(shape, "N", "K", "C")
    i, j, k = words.indices(3)
    at_i, at_j = call("exp", entry(h, i)), call("exp", entry(h, j))
    total = sum_over(call("exp", entry(h, k)), k)
    p_i, p_j = entry(p, i), entry(p, j)
    lines = (
        Line(partial(at_i / total, entry(h, j)), "definition of softmax"),
        Line(
            (partial(at_i, entry(h, j)) * total - at_i * partial(total, entry(h, j))) / total**2,
            "quotient rule: (u/v)' = (u'*v - u*v')/v**2",
        ),
        Line(
            (delta(i, j) * at_i * total - at_i * at_j) / total**2,
            f"{_exp(h, i)} depends on {h.name}[{j}] only where {i} = {j}; of the sum only the "
            f"term {k} = {j} does",
        ),
        Line(
            cases(
                [Branch(at_i * (total - at_i) / total**2, Name(i), "=", Name(j))],
                -(at_i * at_j / total**2),
            ),
            f"the cases {i} = {j} and {i} != {j}",
        ),
        Line(
            cases([Branch(p_i * (1 - p_i), Name(i), "=", Name(j))], -(p_i * p_j)),
            "definition of softmax",
        ),
        Line(p_i * (delta(i, j) - p_j), f"both cases in one: [{i} = {j}] is 1 there, else 0"),
    )
    notes = [
        f"{p.name} = softmax({h.name}); {i}, {j} and {k} run over the {size} classes.",
        *words.notes,
    ]
    derivation = Derivation(
        "The Jacobian of softmax", partial(p_i, entry(h, j)), lines, (),
        (*notes, *rows_note([p, h], shape)),
    )  # fmt: skip
    setting = Setting({p.name: (size,), h.name: (size,)}, {p.name: call("softmax", h)})
    return Proof(derivation, setting)


def found(program: Program) -> Iterator[Proof]:
    """Where softmax is written by itself."""
    for use in uses(program, "softmax")[:1]:
        words = Words(program)
        value = value_name(use, program)
        h = words.own(use.args[0], "h", "z")
        p = words.own(value if isinstance(value, Name) else None, "p", "P")
        yield jacobian(p, h, shape_of(use, program), words)


def _exp(h: Expr, i: str) -> str:
    assert isinstance(h, Name)
    return f"exp({h.name}[{i}])"
