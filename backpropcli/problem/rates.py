"""The numbers of an update: the learning rate, its schedule, and the settings of a rule."""

from __future__ import annotations

from collections.abc import Mapping as Known
from typing import NamedTuple

import numpy as np

from backpropcli.errors import nearest
from backpropcli.evaluate.floats import evaluate
from backpropcli.files.tree import Mapping, Node, Scalar, Sequence, describe
from backpropcli.infer import Shapes
from backpropcli.language.nodes import Expr, Name, Number, names
from backpropcli.optimizers.entry import Setting
from backpropcli.optimizers.schedules import SCHEDULES
from backpropcli.problem.data import Given
from backpropcli.problem.draft import Draft
from backpropcli.problem.given import given_value


class Rate(NamedTuple):
    """The learning rate: an expression over given values and the counter, or a rate each step."""

    expr: Expr
    rates: tuple[Given, ...] = ()


def read_rate(draft: Draft, node: Node | None, update: Node, counter: str) -> Rate:
    """``lr:`` as a number, a formula in the counter, a list of rates, or a named schedule."""
    if node is None:
        draft.complain("update: `lr:`, the learning rate, is missing", update)
        return Rate(Number(0))
    if isinstance(node, Sequence):
        return Rate(Number(0), _listed(draft, node))
    if isinstance(node, Mapping):
        return Rate(_scheduled(draft, node, counter))
    return Rate(read_number(draft, node, "lr", counter) or Number(0))


def read_number(draft: Draft, node: Node, key: str, counter: str = "") -> Expr | None:
    """A single number of an update, as an expression over given values (and the counter)."""
    where = f"update.{key}"
    scalar = draft.expect(Scalar, node, f"update: `{key}` must be a number")
    more = (counter,) if counter else ()
    parsed = draft.parse(scalar, where, {*draft.given, *more}) if scalar else None
    if scalar is None or parsed is None:
        return None
    unknown = [n for n in names(parsed) if n not in draft.given and n not in more]
    if unknown:
        hint = nearest(unknown[0], draft.given)
        draft.complain(f"{where}: there is no given value `{unknown[0]}`", node, hint)
        return None
    scope = draft.scope()
    scope = scope._replace(shapes={**scope.shapes, **dict.fromkeys(more, ())})
    expr = draft.resolve(scalar, where, parsed, scope)
    if expr is None:
        return None
    if Shapes(scope.shapes).of(expr) != ():
        draft.complain(f"update: `{key}` must be a single number", node)
    varying = [n for n in names(expr) if n not in more and draft.given[n].value is None]
    if varying:
        draft.complain(f"update: `{key}` uses `{varying[0]}`, which has no fixed value", node)
    return expr


def read_setting(draft: Draft, node: Node | None, setting: Setting) -> Expr:
    """A setting of a rule, its usual value where it is left out."""
    if node is None:
        return Number(setting.default)
    expr = read_number(draft, node, setting.name)
    if expr is None:
        return Number(setting.default)
    value = number_of(draft, expr)
    bounds = f"at least {setting.low}"
    if setting.below is not None:
        bounds += f" and below {setting.below}"
    outside = value is not None and (
        value < setting.low or (setting.below is not None and value >= setting.below)
    )
    if outside:
        said = f"update: `{setting.name}` is {bounds}, found {describe(node)}"
        draft.complain(said, node, f"`{setting.name}` is {setting.doc}")
    return expr


def number_of(draft: Draft, expr: Expr) -> float | None:
    """The value of an expression over given numbers, where they are known."""
    used = names(expr)
    known = {n: draft.given[n].value for n in used if n in draft.given}
    if len(known) < len(used) or any(value is None for value in known.values()):
        return None
    value = evaluate(expr, known)
    return float(value) if np.ndim(value) == 0 else None


def _listed(draft: Draft, node: Sequence) -> tuple[Given, ...]:
    """The rate of each step."""
    found = given_value(draft, "update.lr", node, "upstream", "0")
    if found is None or found.value is None:
        return ()
    if len(found.shape) != 1:
        draft.complain("update: a list of learning rates has one number for each step", node)
        return ()
    return tuple(
        found._replace(
            shape=(), value=np.asarray(found.value[i]),
            exact=None if found.exact is None else np.asarray(found.exact[i], object),
        )
        for i in range(len(found.value))
    )  # fmt: skip


def _scheduled(draft: Draft, node: Mapping, counter: str) -> Expr:
    """A named schedule, ``{start: 0.1, decay: step, factor: 1/2, every: 10}``."""
    keys = {key.text: value for key, value in node.entries}
    decay = keys.get("decay")
    name = decay.text if isinstance(decay, Scalar) else ""
    schedule = SCHEDULES.get(name)
    if schedule is None:
        said = "update.lr: `decay` is " + " or ".join(SCHEDULES)
        found = f", found {describe(decay)}" if decay is not None else ""
        draft.complain(said + found, decay or node, nearest(name, SCHEDULES) if name else "")
        return Number(0)
    entries = draft.entries(node, ("start", "decay", *schedule.settings))
    at: dict[str, Expr] = {}
    for key, usual in {"start": None, **schedule.settings}.items():
        read = read_number(draft, entries[key], f"lr.{key}") if key in entries else None
        if key not in entries and usual is None:
            draft.complain(f"update.lr: `{key}:` is missing", node, _example(schedule.name))
        at[key] = read or Number(usual or 0)
    if name in ("step", "cosine"):
        _check_positive(draft, entries, at)
    return schedule.rate(at["start"], at, Name(counter))


def _check_positive(draft: Draft, entries: Known[str, Node], at: Known[str, Expr]) -> None:
    """Numbers of steps are at least 1."""
    for key in ("every", "over"):
        value = number_of(draft, at[key]) if key in entries else None
        if value is not None and value < 1:
            said = f"update.lr: `{key}` is a number of steps, at least 1"
            draft.complain(f"{said}, found {describe(entries[key])}", entries[key])


EXAMPLES = {
    "step": "{start: 0.1, decay: step, factor: 0.5, every: 10}",
    "exponential": "{start: 0.1, decay: exponential, by: 0.01}",
    "inverse": "{start: 0.1, decay: inverse, by: 0.01}",
    "cosine": "{start: 0.1, decay: cosine, over: 100}",
}


def _example(name: str) -> str:
    return f"lr: {EXAMPLES[name]}"
