"""Lines of derivations as text and as LaTeX, the forms that are only written included."""

from __future__ import annotations

from collections.abc import Callable

from backpropcli.derivation.data import CASES, DELTA, ENTRY, FORMS, PARTIAL, SUM_OVER
from backpropcli.derivation.forms import branches_of
from backpropcli.language import latex, text
from backpropcli.language.latex import LatexStyle, index_latex, to_latex
from backpropcli.language.nodes import Apply, Expr, Name, is_op, postorder
from backpropcli.language.text import ATOM, POSTFIX, POWER, PRODUCT, RATIO, TERM, Style, layout
from backpropcli.ops.entry import ShapeError

LATEX_RELATIONS = {">=": r"\geq", "<=": r"\leq", "!=": r"\neq"}


def line_text(expr: Expr, index_from: int = 1) -> str:
    """A line as text: ``dp[i]/dh[j]``, ``sum_k exp(h[k])``, ``[i = j]``, ``{1 if e > 0; ...}``."""
    pieces, _ = layout(expr, Style(index_from, forms=TEXT_FORMS))
    return "".join(piece for piece in pieces if isinstance(piece, str))


def line_latex(expr: Expr, style: LatexStyle, scalars: bool = False) -> str:
    """A line as LaTeX for math mode, in the style of its names and operations.

    Forms count as single numbers; with ``scalars`` everything does, as in the proofs, where the
    name of a vector stands for one of its entries.
    """

    def asked(question: Callable[[Expr], bool], otherwise: bool) -> Callable[[Expr], bool]:
        def answer(node: Expr) -> bool:
            if scalars or any(is_op(part, *FORMS) for part in postorder(node)):
                return otherwise
            try:
                return question(node)
            except (KeyError, ShapeError):
                return otherwise

        return answer

    written = style._replace(
        forms=LATEX_FORMS,
        is_scalar=asked(style.is_scalar, True),
        is_dot=asked(style.is_dot, False),
    )
    return to_latex(expr, written)


def _is_value(expr: Expr) -> bool:
    """A quantity by its name, or one of its entries: what a differential may be written of."""
    inner = expr.args[0] if is_op(expr, ENTRY, "index") else expr
    return isinstance(inner, Name) and "/" not in inner.name


def _partial_text(node: Apply, args: list[text.Shown]) -> text.Shown:
    upper, lower = (_differential(*pair) for pair in zip(node.args, args, strict=True))
    return (upper, "/", lower), RATIO


def _differential(of: Expr, shown: text.Shown) -> text.Rope:
    if _is_value(of):
        return ("d", shown[0])
    return ("d ", shown[0]) if _is_call(of, shown[1]) else ("d(", shown[0], ")")


def _is_call(expr: Expr, strength: int) -> bool:
    """A function of something in parentheses."""
    return isinstance(expr, Apply) and strength == ATOM and expr.op not in (*FORMS, "array")


def _sum_text(node: Apply, args: list[text.Shown]) -> text.Shown:
    return (f"sum_{_letter(node)} ", text.within(args[0], PRODUCT)), TERM


def _entry_text(node: Apply, args: list[text.Shown]) -> text.Shown:
    at = ",".join(_plain(arg) for arg in node.args[1:])
    return (text.within(args[0], POSTFIX), f"[{at}]"), POSTFIX


def _delta_text(node: Apply, args: list[text.Shown]) -> text.Shown:
    return ("[", args[0][0], " = ", args[1][0], "]"), ATOM


def _cases_text(node: Apply, args: list[text.Shown]) -> text.Shown:
    parts: list[text.Rope] = ["{"]
    for i, branch in enumerate(branches_of(node)):
        value, left, right = (shown for shown, _ in args[3 * i : 3 * i + 3])
        parts.append((value, " if ", left, f" {branch.relation} ", right, "; "))
    parts.append((args[-1][0], " otherwise}"))
    return tuple(parts), ATOM


def _partial_latex(node: Apply, args: list[latex.Shown]) -> latex.Shown:
    (upper, strength), (lower, _) = args
    of, by = node.args
    below = lower if _is_value(by) or is_op(by, SUM_OVER) else rf"\left({lower}\right)"
    if _is_value(of) or _is_call(of, strength) or is_op(of, SUM_OVER):
        return rf"\frac{{\partial {upper}}}{{\partial {below}}}", POWER
    return rf"\frac{{\partial}}{{\partial {below}}} \left({upper}\right)", POWER


def _sum_latex(node: Apply, args: list[latex.Shown]) -> latex.Shown:
    need = TERM if is_op(node.args[0], SUM_OVER) else PRODUCT
    return rf"\sum_{{{_letter(node)}}} {latex.within(args[0], need)}", TERM


def _entry_latex(node: Apply, args: list[latex.Shown]) -> latex.Shown:
    return index_latex(latex.within(args[0], ATOM), _subscript(node.args[1:])), ATOM


def _delta_latex(node: Apply, args: list[latex.Shown]) -> latex.Shown:
    return rf"\delta_{{{_subscript(node.args)}}}", ATOM


def _cases_latex(node: Apply, args: list[latex.Shown]) -> latex.Shown:
    rows = []
    for i, branch in enumerate(branches_of(node)):
        value, left, right = (shown for shown, _ in args[3 * i : 3 * i + 3])
        relation = LATEX_RELATIONS.get(branch.relation, branch.relation)
        rows.append(rf"{value} & \text{{if }} {left} {relation} {right}")
    rows.append(rf"{args[-1][0]} & \text{{otherwise}}")
    return r"\begin{cases}" + r" \\ ".join(rows) + r"\end{cases}", ATOM


def _letter(node: Apply) -> str:
    return str(dict(node.params)["index"])


def _plain(arg: Expr) -> str:
    assert isinstance(arg, Name)
    return arg.name


def _subscript(indices: tuple[Expr, ...]) -> str:
    """Indices below a letter: ``ij``, or with a comma where one has several letters."""
    shown = [_plain(arg) for arg in indices]
    return ("" if all(len(name) == 1 for name in shown) else ",").join(shown)


TEXT_FORMS: dict[str, text.Form] = {
    PARTIAL: _partial_text, SUM_OVER: _sum_text, ENTRY: _entry_text, DELTA: _delta_text,
    CASES: _cases_text,
}  # fmt: skip
LATEX_FORMS: dict[str, latex.Form] = {
    PARTIAL: _partial_latex, SUM_OVER: _sum_latex, ENTRY: _entry_latex, DELTA: _delta_latex,
    CASES: _cases_latex,
}  # fmt: skip
