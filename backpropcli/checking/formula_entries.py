"""Formulas among the answers: their value at the problem's numbers stands for what was written."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from backpropcli.checking.data import Written
from backpropcli.checking.paper import Paper
from backpropcli.checking.sheet import Entry, Sheet
from backpropcli.evaluate.floats import evaluate
from backpropcli.language.nodes import Expr, array, as_expr, names
from backpropcli.ops.entry import Array, ShapeError

DIAGONAL = "given as its diagonal: the other entries are 0"


def put_in_formulas(sheet: Sheet) -> None:
    """Judge each formula as a function, and put its numbers where a number would stand."""
    for entry in sheet.entries:
        if entry.claim.formula is not None and entry.claim.trouble is None:
            _one(sheet, entry)


def _one(sheet: Sheet, entry: Entry) -> None:
    from backpropcli.checking.formulas import judge_formula

    claim = entry.claim
    assert claim.formula is not None
    step = claim.step is not None
    entry.formula = judge_formula(claim.formula, claim.name, claim.at, sheet.graph.program, step)
    if claim.other is not None and not entry.formula.same:
        verdict = judge_formula(claim.other, claim.name, claim.at, sheet.graph.program, step)
        if verdict.same:
            entry.formula = verdict
            entry.claim = claim = replace(claim, formula=claim.other)
    if entry.formula.diagonal:
        entry.note = DIAGONAL
    if entry.node is None:
        return
    value = _value(sheet, entry)
    if value is not None and np.isfinite(value).all():
        put_value(entry, np.diag(value) if entry.formula.diagonal else value)


def put_value(entry: Entry, value: Array) -> None:
    """The numbers of a formula in an entry; axes of length 1 are free."""
    paper = exact_paper(value, entry.claim.text)
    if value.shape == entry.shape:
        entry.paper = paper
    elif value.size == int(np.prod(entry.shape)) and _core(value.shape) == _core(entry.shape):
        entry.paper = exact_paper(value.reshape(entry.shape), entry.claim.text)
    else:
        entry.misfit = paper


def as_constant(written: Array | Written) -> Expr:
    """Numbers as they were written as a formula without names, lists as lists."""
    if isinstance(written, Written):
        return as_expr(written.value)
    return array(as_constant(row) for row in written) if written.ndim else as_constant(written[()])


def _core(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def _value(sheet: Sheet, entry: Entry) -> Array | None:
    graph, claim = sheet.graph, entry.claim
    assert claim.formula is not None
    values = {}
    for name in names(claim.formula):
        node = graph.find(name, claim.example or 0, claim.step or 0)
        if node is None:
            return None
        values[name] = np.asarray(graph.nodes[node].value, float)
    try:
        return evaluate(claim.formula, values)
    except (ShapeError, ValueError):
        return None


def exact_paper(value: Array, text: str) -> Paper:
    """Numbers that are exact, since nobody rounded them."""
    value = np.asarray(value, float)
    texts = np.empty(value.shape, object)
    texts.fill(text)  # one text for all: np.full makes a copy for each entry
    none = np.zeros(value.shape)
    return Paper(value, none, np.zeros(value.shape, bool), np.zeros(value.shape, int), texts)
