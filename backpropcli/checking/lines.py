"""Workings among the answers: which equals signs hold, and what each working leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from backpropcli.checking.data import Claim, LinkFinding
from backpropcli.checking.draws import sized
from backpropcli.checking.formula_entries import exact_paper
from backpropcli.checking.graph import Graph
from backpropcli.checking.judge import Judge
from backpropcli.checking.paper import Paper
from backpropcli.checking.sheet import Entry
from backpropcli.checking.workings import check_links
from backpropcli.evaluate.floats import evaluate
from backpropcli.language.nodes import Expr, names
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


def formula_links(
    claim: Claim, cases: Sequence[tuple[Graph, Mapping[str, int]]]
) -> tuple[LinkFinding, ...]:
    """The equals signs between formulas, at drawn numbers; what cannot be compared is left out."""
    found = []
    for left, right in pairwise(claim.links):
        if left.expr is None or right.expr is None or left.entry != right.entry:
            continue
        agree = [_agree(left.expr, right.expr, claim, *case) for case in cases]
        if all(one is None for one in agree):
            continue
        said = "" if False not in agree else f"{left.text} and {right.text} are not equal"
        width = left.width
        if right.place.line == left.place.line and right.place.column > left.place.column:
            width = right.place.column + right.width - left.place.column
        text = f"{left.text} = {right.text}"
        found.append(LinkFinding(text, not said, left.place, width, said))
    return tuple(found)


def _agree(
    left: Expr, right: Expr, claim: Claim, graph: Graph, sizes: Mapping[str, int]
) -> bool | None:
    """Whether two formulas have one value; None where one of them has none."""
    values: dict[str, Array] = {}
    for name in names(left, right):
        node = graph.find(name, claim.example or 0, claim.step or 0)
        if node is not None:
            values[name] = np.asarray(graph.nodes[node].value, float)
        elif name not in sizes:
            return None
    try:
        a, b = (np.squeeze(evaluate(sized(side, sizes), values)) for side in (left, right))
    except (ShapeError, ValueError):
        return None
    if a.shape != b.shape:
        return False
    return bool(np.allclose(a, b, rtol=1e-7, atol=1e-10))


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
