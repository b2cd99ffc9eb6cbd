"""Workings among the answers: which equals signs hold, and what each working leads to."""

from __future__ import annotations

import numpy as np

from backpropcli.checking.formula_entries import exact_paper
from backpropcli.checking.judge import Judge
from backpropcli.checking.paper import Paper
from backpropcli.checking.sheet import Entry
from backpropcli.checking.workings import check_links
from backpropcli.evaluate.floats import evaluate
from backpropcli.language.nodes import names
from backpropcli.ops.entry import Array, ShapeError

ROUNDED = 2e-3  # relative; what a working in rounded numbers may be off


def judge_workings(judge: Judge) -> None:
    """Look at each equals sign, and put in what a working leads to where it is not what stands."""
    for which, entry in enumerate(judge.sheet.entries):
        claim = entry.claim
        if len(claim.links) < 2 or claim.trouble is not None or entry.node is None:
            continue
        key, own = values_for(judge, entry)
        graph = judge.graph
        right = graph.nodes[entry.node].expr
        entry.links = check_links(claim, graph.problem, graph.program.shapes, key, own, right)
        if entry.links and not entry.links[-1].ok and which in judge.verdicts:
            entry.worked = _worked(entry, key, own)


def values_for(judge: Judge, entry: Entry) -> tuple[dict[str, Array], dict[str, Array]]:
    """The right values that a line may refer to, and the student's own ones."""
    assert entry.node is not None
    graph, at = judge.graph, judge.graph.nodes[entry.node].at
    key: dict[str, Array] = {}
    own: dict[str, Array] = {}
    for name in {node.name for node in graph.nodes}:
        place = graph.visible(name, at)
        if place is None:
            continue
        key[name] = np.asarray(graph.nodes[place].value, float)
        if place in judge.at and place != entry.node:
            own[name] = judge.state.values[place]
    return key, own


def _worked(entry: Entry, key: dict[str, Array], own: dict[str, Array]) -> Paper | None:
    """What the side before the last comes to."""
    before = next((s for s in reversed(entry.claim.links[:-1]) if s.expr is not None), None)
    if before is None or before.expr is None or before.entry is not None:
        return None
    values = {**key, **own}
    if any(name not in values for name in names(before.expr)):
        return None
    try:
        value = np.asarray(evaluate(before.expr, values), float)
    except (ShapeError, ValueError):
        return None
    if value.shape != entry.shape or not np.isfinite(value).all() or entry.paper is None:
        return None
    paper = exact_paper(value, before.text)
    return Paper(value, np.abs(value) * ROUNDED, paper.whole, entry.paper.digits, paper.texts)
