"""A LaTeX document that compiles with plain amsmath."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from backpropcli.infer import Shapes
from backpropcli.language.latex import GREEK, LatexStyle, index_latex, name_latex, to_latex
from backpropcli.language.nodes import Expr
from backpropcli.language.tokens import GREEK as GREEK_LETTERS
from backpropcli.ops import OPS
from backpropcli.ops.entry import Array, ShapeError
from backpropcli.report.boxes import Look, numbers_box
from backpropcli.report.options import Options
from backpropcli.report.sheet import make_sheet
from backpropcli.report.steps import CountRow, Section, Step
from backpropcli.report.updates import update_notation
from backpropcli.report.words import verdict
from backpropcli.solution import Solution
from backpropcli.writing import (
    NumberStyle,
    is_numeric_leaf,
    leaf_value,
    number,
    shown_positions,
)

if TYPE_CHECKING:
    from backpropcli.derivation.data import Derivation

MOST_ALIGNED = 500  # lines that TeX has to hold in memory at once
MOST = 8
WIDEST = 90  # characters of a line of numbers that fits on the page
SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
    }
)
HEAD = r"""\documentclass[11pt]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage[a4paper,margin=2cm]{geometry}
\usepackage{amsmath,amssymb}
\allowdisplaybreaks
\setcounter{MaxMatrixCols}{64}
\begin{document}
"""


def render(solution: Solution, options: Options) -> str:
    """The sheet as a whole document."""
    sheet = make_sheet(solution, options)
    writer = _Writer(solution, options)
    parts = [HEAD, rf"\section*{{{escaped(sheet.title)}}}", ""]
    if sheet.statement:
        parts += [with_code(sheet.statement), ""]
    for section in sheet.sections:
        parts += writer.section(section)
    if sheet.counts:
        parts += [r"\subsection*{Counts}", *writer.counts(sheet.counts)]
    for derivation in options.derivations:
        parts += writer.derivation(derivation)
    return "\n".join([*parts, r"\end{document}", ""])


def escaped(text: str) -> str:
    """A text without commands; Greek as formulas, and a ? for what the fonts lack."""
    return "".join(_character(c) for c in text)


def _character(char: str) -> str:
    if char.isascii() or (ord(char) < 0x180 and char.isalpha()):
        return char.translate(SPECIAL)
    greek = "sigma" if char == "σ" else GREEK_LETTERS.get(char, "")
    return f"$\\{greek}$" if greek in GREEK else "?"


def with_code(text: str) -> str:
    """A text whose `code spans` are set in a fixed width."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escaped(text)
    return "".join(
        rf"\texttt{{{escaped(part)}}}" if i % 2 else escaped(part) for i, part in enumerate(parts)
    )


class _Writer:
    def __init__(self, solution: Solution, options: Options) -> None:
        self.options = options
        self.notation = {**update_notation(solution.program), **solution.problem.notation}
        self.index_from = solution.problem.index_from
        self.shapes = Shapes(solution.program.shapes)
        self.templates = {op.name: op.latex for op in OPS.entries() if op.latex}

    def section(self, section: Section) -> Iterator[str]:
        yield rf"\subsection*{{{escaped(section.title)}}}"
        lines = [line for step in section.steps for line in self.step(step)]
        for first in range(0, len(lines) or 1, MOST_ALIGNED):
            yield r"\begin{align*}"
            yield " \\\\\n".join(lines[first : first + MOST_ALIGNED])
            yield r"\end{align*}"

    def derivation(self, derivation: Derivation) -> Iterator[str]:
        """The lines of a derivation, each with its reason."""
        from backpropcli.report.chalk import Chalk

        yield from Chalk(self, self.options, self.index_from).derivation(derivation)

    def step(self, step: Step) -> Iterator[str]:
        """The lines of one quantity: equation, numbers put in, result."""
        name = name_latex(step.name, self.notation)
        first, _, at = step.name.partition("[")
        if at and step.name not in self.shapes.names:
            name = index_latex(name_latex(first, self.notation), at.rstrip("]"))
        lines = []
        if step.expr is not None:
            lines.append(self.expression(step.expr))
            if step.value is not None and step.values is not None:
                lines += self.put_in(step.expr, step.values)
        if step.value is not None:
            note = rf"\quad\text{{({escaped(step.note)})}}" if step.note else ""
            lines.append(self.value(step.shown) + note)
        if step.name.startswith("shape("):
            yield rf"\text{{{escaped(step.name)}}} &= {step.note}"
            return
        if not lines:
            note = rf"\quad\text{{{escaped(step.note)}}}" if step.note else ""
            yield rf"{name} &\in {self.shape(step)}{note}"
            return
        yield f"{name} &= {lines[0]}"
        for line in dict.fromkeys(lines[1:]):
            if line != lines[0]:
                yield f"&= {line}"
        if step.comparison is not None:
            difference = self.value(step.comparison.differences)
            said = f"(central differences: {verdict(step.comparison)})"
            yield rf"&\approx {difference} \quad\text{{{said}}}"
        for entry in step.entries:
            yield from self.step(entry)
        if step.left_out:
            yield rf"&\text{{and {step.left_out} more entries}}"

    def shape(self, step: Step) -> str:
        sizes = r" \times ".join(str(size) for size in step.shape) or "1"
        return rf"\mathbb{{R}}^{{{sizes}}}"

    def prose(self, text: str) -> str:
        """A sentence, with its code spans."""
        return with_code(text)

    def style(self) -> LatexStyle:
        return LatexStyle(
            self.notation, self.templates, self.is_scalar, self.is_dot, self.index_from
        )

    def is_scalar(self, expr: Expr) -> bool:
        return not self.axes(expr)

    def is_dot(self, product: Expr) -> bool:
        return all(self.axes(arg) == 1 for arg in product.args)

    def axes(self, expr: Expr) -> int:
        """How many axes a value has; none where it is a form of derivations alone."""
        try:
            return len(self.shapes.of(expr))
        except (KeyError, ShapeError):
            return 0

    def expression(self, expr: Expr) -> str:
        return to_latex(expr, self.style())

    def put_in(self, expr: Expr, values: Mapping[str, Array]) -> list[str]:
        """The line with the numbers, or none where it would run off the page."""
        look = Look(self.options.numbers, WIDEST, self.options.full)
        natural = sum(box.width for box in numbers_box(expr, values, look._replace(width=10**6)))
        if natural > WIDEST:
            return []

        def leaf(node: Expr) -> str | None:
            return self.value(leaf_value(node, values)) if is_numeric_leaf(node) else None

        return [to_latex(expr, self.style()._replace(leaf=leaf))]

    def value(self, value: Array) -> str:
        """A number, a matrix, or a vector as a tuple, which is neither a row nor a column."""
        value = np.asarray(value)
        if value.ndim == 0:
            return latex_number(value[()], self.options.numbers)
        if value.ndim > 2:
            return r"\left(" + r",\; ".join(self.value(part) for part in value) + r"\right)"
        most = None if self.options.full else MOST
        if value.ndim == 1:
            cells = [self.cell(value, (i,)) for i in shown_positions(len(value), most)]
            return r"\left(" + r",\; ".join(cells) + r"\right)"
        rows = []
        for i in shown_positions(len(value), most):
            columns = shown_positions(value.shape[1], most)
            rows.append(" & ".join(self.cell(value, (i, j)) for j in columns))
        return r"\begin{bmatrix}" + r" \\ ".join(rows) + r"\end{bmatrix}"

    def cell(self, value: Array, position: tuple[int | None, ...]) -> str:
        if None in position:
            return r"\ldots"
        return latex_number(value[position], self.options.numbers)

    def counts(self, rows: tuple[CountRow, ...]) -> Iterator[str]:
        yield r"\begin{tabular}{lrrr}"
        yield r"of & parameters & operations & multiply-adds \\ \hline"
        for row in rows:
            cells = [
                "" if count is None else f"${str(count).replace('*', ' ')}$" for count in row[1:]
            ]
            name = "total" if row.name == "total" else f"${name_latex(row.name, self.notation)}$"
            yield " & ".join([name, *cells]) + r" \\"
        yield r"\end{tabular}"


def latex_number(value: object, style: NumberStyle) -> str:
    """A number in math mode."""
    text = number(value, style)
    if "/" in text:
        top, bottom = text.split("/")
        sign = "-" if top.startswith("-") else ""
        return rf"{sign}\frac{{{top.lstrip('-')}}}{{{bottom}}}"
    digits, power, exponent = text.partition("e")
    return rf"{digits} \cdot 10^{{{exponent}}}" if power else text
