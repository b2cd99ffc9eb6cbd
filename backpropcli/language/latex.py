"""Expressions as LaTeX that plain amsmath typesets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from backpropcli.language.nodes import Apply, Expr, Name, Number, fold, is_op
from backpropcli.language.text import (
    ATOM,
    NEG,
    POSTFIX,
    POWER,
    PRODUCT,
    SUM,
    TERM,
    at_text,
    number_text,
    param_text,
)
from backpropcli.language.timeline import split_step

GREEK = frozenset(
    ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu",
     "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega", "Gamma", "Delta",
     "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"]
)  # fmt: skip
COMMA = r",\; "  # between the entries of a vector
ACCENTS = ("hat", "bar", "tilde", "dot")
_PARTS = re.compile(r"([A-Za-z]+)(\d*)")
Shown = tuple[str, int]
Form: TypeAlias = Callable[[Apply, list[Shown]], Shown]


class LatexStyle(NamedTuple):
    """How to write: names of the author's own, templates of the ops, what is a single number.

    ``is_dot`` tells which matrix products are the dot product of two vectors. ``leaf`` may write a
    node in its own way, such as its value; it returns nothing to decline. ``forms`` write
    operations that no parser reads, by their name.
    """

    notation: Mapping[str, str] = {}
    templates: Mapping[str, str] = {}
    is_scalar: Callable[[Expr], bool] = lambda expr: True
    is_dot: Callable[[Expr], bool] = lambda expr: False
    index_from: int = 1
    leaf: Callable[[Expr], str | None] = lambda expr: None
    forms: Mapping[str, Form] = {}


def to_latex(expr: Expr, style: LatexStyle) -> str:
    """The expression as LaTeX for math mode."""

    def visit(node: Expr, args: list[Shown]) -> Shown:
        own = style.leaf(node)
        if own is not None:
            return own, _strength(own)
        return _visit(node, args, style)

    return fold(expr, visit)[0]


def name_latex(name: str, notation: Mapping[str, str]) -> str:
    r"""A name: ``W1`` is ``W_{1}``, ``yhat`` is ``\hat{y}``, ``dL/dW1`` a fraction.

    A step of a sequence has its number below: ``h[2]`` is ``h_{2}``.
    """
    if name in notation:
        return notation[name]
    upper, slash, lower = name.partition("/")
    if slash and upper[:1] == lower[:1] == "d":
        top, bottom = name_latex(upper[1:], notation), name_latex(lower[1:], notation)
        return rf"\frac{{\partial {top}}}{{\partial {bottom}}}"
    stem, step = split_step(name)
    if step and re.fullmatch(r"[\w,:]+", step):
        return index_latex(name_latex(stem, notation), step)
    for ending in ("new", "change", "steps"):
        if name.endswith("_" + ending):
            stem = name_latex(name.removesuffix("_" + ending), notation)
            return rf"{{{stem}}}^{{\text{{{ending}}}}}"
    return _plain_name(name)


def index_latex(value: str, at: str) -> str:
    r"""An entry: ``z_{2}``, or ``\left[W_{1}\right]_{2,1}`` where there is a subscript already."""
    if "_" in value or "^" in value or "\\frac" in value:
        return rf"\left[{value}\right]_{{{at}}}"
    return rf"{value}_{{{at}}}"


def _plain_name(name: str) -> str:
    stem, _, ending = name.partition("_")
    found = _PARTS.fullmatch(stem)
    if not found:
        return rf"\mathrm{{{_escaped(name)}}}"
    letters, digits = found.groups()
    subscript = ",".join(part for part in (digits, _escaped(ending)) if part)
    return _letters(letters) + (f"_{{{subscript}}}" if subscript else "")


def _letters(letters: str) -> str:
    for accent in ACCENTS:
        if letters.endswith(accent) and len(letters) > len(accent):
            return rf"\{accent}{{{_letters(letters.removesuffix(accent))}}}"
    if letters in GREEK:
        return "\\" + letters
    return letters if len(letters) == 1 else rf"\mathrm{{{letters}}}"


def _escaped(text: str) -> str:
    return text.replace("_", r"\_")


def _visit(node: Expr, args: list[Shown], style: LatexStyle) -> Shown:
    if isinstance(node, Number):
        text = _number(node.value)
        return text, _strength(text)
    if isinstance(node, Name):
        return name_latex(node.name, style.notation), ATOM
    assert isinstance(node, Apply)
    if node.op in style.forms:
        return style.forms[node.op](node, args)
    if node.op in ("add", "sub", "neg", "mul", "matmul"):
        return _signed(node, args, style)
    if node.op in ("div", "over"):
        return rf"\frac{{{args[0][0]}}}{{{args[1][0]}}}", POSTFIX
    if node.op == "pow":
        derivative = isinstance(node.args[0], Name) and "/" in node.args[0].name
        base = within(args[0], ATOM + 1 if derivative else ATOM)
        return f"{{{base}}}^{{{args[1][0]}}}", POWER
    if node.op in ("transpose", "swap"):
        return rf"{{{within(args[0], ATOM)}}}^{{\top}}", POSTFIX
    if node.op == "index":
        at = at_text(dict(node.params)["at"], style.index_from)
        return index_latex(args[0][0], at), ATOM
    if node.op == "array":
        return _array(node, args), ATOM
    if style.templates.get(node.op, "").startswith("{0}"):  # an operator between its operands
        inside = [(within(arg, PRODUCT + 1), ATOM) for arg in args]
        return _call(node, inside, style), PRODUCT
    return _call(node, args, style), ATOM


def _signed(node: Apply, args: list[Shown], style: LatexStyle) -> Shown:
    """Sums and products."""
    if node.op == "neg":
        return "-" + within(args[0], TERM), NEG
    if node.op in ("add", "sub"):
        sign = "+" if node.op == "add" else "-"
        return f"{within(args[0], SUM)} {sign} {within(args[1], TERM)}", SUM
    loosest = PRODUCT
    if node.op == "matmul":
        sign = r"\cdot" if style.is_dot(node) else r"\,"
        # Without a sign a product seems to bind tighter than one with a sign before it.
        loosest += _has_sign(node.args[0], style)
    else:
        sign = r"\cdot" if _by_number(node, style) else r"\odot"
    return f"{within(args[0], loosest)} {sign} {within(args[1], PRODUCT + 1)}", PRODUCT


def _by_number(product: Expr, style: LatexStyle) -> bool:
    """Whether one side of an elementwise product is a single number."""
    return any(style.is_scalar(arg) for arg in product.args)


def _has_sign(left: Expr, style: LatexStyle) -> bool:
    """Whether the left side of a matrix product is an elementwise one of arrays."""
    return is_op(left, "mul") and not _by_number(left, style)


def _strength(text: str) -> int:
    """How tight a written value binds."""
    if text.startswith("-"):
        return NEG
    return PRODUCT if r"\cdot" in text or text.startswith(r"\frac") else ATOM


def within(shown: Shown, need: int) -> str:
    """A part as it stands where something must bind at least so tight."""
    text, strength = shown
    return rf"\left({text}\right)" if strength < need else text


def _number(value: Fraction) -> str:
    text = number_text(value)
    if "/" in text:
        return r"\frac{{{}}}{{{}}}".format(*text.split("/"))
    digits, power, exponent = text.partition("e")
    return rf"{digits} \cdot 10^{{{exponent}}}" if power else text


def _array(node: Apply, args: list[Shown]) -> str:
    """A list as a tuple, as vectors are written; a list of lists as a matrix."""
    parts = [text for text, _ in args]
    if all(isinstance(arg, Apply) and arg.op == "array" for arg in node.args):
        rows = [part.removeprefix(r"\left(").removesuffix(r"\right)") for part in parts]
        cells = r" \\ ".join(row.replace(COMMA, " & ") for row in rows)
        return rf"\begin{{bmatrix}}{cells}\end{{bmatrix}}"
    return rf"\left({COMMA.join(parts)}\right)"


def _call(node: Apply, args: list[Shown], style: LatexStyle) -> str:
    template = style.templates.get(node.op)
    named = [rf"\text{{{_escaped(k)}}}={_param(v, style)}" for k, v in node.params]
    if template and not named:
        return template.format(*(text for text, _ in args))
    name = _escaped(node.op)
    inside = ",\\, ".join([*(text for text, _ in args), *named])
    return rf"\operatorname{{{name}}}\left({inside}\right)"


def _param(value: object, style: LatexStyle) -> str:
    text = param_text(value, style.index_from)
    return rf"\text{{{text}}}" if text.isalpha() else text
