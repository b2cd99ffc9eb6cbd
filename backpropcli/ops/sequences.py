"""What models of sequences need: embeddings, stacks, masks, positions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from backpropcli.language.nodes import Expr, Number, call, index
from backpropcli.ops import shapes
from backpropcli.ops.activations import last_sum
from backpropcli.ops.entry import Array, Inexact, Op, Sample, ShapeError, Site, Vjp, no_cost
from backpropcli.ops.masks import mask_trouble
from backpropcli.ops.shaping import numbering_trouble
from backpropcli.ops.sizes import Shape, Size, product, shape_text

WAVELENGTH = 10000


def _embedding_shape(pair: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    table, ids = pair
    if len(table) != 2:
        raise ShapeError(f"`embedding` takes rows of a matrix, found {shape_text(table)}")
    return (*ids, table[1])


def _rows(ids: Array, base: int) -> Array:
    return np.asarray(ids, float).astype(int) - base


def _embedding(table: Array, ids: Array, base: int = 1) -> Array:
    # What lies outside is refused by the domain, which sees the operands afterwards.
    return np.take(table, _rows(ids, base), axis=0, mode="clip")


def _embedding_entries(table: Array, ids: Array, base: int = 1) -> Array:
    if not all(isinstance(entry, Number) for entry in np.asarray(ids, object).flat):
        raise Inexact
    return _embedding(table, np.frompyfunc(lambda entry: float(entry.value), 1, 1)(ids), base)


def _embedding_domain(table: Array, ids: Array, base: int = 1) -> str:
    return numbering_trouble(ids, np.shape(table)[0], base, "row", "rows")


def _embedding_vjp(s: Site) -> Expr:
    """Each row adds up what comes back from all places where it was used."""
    rows, ids = s.shapes[0][0], s.shapes[1]
    marks = call("onehot", s.y, n=rows, base=s.params.get("base"))
    if not ids:
        return call("outer", marks, s.g)
    if len(ids) == 1:
        return marks.T @ s.g
    places = product(ids)
    flat = call("reshape", marks, shape=(places, rows))
    return flat.T @ call("reshape", s.g, shape=(places, s.shapes[0][1]))


def _stack_axis(shape: Shape, params: dict[str, Any]) -> int:
    return shapes.axes_of(len(shape) + 1, params.get("axis") or 0)[0]


def _stack_shape(many: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    if any(shape != many[0] for shape in many):
        listed = ", ".join(shape_text(s) for s in many)
        raise ShapeError(f"`stack` needs parts of one shape, found {listed}")
    axis = _stack_axis(many[0], params)
    return (*many[0][:axis], len(many), *many[0][axis:])


def _stack(*parts: Array, axis: int = 0) -> Array:
    return np.stack([np.asarray(p) for p in parts], axis=axis)


def stack_vjp(position: int) -> Vjp:
    """The part of the upstream gradient that belongs to one operand."""
    return lambda s: index(s.g, *((0, None),) * _stack_axis(s.shapes[0], s.params), position)


def _masked_shape(pair: tuple[Shape, ...], params: dict[str, Any]) -> Shape:
    scores = shapes.rows(pair[:1], params)
    if shapes.broadcast(pair, params) != scores:
        raise ShapeError(f"the mask {shape_text(pair[1])} does not fit {shape_text(scores)}")
    return scores


def _masked_softmax(x: Array, mask: Array) -> Array:
    top = np.maximum.reduce(np.where(mask == 0, -np.inf, x), axis=-1, keepdims=True)
    exps = np.where(mask == 0, 0.0, np.exp(np.where(mask == 0, 0.0, x - top)))
    return exps / np.add.reduce(exps, axis=-1, keepdims=True)


def _masked_domain(x: Array, mask: Array) -> str:
    said = mask_trouble(mask, "where attention is allowed")
    if said:
        return said
    allowed = np.add.reduce(np.broadcast_to(np.asarray(mask, float), np.shape(x)), axis=-1)
    return "" if np.all(allowed) else "the mask leaves a row with nothing to attend to"


def _masked_expansion(s: Site) -> Expr:
    kept = call("exp", s.x) * s.y
    return kept / last_sum(kept, len(s.shape))


def _masked_vjp(s: Site) -> Expr:
    return s.out * (s.g - last_sum(s.g * s.out, len(s.shape)))


def _softmax_cost(pair: tuple[Shape, ...], shape: Shape) -> Size:
    return product(shape)


def _causal(n: int) -> Array:
    return np.tri(n)


def _causal_exact(n: int) -> Array:
    return np.tri(n, dtype=int).astype(object) + Fraction(0)


def _positions(n: int, d: int) -> Array:
    pair = 2 * (np.arange(d) // 2) / d
    angle = np.arange(n)[:, None] / float(WAVELENGTH) ** pair
    return np.where(np.arange(d) % 2 == 0, np.sin(angle), np.cos(angle))


def _position_entries(n: int, d: int) -> Array:
    result = np.empty((n, d), object)
    for row, column in np.ndindex(n, d):
        power = Number(WAVELENGTH) ** Number(Fraction(column // 2 * 2, d))
        result[row, column] = call("cos" if column % 2 else "sin", Number(row) / power)
    return result


OPS = (
    Op("embedding", "The rows of a matrix by their numbers, which count from `index_from`; a row "
       "that is used several times gets the sum of the gradients.",
       _embedding, _embedding_shape, (_embedding_vjp, None), 2, params=("base",),
       exact=_embedding, entries=_embedding_entries, operations=no_cost, linear=(0,),
       domain=_embedding_domain),
    Op("stack", "Values of one shape along a new axis, the first unless `axis=` says another.",
       _stack, _stack_shape, vjp_at=stack_vjp, several=True, params=("axis",), exact=_stack,
       operations=no_cost,
       samples=(Sample(((3,), (3,))), Sample(((2, 3), (2, 3)), {"axis": 1}))),
    Op("masked_softmax", "softmax along the last axis over the entries where the mask is 1; the "
       "others are 0.", _masked_softmax, _masked_shape, (_masked_vjp, None), 2,
       expansion=_masked_expansion, operations=_softmax_cost, domain=_masked_domain,
       source="Vaswani et al. 2017, section 3.2.3"),
    Op("causal_mask", "The mask of size (n, n) that lets position i attend to positions 1 to i: "
       "ones on and below the diagonal.", _causal, lambda none, params: (params["n"],) * 2, (), 0,
       params=("n",), exact=_causal_exact, operations=no_cost),
    Op("positional_encoding", "The sinusoidal table of shape (n, d): entry (p, j) is "
       "sin(p / 10000^(j/d)) for even j and cos(p / 10000^((j-1)/d)) for odd j, both from 0.",
       _positions, lambda none, params: (params["n"], params["d"]), (), 0, params=("n", "d"),
       entries=_position_entries, operations=no_cost, source="Vaswani et al. 2017, section 3.5"),
)  # fmt: skip
