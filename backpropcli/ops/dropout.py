"""Dropout with a given mask: inverted scaling, so that nothing changes at inference."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from backpropcli.language.nodes import Expr, as_expr, call
from backpropcli.ops import shapes
from backpropcli.ops.entry import Array, Op, Sample, ShapeError, Site
from backpropcli.ops.masks import mask_trouble
from backpropcli.ops.sizes import Shape, Size, product, shape_text


def _shape(pair: tuple[Shape, ...], params: Mapping[str, Any]) -> Shape:
    if "p" not in params:
        raise ShapeError("p= is missing: the share that is dropped, such as 0.5")
    p = params["p"]
    if isinstance(p, bool) or not isinstance(p, int | Fraction) or not 0 <= p < 1:
        raise ShapeError("p= is the share that is dropped, from 0 to below 1")
    if shapes.broadcast(pair, {}) != pair[0]:
        raise ShapeError(
            f"the mask {shape_text(pair[1])} does not fit the values {shape_text(pair[0])}"
        )
    return pair[0]


def _forward(x: Array, mask: Array, p: Any) -> Array:
    return x * mask / (1.0 - float(p))


def _exact(x: Array, mask: Array, p: Any) -> Array:
    return x * mask / (1 - Fraction(p))


def _entries(x: Array, mask: Array, p: Any) -> Array:
    return x * mask / as_expr(1 - Fraction(p))


def _domain(x: Array, mask: Array, p: Any) -> str:
    """A mask that is not of zeros and ones is mostly one with the scaling in it: 2 and 0."""
    said = mask_trouble(mask, "for what is kept")
    advice = "dropout divides by 1 - p itself; a mask that is scaled already is a product, x * mask"
    return f"{said}; {advice}" if said else ""


def _written(x: Expr, mask: Expr, s: Site) -> Expr:
    """The mask and the scaling by what is kept; p = 0 scales by nothing."""
    kept = 1 - Fraction(s.params["p"])
    return x * mask if kept == 1 else x * mask / as_expr(kept)


def _two_each(own: tuple[Shape, ...], shape: Shape) -> Size:
    """A product with the mask and a division."""
    return 2 * product(shape)


OPS = (
    Op("dropout", "x*mask/(1 - p): the mask of zeros and ones is given, and what is kept is scaled "
       "up (inverted dropout). p is the share that is dropped. A mask that is scaled already, of 2 "
       "and 0, is a product: x*mask.", _forward, _shape,
       (lambda s: call("dropout", s.g, s.y, **s.params), lambda s: _written(s.g, s.x, s)), 2,
       params=("p",), linear=(0, 1),
       exact=_exact, entries=_entries, expansion=lambda s: _written(s.x, s.y, s),
       operations=_two_each, domain=_domain,
       samples=(Sample(((3,), (3,)), {"p": Fraction(1, 5)}),
                Sample(((2, 3), (3,)), {"p": Fraction(1, 2)}), Sample(((3,), (3,)), {"p": 0})),
       source="Srivastava et al. 2014, section 10 (scaled in training)"),
)  # fmt: skip
