"""``grading:`` says how answers are judged."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from backpropcli.files.numbers import read_number
from backpropcli.files.tree import Mapping, Node, Scalar, Sequence, describe
from backpropcli.problem.draft import Draft
from backpropcli.problem.given import given_value
from backpropcli.problem.settings import read_text, whole_number

Accepted = tuple[Scalar, list[dict[str, Any]]]  # the quantity, and the answers accepted for it


def read_grading(draft: Draft, node: Node | None) -> dict[str, Any]:
    """How answers are judged; ``accept`` keeps its nodes until answers are checked."""
    if node is None:
        return {}
    rule = "`grading` must be a mapping"
    mapping = draft.expect(Mapping, node, rule)
    if mapping is None:
        return {}
    known = ("follow_through", "tolerance", "min_decimals", "accept")
    entries = draft.entries(mapping, known)
    found: dict[str, Any] = {}
    if "follow_through" in entries:
        found["follow_through"] = _fraction(draft, entries["follow_through"], "follow_through", 1)
    if "min_decimals" in entries:
        found["min_decimals"] = whole_number(
            draft, entries["min_decimals"], "grading: `min_decimals`", 0
        )
    if "tolerance" in entries:
        found["tolerance"] = _tolerance(draft, entries["tolerance"])
    if "accept" in entries:
        found["accept"] = _accept(draft, entries["accept"])
    return found


def _fraction(draft: Draft, node: Node, what: str, most: int | None) -> Fraction:
    value = read_number(node.text) if isinstance(node, Scalar) else None
    if value is None or value < 0 or (most is not None and value > most):
        limit = f"from 0 to {most}" if most is not None else "from 0 on"
        draft.complain(f"grading: `{what}` is a number {limit}, found {describe(node)}", node)
        return Fraction(0)
    return value


def _tolerance(draft: Draft, node: Node) -> dict[str, Fraction]:
    mapping = draft.expect(
        Mapping, node, "grading: `tolerance` must be a mapping with rtol and atol"
    )
    if mapping is None:
        return {}
    entries = draft.entries(mapping, ("rtol", "atol"))
    return {key: _fraction(draft, value, key, None) for key, value in entries.items()}


def _accept(draft: Draft, node: Node) -> dict[str, Accepted]:
    rule = "grading: `accept` must be a mapping of quantities to lists"
    mapping = draft.expect(Mapping, node, rule)
    found: dict[str, Accepted] = {}
    for key, value in mapping.entries if mapping else ():
        items = value.items if isinstance(value, Sequence) else (value,)
        answers: list[dict[str, Any]] = []
        found[key.text] = (key, answers)
        for item in items:
            if not isinstance(item, Mapping):
                draft.complain(
                    "grading: `accept` lists mappings such as {value: 1, note: why}", item
                )
                continue
            entries = draft.entries(item, ("value", "note"))
            if "value" not in entries:
                draft.complain("grading: an accepted answer needs its `value`", item)
                continue
            value_given = given_value(
                draft, f"grading.accept.{key.text}", entries["value"], "upstream", "0"
            )
            note = read_text(draft, entries.get("note"), "note")
            answers.append({"value": value_given, "note": note})
    return found
