"""Derivations as LaTeX: lines that fit on the page, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from backpropcli.derivation.data import ENTRY, PARTIAL, Derivation, Line
from backpropcli.derivation.writing import line_latex
from backpropcli.language.latex import LatexStyle
from backpropcli.language.nodes import Expr, is_op, postorder
from backpropcli.ops.entry import Array
from backpropcli.report.derived import right_side, written
from backpropcli.report.options import Options

WIDE = 62  # characters of plain text that fit on a line of the page
WHY = r"\\[-2pt] & \qquad {{\footnotesize\text{{({why})}}}}"


class Writer(Protocol):
    """What writes formulas and numbers of one problem."""

    def style(self) -> LatexStyle:
        """How expressions are written."""

    def value(self, value: Array) -> str:
        """A number, vector or matrix."""

    def put_in(self, expr: Expr, values: Mapping[str, Array]) -> list[str]:
        """An expression with its numbers, or nothing where that is too wide."""

    def prose(self, text: str) -> str:
        """A sentence, with its code spans."""


class Chalk:
    """Writes derivations of one problem."""

    def __init__(self, writer: Writer, options: Options, index_from: int) -> None:
        self.writer, self.options, self.index_from = writer, options, index_from
        self.scalars = False

    def derivation(self, derivation: Derivation) -> Iterator[str]:
        """The heading, the lines, the local derivatives and the notes."""
        yield rf"\subsection*{{Derivation: {self.writer.prose(derivation.title)}}}"
        yield from self.aligned(derivation)
        shown = [one for one in derivation.locals if written(one) is not None]
        if shown:
            yield "where"
            yield r"\begin{gather*}"
            yield " \\\\\n".join(map(self.local, shown))
            yield r"\end{gather*}"
        told = [*derivation.notes, *(n for one in derivation.locals for n in one.notes)]
        for note in dict.fromkeys(told):
            yield from (self.writer.prose(note), "")

    def aligned(self, derivation: Derivation) -> Iterator[str]:
        """The lines below each other, their signs of equality in one column."""
        self.scalars = _is_about_entries(derivation)
        left = self.formula(derivation.left)
        lines: list[str] = []
        before = ""
        for line in derivation.lines:
            shown = " ".join(self.parts(line))
            if shown != before:
                lines.append(f"{'' if lines else left} &= {self.line(line)}")
            before = shown
        yield r"\begin{align*}"
        yield " \\\\\n".join(lines)
        yield r"\end{align*}"

    def line(self, line: Line) -> str:
        """One right side with its reason: beside it where both fit, else below."""
        parts = self.parts(line)
        whole = " \\\\\n& \\quad ".join(parts)
        if not line.why:
            return whole
        length = len(right_side(line, self.options, self.index_from)) + len(line.why)
        why = self.writer.prose(line.why)
        if len(parts) == 1 and length <= WIDE:
            return rf"{whole} \qquad {{\footnotesize\text{{({why})}}}}"
        return f"{whole} {WHY.format(why=why)}"

    def parts(self, line: Line) -> list[str]:
        """The right side in one piece, or the terms of a long sum."""
        if line.value is not None:
            return [self.writer.value(line.value)]
        if line.values is not None:
            put_in = self.writer.put_in(line.expr, line.values)
            return put_in or [r"\ldots"]
        text = right_side(line, self.options, self.index_from)
        terms = _terms(line.expr) if len(text) > WIDE else [("", line.expr)]
        return [f"{sign}{self.formula(term)}" for sign, term in terms]

    def formula(self, expr: Expr) -> str:
        """One formula; of single numbers where the derivation is about entries."""
        return line_latex(expr, self.writer.style(), self.scalars)

    def local(self, one: Derivation) -> str:
        """A local derivative in one line."""
        sides = [self.formula(one.left)]
        sides += [" ".join(self.parts(line)) for line in one.lines]
        return " = ".join(sides)


def _is_about_entries(derivation: Derivation) -> bool:
    """Whether names stand for single entries, as in a proof."""
    exprs = [derivation.left, *(line.expr for line in derivation.lines)]
    return is_op(derivation.left, PARTIAL) or any(is_op(n, ENTRY) for n in postorder(*exprs))


def _terms(expr: Expr) -> list[tuple[str, Expr]]:
    """The terms of a sum with their signs, in order."""
    found: list[tuple[str, Expr]] = []
    while is_op(expr, "add", "sub"):
        left, right = expr.args
        found.append(("{} + " if is_op(expr, "add") else "{} - ", right))
        expr = left
    return [("", expr), *reversed(found)]
