"""Which answers count, and how much: the quantities asked, matched with what was handed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from backpropcli.checking.graph import Graph
from backpropcli.checking.levels import is_of_a_batch
from backpropcli.checking.sheet import Entry, Sheet
from backpropcli.language.nodes import Apply, At, Expr, Name, is_op
from backpropcli.ops.entry import Array
from backpropcli.ops.shaping import selector
from backpropcli.problem import Problem
from backpropcli.problem.data import Asked
from backpropcli.problem.quantities import canonical

ZERO = Fraction(0)


@dataclass(eq=False)
class Row:
    """A line of the report: an answer, or a quantity that is missing; and its points."""

    quantity: str
    example: int | None
    step: int | None
    entry: Entry | None
    which: int | None
    points: Fraction = ZERO
    parts: list[tuple[Array | None, Fraction]] = field(default_factory=list)
    counted: bool = False


def rows(problem: Problem, graph: Graph, sheet: Sheet) -> list[Row]:
    """The lines in the order of ``find``, then what was handed in beyond it."""
    found: list[Row] = []
    by_entry: dict[int, Row] = {}
    for asked in problem.find:
        for row in _asked_rows(problem, graph, sheet, asked):
            if row.which is not None and row.which in by_entry:
                known = by_entry[row.which]
                known.points += row.points
                known.parts += row.parts
                continue
            if row.which is not None:
                by_entry[row.which] = row
            found.append(row)
    for which, entry in enumerate(sheet.entries):
        if which not in by_entry:
            claim = entry.claim
            found.append(Row(claim.quantity, claim.example, claim.step, entry, which))
    return found


def _asked_rows(problem: Problem, graph: Graph, sheet: Sheet, asked: Asked) -> Iterator[Row]:
    name, at = asked_name(problem, asked.expr)
    places = _places(problem, graph, sheet, name)
    for example, step in places:
        points = asked.points / len(places)
        answers = list(_answers(sheet, name, at, example, step))
        if not answers:
            yield Row(asked.text, example, step, None, None, points, [], True)
            continue
        rest = 1 - sum(share for _, share, _ in answers)
        if rest > 0:
            yield Row(asked.text, example, step, None, None, points * rest, [], True)
        for which, share, part in answers:
            entry = sheet.entries[which]
            own = points * share
            yield Row(
                entry.claim.quantity, entry.claim.example, entry.claim.step, entry, which, own,
                [(part, own)], True,
            )  # fmt: skip


def asked_name(problem: Problem, expr: Expr) -> tuple[str, Any]:
    """The normal name of what is asked, and the entry that is meant."""
    if is_op(expr, "shape"):
        inner = expr.args[0]
        assert isinstance(inner, Name)
        return f"shape({canonical(inner.name, problem.aliases)})", None
    if is_op(expr, "index"):
        inner = expr.args[0]
        assert isinstance(inner, Name) and isinstance(expr, Apply)  # noqa: PT018
        return canonical(inner.name, problem.aliases), dict(expr.params)["at"].items
    assert isinstance(expr, Name)
    return canonical(expr.name, problem.aliases), None


Where = tuple[int | None, int | None]  # an example and a step, from 1


def _places(problem: Problem, graph: Graph, sheet: Sheet, name: str) -> list[Where]:
    """Where a quantity is asked: at the top, in each example, or in each step that has it.

    At the top an answer in a step counts that is the same value: the last new weight, say. Where
    several steps are answered and the top is not, all steps are asked. What belongs to a pass is
    asked in the steps where each sees examples of its own.
    """
    mine = [e for e in sheet.entries if e.claim.name == name]
    at_top = graph.find(name) is not None or name.startswith("shape(")
    in_steps = {e.claim.step for e in mine if e.claim.step is not None}
    if all(e.claim.step is not None for e in mine):
        same = [e for e in mine if at_top and e.node == graph.find(name)]
        if len(in_steps) == 1 and same:
            return [(same[0].claim.example, same[0].claim.step)]
        if len(in_steps) > 1 or (in_steps and graph.is_made(name)) or is_of_a_batch(problem, name):
            return _in_steps(graph, name)
    if not problem.examples:
        return [(None, None)]
    claimed = {e.claim.example for e in mine if e.claim.step is None}
    if at_top and (None in claimed or not claimed):
        return [(None, None)]
    if at_top and not graph_has_examples(graph, name):
        return [(None, None)]
    return [(number, None) for number in range(1, len(problem.examples) + 1)]


def _in_steps(graph: Graph, name: str) -> list[Where]:
    """Every step that has the quantity, and its examples where each has its own."""
    update = graph.problem.update
    found: list[Where] = []
    for step in range(1, (update.steps if update is not None else 0) + 1):
        if graph.find(name, 0, step) is not None:
            found.append((None, step))
            continue
        batch = update.batch(step - 1) if update is not None else ()
        seen = [i + 1 for i in batch] or range(1, len(graph.problem.examples) + 1)
        found += [(i, step) for i in seen if graph.find(name, i, step) is not None]
    return found or [(None, None)]


def graph_has_examples(graph: Graph, name: str) -> bool:
    """Whether each example has a value of its own of this name."""
    return any(node.name == name and node.at.example for node in graph.nodes)


def _answers(
    sheet: Sheet, name: str, at: Any, example: int | None, step: int | None
) -> Iterator[tuple[int, Fraction, Array | None]]:
    """The answers to a quantity: which, for what share of it, and which of its numbers count."""
    mine = [
        (which, e)
        for which, e in enumerate(sheet.entries)
        if e.claim.name == name and e.claim.example == example and e.claim.step == step
    ]
    exact = [which for which, e in mine if e.claim.at == at]
    if exact:
        yield exact[0], Fraction(1), None
        return
    numbers = [(which, e) for which, e in mine if e.node is not None]
    if not numbers:
        return
    rest = _covered(sheet, numbers[0][1], at)
    size = max(1, int(np.count_nonzero(rest)))
    for which, entry in sorted(numbers, key=lambda pair: int(np.prod(pair[1].shape, dtype=int))):
        here = rest & _covered(sheet, entry, entry.claim.at)
        count = int(np.count_nonzero(here))
        if count:
            rest &= ~here
            yield which, Fraction(count, size), entry.part(here)


def _covered(sheet: Sheet, entry: Entry, at: Any) -> Array:
    """Which entries of the whole quantity are meant."""
    assert entry.node is not None
    found = np.zeros(np.shape(sheet.graph.nodes[entry.node].value), bool)
    found[() if at is None else selector(At(at))] = True
    return found
