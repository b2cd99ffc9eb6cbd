"""Products of vectors and matrices as they are written on paper, without a sign.

``Wᵀ δ`` is the matrix product there, ``δ xᵀ`` the outer one and ``wᵀ x`` the inner one, though a
vector and its transpose are the same here. Where two products fit, there are two readings.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from backpropcli.language.latex import GREEK
from backpropcli.language.nodes import Apply, Expr, is_op, postorder
from backpropcli.ops.sizes import Shape

STRICT, LIKELIER, OTHER = "", "likelier", "other"


def on_paper(node: Apply, shapes: Sequence[Shape], reading: str) -> str:
    """The op that a product means in a reading; nothing where it means what it says.

    A product of matrices with one shape that are not transposed is taken entry by entry first,
    such as ``A(1 - A)``, and a product with ``@`` as it is computed.
    """
    left, right = shapes
    if len(node.args) != 2 or not left or not right or max(len(left), len(right)) > 2:
        return ""
    turned = [is_op(arg, "transpose") for arg in node.args]
    if len(left) == len(right) == 1:
        return _of_vectors(node, left == right, turned, reading)
    if not node.implicit:
        return ""
    if left[-1] != right[0]:
        is_spread = left[-1] == right[-1] or 1 in (*left, *right)
        return "" if is_spread else "matmul"
    by_entry = left == right and not any(turned) and reading == LIKELIER
    return "mul" if by_entry else "matmul"


def _of_vectors(node: Apply, same: bool, turned: list[bool], reading: str) -> str:
    likelier = reading == LIKELIER
    if turned == [False, True]:
        if is_op(node, "matmul"):
            return "matmul" if likelier else "outer"
        return "outer" if likelier or not same else "matmul"
    if not node.implicit or not same:
        return ""
    if turned == [True, False]:
        return "matmul"
    return "mul" if likelier else "matmul"


def run_together(name: str, known: Collection[str]) -> tuple[str, ...]:
    """The two known names that are run together in a name, such as ``λw``; empty where none are."""
    if len(name) > 2 * max(map(len, known), default=0):
        return ()
    for cut in range(1, len(name)):
        if name[:cut] in known and name[cut:] in known:
            return name[:cut], name[cut:]
    return ()


def greek_factors(name: str, shapes: Mapping[str, Shape]) -> tuple[str, ...]:
    """The factors of a name such as ``λw``, a letter that is spelled out and one more name."""
    parts = run_together(name, shapes)
    is_product = GREEK & set(parts) and any(shapes[part] == () for part in parts)
    return parts if is_product else ()


def has_readings(expr: Expr) -> bool:
    """Whether an expression has products that may be read in two ways."""
    return any(
        isinstance(node, Apply) and (node.implicit or node.op == "transpose")
        for node in postorder(expr)
    )
