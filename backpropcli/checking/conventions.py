"""Legal conventions of another course that make a whole sheet right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from backpropcli.checking.judge import Judge
from backpropcli.checking.paper import Paper
from backpropcli.checking.sheet import Entry, Sheet
from backpropcli.language.nodes import Number
from backpropcli.problem.data import Update
from backpropcli.problem.quantities import split_derivative

Turned = Callable[[Entry], "Paper | None"]  # the paper in our convention, None: as it is


def legal_convention(judge: Judge) -> tuple[Judge, str] | None:
    """The sheet judged in the convention that makes all of it right, and its name."""
    for turned, name in _conventions(judge):
        sheet = Sheet(judge.graph, [], judge.sheet.rounded)
        changed = False
        for entry in judge.sheet.entries:
            paper = turned(entry)
            changed = changed or paper is not None
            sheet.entries.append(
                entry if paper is None else replace(entry, paper=paper, misfit=None)
            )
        if not changed:
            continue
        if turned.__name__ == "transposed" and not _all_differ(judge, sheet):
            continue
        other = Judge(sheet, judge.judging)
        if not other.is_off():
            return other, name
    return None


def _conventions(judge: Judge) -> Iterator[tuple[Turned, str]]:
    matrices = [e for e in judge.sheet.entries if _is_weight_matrix(judge, e)]
    if len(matrices) >= 2 and all(_is_turned(e) for e in matrices):
        yield _transposing(judge), "the gradients of the weights are transposed throughout"
    if _new_weights_are_right(judge):
        yield (
            _negating(judge),
            "the error term is target minus prediction, and the update adds it",
        )
        update = judge.graph.problem.update
        if update is not None and "mu" in update.settings:
            yield _turning(update), "the velocity is kept with the opposite sign, and added"
            yield from _other_form(update)
    for count in _counts(judge):
        yield (
            _per_example(judge, count),
            f"the gradients of single examples are taken without the factor 1/{count}, which comes "
            "in with the weights",
        )


def _all_differ(judge: Judge, sheet: Sheet) -> bool:
    """Whether every matrix that was turned was wrong as it stood."""
    pairs = zip(judge.sheet.entries, sheet.entries, strict=True)
    return all(
        bool(np.any(judge.verdicts[which].mismatch))
        for which, (before, after) in enumerate(pairs)
        if before is not after and before.paper is not None
    )


def _lower(judge: Judge, entry: Entry) -> str:
    parts = split_derivative(entry.claim.name)
    return parts[1] if parts is not None and parts[0] == judge.graph.problem.upper else ""


def _is_weight_matrix(judge: Judge, entry: Entry) -> bool:
    lower = _lower(judge, entry)
    return lower in judge.graph.problem.weights and len(entry.shape) == 2


def _is_turned(entry: Entry) -> bool:
    """Whether what was written could be the transpose, and is not the matrix itself."""
    paper = entry.paper or entry.misfit
    return paper is not None and paper.value.shape == entry.shape[::-1]


def _transposing(judge: Judge) -> Turned:
    def transposed(entry: Entry) -> Paper | None:
        paper = entry.paper or entry.misfit
        if not _is_weight_matrix(judge, entry) or paper is None or not entry.is_whole:
            return None
        if paper.value.shape != entry.shape[::-1]:
            return None
        return Paper(paper.value.T, paper.unit.T, paper.whole.T, paper.digits.T, paper.texts.T)

    return transposed


def _negating(judge: Judge) -> Turned:
    def turned(entry: Entry) -> Paper | None:
        if not _lower(judge, entry) or entry.paper is None:
            return None
        return replace(entry.paper, value=-entry.paper.value)

    return turned


def _other_form(update: Update) -> Iterator[tuple[Turned, str]]:
    """With a constant rate v = mu*v + lr*g and w - v are v = mu*v + g and w - lr*v."""
    if update.rule != "momentum" or not isinstance(update.lr, Number):
        return
    rate = float(update.lr.value)
    if rate and update.form == "pytorch":
        yield _scaling(update, 1 / rate), "the velocity holds the learning rate already"
    elif rate and update.form != "dampened":
        yield _scaling(update, rate), "the velocity is multiplied by the learning rate afterwards"


def _scaling(update: Update, factor: float) -> Turned:
    def scaled(paper: Paper) -> Paper:
        whole = np.zeros_like(paper.whole)
        return replace(
            paper, value=paper.value * factor, unit=paper.unit * abs(factor), whole=whole
        )

    return _of_velocities(update, scaled)


def _turning(update: Update) -> Turned:
    return _of_velocities(update, lambda paper: replace(paper, value=-paper.value))


def _of_velocities(update: Update, change: Callable[[Paper], Paper]) -> Turned:
    velocities = {f"{weight}_v" for weight in update.weights}
    velocities |= {f"{name}_old" for name in velocities}

    def turned(entry: Entry) -> Paper | None:
        if entry.claim.name not in velocities or entry.paper is None:
            return None
        return change(entry.paper)

    return turned


def _new_weights_are_right(judge: Judge) -> bool:
    found = [
        bool(np.all(judge.verdicts[which].right))
        for which, entry in judge.sheet.numeric()
        if entry.claim.name.endswith("_new")
    ]
    return bool(found) and all(found)


def _counts(judge: Judge) -> list[int]:
    """The sizes of a batch of rows, where a mean of a loss over them can come in with weights."""
    if not judge.graph.problem.weights or judge.graph.problem.upstream:
        return []
    sizes = {
        shape[0]
        for name, shape in judge.graph.problem.shapes.items()
        if len(shape) == 2 and name not in judge.graph.problem.weights
    }
    return sorted(s for s in sizes if isinstance(s, int) and s > 1)


def _per_example(judge: Judge, count: int) -> Turned:
    weights = judge.graph.problem.weights

    def turned(entry: Entry) -> Paper | None:
        lower = _lower(judge, entry)
        if not lower or lower in weights or entry.paper is None:
            return None
        paper = entry.paper
        return replace(
            paper, value=paper.value / count, unit=np.maximum(paper.unit, 1e-9) / count,
            whole=np.zeros_like(paper.whole),
        )  # fmt: skip

    return turned
