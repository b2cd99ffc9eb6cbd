"""How many steps an update makes, and which examples each of them sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from backpropcli.files.numbers import read_number
from backpropcli.files.tree import Node, Scalar, Sequence, describe
from backpropcli.problem.draft import Draft
from backpropcli.problem.settings import whole_number

MAX_STEPS = 10_000
KEYS = ("steps", "epochs", "batch", "order")


class Plan(NamedTuple):
    """The number of steps, the examples of each (from 0; none: all), whether it was written."""

    steps: int
    batches: tuple[tuple[int, ...], ...]
    counted: bool


def read_plan(draft: Draft, entries: Mapping[str, Node], examples: int, rates: int) -> Plan:
    """The steps by ``steps:``, or by ``epochs:`` and ``batch:``; a list of rates counts too."""
    told = _without_examples(draft, entries) if not examples else False
    size = _size(draft, entries.get("batch"), examples)
    order = _order(draft, entries.get("order"), examples)
    rounds = [order[i : i + size] for i in range(0, len(order), size)] if examples else [()]
    steps = _steps(draft, entries, len(rounds), rates)
    if rates and steps != rates and not told:
        said = f"update: {_counted(rates, 'learning rate')} for {_counted(steps, 'step')}"
        draft.complain(said, entries["lr"], "a list of rates has one for each step")
    counted = rates > 0 or any(key in entries for key in KEYS)
    if len(rounds) == 1:
        return Plan(steps, (), counted)
    return Plan(steps, tuple(rounds[i % len(rounds)] for i in range(steps)), counted)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _without_examples(draft: Draft, entries: Mapping[str, Node]) -> bool:
    wrong = [key for key in ("epochs", "batch", "order") if key in entries]
    for key in wrong:
        said = f"update: `{key}` is about `examples`, and there are none"
        draft.complain(said, entries[key], "`steps` counts steps over the whole problem")
    return bool(wrong)


def _size(draft: Draft, node: Node | None, examples: int) -> int:
    size = whole_number(draft, node, "update: `batch`", max(1, examples), least=1)
    if node is not None and examples and size > examples:
        said = f"update: a batch of {size} examples, and there are {examples}"
        draft.complain(said, node)
        return examples
    return size


def _order(draft: Draft, node: Node | None, examples: int) -> tuple[int, ...]:
    """The examples in the order of an epoch, counted from 1 in the file."""
    usual = tuple(range(examples))
    if node is None or not examples:
        return usual
    items = node.items if isinstance(node, Sequence) else (node,)
    values = [read_number(item.text) if isinstance(item, Scalar) else None for item in items]
    found = tuple(int(v) - 1 for v in values if v is not None and v.denominator == 1)
    if sorted(found) != list(usual) or len(found) != len(items):
        said = f"update: `order` has each example from 1 to {examples} once"
        draft.complain(f"{said}, found {describe(node)}", node)
        return usual
    return found


def _steps(draft: Draft, entries: Mapping[str, Node], rounds: int, rates: int) -> int:
    if "steps" in entries and "epochs" in entries:
        said = "update: `steps` and `epochs` say the same: only one of them is given"
        draft.complain(said, entries["epochs"])
    if "epochs" in entries:
        steps = rounds * whole_number(draft, entries["epochs"], "update: `epochs`", 1, least=1)
    else:
        usual = rates or rounds
        steps = whole_number(draft, entries.get("steps"), "update: `steps`", usual, least=1)
    if steps > MAX_STEPS:
        key = next((key for key in KEYS if key in entries), "lr")
        draft.complain(f"update: at most {MAX_STEPS} steps are made", entries[key])
        return MAX_STEPS
    return steps
