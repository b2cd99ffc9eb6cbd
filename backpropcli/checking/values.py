"""What stands beside a quantity in an answers file: numbers, a formula, a working."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from backpropcli.checking.data import Link, Written
from backpropcli.checking.sides import split_sides
from backpropcli.checking.written import (
    Piece,
    Unreadable,
    exact_number,
    is_left_open,
    piece_of,
    signed_number,
    single,
    stacked,
    written_number,
)
from backpropcli.evaluate.exact import exact_values
from backpropcli.evaluate.floats import evaluate
from backpropcli.files.numbers import number_trouble
from backpropcli.files.tree import Mapping, Node, Scalar, Sequence, quoted
from backpropcli.infer import Room, Shapes
from backpropcli.language.grammar import ExpressionError
from backpropcli.language.nodes import Expr, Number, array, as_expr, is_op, names
from backpropcli.language.parser import parse
from backpropcli.on_paper import LIKELIER, OTHER, has_readings
from backpropcli.ops import FUNCTIONS
from backpropcli.ops.entry import Array, ShapeError
from backpropcli.ops.sizes import product
from backpropcli.problem.data import Problem
from backpropcli.problem.definitions import all_quantities, meaning
from backpropcli.problem.quantities import CALLED
from backpropcli.writing import number

MAX_AXES = 8
MAX_SIDES = 40
# Entries of a part of an answer, and of all parts of all formulas of a sheet; more of both where
# the problem itself has larger values, of which so many times the entries are allowed.
MAX_ENTRIES, MAX_ENTRIES_OF_ALL = 10_000, 1_000_000
TIMES, TIMES_OF_ALL = 4, 40
_CURLY = frozenset("“”„‟‘’‚‛«»‹›")
_TIMES = re.compile(r"[xX]\d*")
_CALLS = FUNCTIONS | set(CALLED)


class Value(NamedTuple):
    """What was read: numbers, or a formula over names, and the sides of workings.

    ``other`` is the formula in another reading of its products.
    """

    written: Array | None = None
    formula: Expr | None = None
    links: tuple[Link, ...] = ()
    other: Expr | None = None


def limits(problem: Problem) -> tuple[int, Room]:
    """The most entries of a part of a formula, and of all formulas of a submission."""
    counts = (product(shape) for shape in problem.shapes.values())
    largest = max((count for count in counts if isinstance(count, int)), default=0)
    return max(MAX_ENTRIES, TIMES * largest), Room(max(MAX_ENTRIES_OF_ALL, TIMES_OF_ALL * largest))


class ValueReader:
    """Reads the values of one problem's quantities; raises ``Unreadable`` where it cannot."""

    def __init__(self, problem: Problem) -> None:
        self.sizes = problem.sizes
        self.quantities = all_quantities(problem)
        self.words = self.quantities.words(_CALLS)
        self.most, self.room = limits(problem)

    def value(self, node: Node, is_label: Callable[[str], bool]) -> Value:
        """The value of a node: a text, or a list of values."""
        if isinstance(node, Scalar):
            return self.scalar(piece_of(node), is_label)
        if isinstance(node, Mapping):
            raise Unreadable(
                "a value is a number, a list or a formula, found a mapping", node.place
            )
        return self.listed(node, (), is_label)

    def listed(self, node: Sequence, at: tuple[int, ...], is_label: Callable[[str], bool]) -> Value:
        """A list of numbers, of formulas or of lists, all of one shape."""
        if not node.items or len(at) >= MAX_AXES:
            said = f"at most {MAX_AXES} axes are read" if at else "an empty list has no values"
            raise Unreadable(said, node.place)
        _refuse_thousands(node)
        values = [self.item(item, (*at, i), is_label) for i, item in enumerate(node.items)]
        links = tuple(link for value in values for link in value.links)
        rows = [value.written for value in values if value.written is not None]
        if len(rows) == len(values):
            return Value(stacked(rows, [_start(item) for item in node.items]), None, links)
        formula = array(_as_formula(value) for value in values)
        self.check_rows(formula, _start(node))
        return Value(None, formula, links)

    def item(self, node: Node, at: tuple[int, ...], is_label: Callable[[str], bool]) -> Value:
        """An entry of a list, itself a list or a text."""
        if isinstance(node, Sequence):
            return self.listed(node, at, is_label)
        if is_left_open(node):
            raise Unreadable("an entry is missing here", node.place)
        if isinstance(node, Mapping):
            raise Unreadable("a list holds numbers, found a mapping", node.place)
        value = self.scalar(piece_of(node), is_label)
        if not value.links:
            return value
        return value._replace(links=tuple(link._replace(entry=at) for link in value.links))

    def scalar(self, piece: Piece, is_label: Callable[[str], bool]) -> Value:
        """A text: a number, a list, a formula, or a working with equals signs."""
        simple = written_number(piece)
        if simple is not None:
            return Value(single(simple))
        sides = split_sides(piece)
        if len(sides) > 1 and is_label(sides[0].text):
            del sides[0]
        if len(sides) > MAX_SIDES:
            raise piece.refused(f"a working has at most {MAX_SIDES} sides, found {len(sides)}")
        last = sides[-1]
        if not last.text:
            raise piece.refused("nothing stands after the last equals sign")
        links = tuple(self.link(side) for side in sides) if len(sides) > 1 else ()
        written = self.numbers(last)
        if written is not None:
            return Value(written, None, links)
        formula = self.formula(last)
        return Value(None, formula, links, self.other(last, formula))

    def link(self, side: Piece) -> Link:
        """One side of a working; without a meaning where it cannot be read."""
        try:
            return Link(side.text, self.formula(side), side.place, side.width)
        except Unreadable:
            return Link(side.text, None, side.place, side.width)

    def formula(self, piece: Piece) -> Expr:
        """The meaning of a text over the quantities of the problem."""
        try:
            parsed = parse(piece.text, self.words)
            if isinstance(parsed, Number):
                return parsed
            return self.read(parsed)
        except ExpressionError as error:
            raise _at(piece, error) from None

    def read(self, parsed: Expr) -> Expr:
        """The meaning of an expression, products as they are written on paper.

        Raises ``ExpressionError`` where it has none in either reading.
        """
        try:
            return self.meaning(parsed, LIKELIER)
        except ExpressionError:
            if not has_readings(parsed):
                raise
            try:
                return self.meaning(parsed, OTHER)
            except ExpressionError:
                pass
            raise

    def meaning(self, parsed: Expr, reading: str) -> Expr:
        """The meaning of an expression in one reading; raises ``ExpressionError``."""
        return meaning(parsed, self.quantities, self.sizes, self.most, reading, self.room)[0]

    def other(self, piece: Piece, formula: Expr) -> Expr | None:
        """What a text means in another reading of its products; None where there is none."""
        try:
            parsed = parse(piece.text, self.words)
            found = self.meaning(parsed, OTHER) if has_readings(parsed) else formula
        except ExpressionError:
            return None
        return None if found == formula else found

    def numbers(self, piece: Piece) -> Array | None:
        """The numbers that a text is made of; nothing where it has names."""
        simple = written_number(piece)
        if simple is not None:
            return single(simple)
        trouble = number_trouble(piece.text)
        if trouble:
            raise piece.refused(trouble)
        try:
            parsed = parse(piece.text, self.words)
        except ExpressionError as error:
            raise _at(piece, error) from None
        return None if names(parsed) else self.constants(piece, parsed, piece)

    def constants(self, piece: Piece, parsed: Expr, text: Piece) -> Array:
        """The numbers of a part of a text, which has no names; lists entry by entry."""
        if not is_op(parsed, "array"):
            signed = signed_number(piece)
            return single(signed) if signed is not None else self.worked_out(piece)
        pieces = [text.part(*(entry.span or (0, 0))) for entry in parsed.args]
        pairs = zip(pieces, parsed.args, strict=True)
        return stacked([self.constants(p, entry, text) for p, entry in pairs], pieces)

    def worked_out(self, piece: Piece) -> Array:
        """The values of an expression of numbers, exact where they are rational."""
        simple = written_number(piece)
        if simple is not None:
            return single(simple)
        expr = self.formula(piece)
        found = exact_values([("value", expr)], {}, Shapes({})).get("value")
        values = evaluate(expr, {}) if found is None else found
        if found is None and not np.isfinite(values).all():
            raise piece.refused(f"{quoted(piece.text)} is not a finite number")
        if values.shape == ():
            return single(exact_number(piece, Fraction(values[()])))
        entries = [exact_number(piece, Fraction(v), number(v)) for v in values.flat]
        return np.stack([single(entry) for entry in entries]).reshape(values.shape)

    def check_rows(self, formula: Expr, piece: Piece) -> None:
        """Refuse a list of formulas whose shapes differ."""
        try:
            Shapes({n: self.quantities.shape_of(n) or () for n in names(formula)}).of(formula)
        except ShapeError as error:
            raise piece.refused(str(error)) from None


def _at(piece: Piece, error: ExpressionError) -> Unreadable:
    """The part of a text that is wrong; what looks like a number is told so."""
    part = piece.part(error.start, max(error.stop, error.start + 1))
    if part.text == "?":
        return part.refused("an entry is missing here")
    message = number_trouble(error.unknown) or number_trouble(piece.text) or error.message
    hint = _hint(piece.text, error)
    return part.refused(message, hint if message == error.message else "")


def _hint(text: str, error: ExpressionError) -> str:
    """What to do about it, where it is a habit of paper or of a word processor."""
    if _CURLY & set(text):
        return "take the quotes away, or type plain ones"
    if text[:1] in ("'", '"'):
        return "quotes go around the whole value, or nowhere"
    if ";" in text[error.start : error.stop]:
        return "put commas between numbers, and each row in brackets: [[1, 2], [3, 4]]"
    before = text[: error.start].rstrip()
    if _TIMES.fullmatch(error.unknown) and before[-1:].isdigit():
        return f"write * for times: {_last_number(before)}*{error.unknown[1:] or '...'}"
    return error.hint


def _last_number(text: str) -> str:
    found = re.search(r"[\d.]*$", text[-64:])
    return found.group() if found else ""


def _start(node: Node) -> Piece:
    """The beginning of a node, as a place."""
    while isinstance(node, Sequence) and node.items:
        node = node.items[0]
    if isinstance(node, Scalar):
        return piece_of(node)
    return Piece("", node.place, 1, False)


def _refuse_thousands(node: Sequence) -> None:
    """Refuse a list that was cut at a thousands comma: nobody writes the item ``000``."""
    texts = [item.text if isinstance(item, Scalar) else "" for item in node.items]
    if "000" in texts[1:]:
        at = texts.index("000", 1) - 1
        said = f"`{texts[at]},000` has signs between its digits: write {texts[at]}000"
        raise Unreadable(said, node.items[at].place, len(texts[at]))


def _as_formula(value: Value) -> Expr:
    if value.formula is not None:
        return value.formula
    assert value.written is not None
    return _constant(value.written)


def _constant(written: Array) -> Expr:
    """Numbers as an expression, lists as lists."""
    if written.ndim:
        return array(_constant(written[at, ...]) for at in range(len(written)))
    entry: Written = written[()]
    return as_expr(entry.value)
