"""The line of shapes below a formula: every matrix replaced by its shape."""

from __future__ import annotations

from backpropcli.infer import Shapes
from backpropcli.language.nodes import Apply, Expr, Name, call, fold, is_op, with_args
from backpropcli.language.text import to_text
from backpropcli.ops.sizes import Shape, shape_text

SHOWN = ("matmul", "outer", "add", "sub", "mul", "div", "over", "neg", "transpose", "sum")


def shape_line(expr: Expr, shapes: Shapes) -> str:
    """The products of a formula in shapes, ``(H, N) @ (N, C) = (H, C)``.

    Transposes are applied, single numbers left out, and a part in which nothing is summed is one
    shape. Empty where there is no product or sum to show.
    """

    def visit(node: Expr, args: list[Expr | None]) -> Expr | None:
        shape = shapes.of(node)
        if shape == ():
            return None
        return _shown(node, args, shape, [shapes.of(arg) for arg in node.args])

    shown = fold(fold(expr, _turned), visit)
    if shown is None or isinstance(shown, Name):
        return ""
    return f"{to_text(shown)} = {shape_text(shapes.of(expr))}"


def _turned(node: Expr, args: list[Expr]) -> Expr:
    """A transpose brought down to what is multiplied."""
    node = with_args(node, tuple(args))
    inner = node.args[0] if is_op(node, "transpose") else None
    if is_op(inner, "matmul", "outer"):
        left, right = inner.args
        if inner.op == "outer":
            return call("outer", right, left)
        return fold(right.T, _turned) @ fold(left.T, _turned)
    if is_op(inner, "mul", "div", "over", "add", "sub", "neg"):
        return Apply(inner.op, tuple(fold(arg.T, _turned) for arg in inner.args))
    return inner.args[0] if is_op(inner, "transpose") else node


def _plain(shape: Shape) -> Name:
    return Name(shape_text(shape))


def _shown(node: Expr, args: list[Expr | None], shape: Shape, own: list[Shape]) -> Expr:
    if not isinstance(node, Apply) or node.op not in SHOWN:
        return _plain(shape)
    if node.op == "outer":
        return _plain((own[0][0], 1)) @ _plain((1, own[1][0]))
    if node.op == "matmul":
        left, right = (arg or _plain(s) for arg, s in zip(args, own, strict=True))
        return left @ right
    if node.op == "sum":
        return call("sum", args[0] or _plain(own[0]), **dict(node.params))
    if node.op == "transpose":
        inner = args[0]
        return _plain(shape) if inner is None or isinstance(inner, Name) else inner.T
    kept = [arg for arg in args if arg is not None]
    if all(isinstance(arg, Name) for arg in kept):
        return _plain(shape)
    if len(kept) < len(args) or node.op == "neg":
        return kept[0]
    if is_op(node, "over"):
        return Apply("div", tuple(kept))
    return Apply("add" if node.op == "sub" else node.op, tuple(kept))
