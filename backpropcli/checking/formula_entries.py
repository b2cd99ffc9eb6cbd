"""Formulas among the answers: their value at the problem's numbers stands for what was written."""

from __future__ import annotations

import numpy as np

from backpropcli.checking.paper import Paper
from backpropcli.checking.sheet import Entry, Sheet
from backpropcli.evaluate.floats import evaluate
from backpropcli.language.nodes import names
from backpropcli.ops.entry import Array, ShapeError


def put_in_formulas(sheet: Sheet) -> None:
    """Judge each formula as a function, and put its numbers where a number would stand."""
    for entry in sheet.entries:
        if entry.claim.formula is not None and entry.claim.trouble is None:
            _one(sheet, entry)


def _one(sheet: Sheet, entry: Entry) -> None:
    from backpropcli.checking.formulas import judge_formula

    claim = entry.claim
    assert claim.formula is not None
    entry.formula = judge_formula(claim.formula, claim.name, claim.at, sheet.graph.program)
    if entry.node is None:
        return
    value = _value(sheet, entry)
    if value is None or not np.isfinite(value).all():
        return
    paper = exact_paper(value, claim.text)
    if value.shape == entry.shape:
        entry.paper = paper
    elif value.size == int(np.prod(entry.shape)) and _core(value.shape) == _core(entry.shape):
        entry.paper = exact_paper(value.reshape(entry.shape), claim.text)
    else:
        entry.misfit = paper


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
    texts = np.full(value.shape, text, object)
    none = np.zeros(value.shape)
    return Paper(value, none, np.zeros(value.shape, bool), np.zeros(value.shape, int), texts)
