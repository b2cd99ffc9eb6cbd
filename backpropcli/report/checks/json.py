"""JSON with all digits, for programs; ``schema`` grows when a key changes.

Every key is always there: what ``--reveal`` withholds is null or an empty list. A submission that
cannot be graded has the status ``ungraded`` and its ``errors``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from backpropcli.checking.data import Answer, CheckReport, Root
from backpropcli.errors import Complaint
from backpropcli.files.visible import visible_name
from backpropcli.report.formats.json import SCHEMA, plain
from backpropcli.report.options import CheckOptions, Ungraded

KIND = "json"
TELLS_UNGRADED = True


def render(reports: Sequence[CheckReport], options: CheckOptions) -> str:
    """One report as an object, several as a list of them."""
    found = [as_data(report) for report in reports]
    for one in reversed(options.ungraded):
        found.insert(one.after, _ungraded(one))
    data = found if options.many or len(found) != 1 else found[0]
    return json.dumps(data, allow_nan=False, ensure_ascii=True) + "\n"


def as_data(report: CheckReport) -> dict[str, Any]:
    """A report, reduced before, as plain lists, mappings, numbers and strings."""
    mistakes = [_mistake(root) for root in report.mistakes]
    return {
        "schema": SCHEMA,
        "submission": report.submission,
        "student": report.student or None,
        "problem": report.problem,
        "status": "graded",
        "score": float(report.score),
        "max_score": float(report.max_score),
        "first_wrong_step": report.first_wrong_step,
        "answers": [_answer(a, mistakes, report.index_from) for a in report.answers],
        "mistakes": mistakes,
        "notes": list(report.notes),
        "cut": report.cut or None,
        "errors": [],
    }


def _ungraded(one: Ungraded) -> dict[str, Any]:
    nothing = CheckReport(visible_name(one.submission), "", "", "", (), ())
    return {
        **as_data(nothing),
        "student": visible_name(one.student) or None,
        "problem": visible_name(one.problem) or None,
        "status": "ungraded",
        "score": None,
        "max_score": None,
        "errors": [_error(said) for said in one.complaints],
    }


def _error(said: Complaint) -> dict[str, Any]:
    place = said.place
    return {
        "message": said.message,
        "file": place.file if place else None,
        "line": (place.line or None) if place else None,
        "column": (place.column or None) if place else None,
        "hint": said.hint or None,
    }


def _answer(answer: Answer, mistakes: list[dict[str, Any]], first: int) -> dict[str, Any]:
    place = answer.place
    return {
        "quantity": answer.quantity,
        "example": answer.example,
        "step": answer.step,
        "status": answer.status,
        "submitted": numbers(answer.submitted),
        "expected": numbers(answer.expected),
        "carried": numbers(answer.carried),
        "points": float(answer.points),
        "max_points": float(answer.max_points),
        "counted": answer.counted,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "wrong_entries": [[i + first for i in entry] for entry in answer.wrong_entries],
        "links": [
            {"text": link.text, "ok": link.ok, "message": link.message or None}
            for link in answer.links
        ],
        "mistakes": [mistakes[number] for number in answer.roots],
        "note": answer.notes[0] if answer.notes else None,
        "notes": list(answer.notes),
        "note_names": list(answer.note_names),
    }


def _mistake(root: Root) -> dict[str, Any]:
    return {
        "code": root.code or None,
        "name": root.name or None,
        "at": root.at,
        "example": root.example,
        "step": root.step,
        "message": root.message or None,
        "question": root.question or None,
        "remedy": root.remedy or None,
        "did": root.did or None,
        "right": root.right or None,
        "explains": list(root.explains),
        "scope": root.scope or None,
        "carried_on": root.carried_on if root.name else None,
        "possible": root.possible if root.name else None,
        "alternatives": [_mistake(other) for other in root.alternatives],
        "decides": root.decides or None,
        "follow": root.follow,
    }


def numbers(value: Any) -> Any:
    """Nested lists of numbers, whole floats as integers; null for what is not a number."""
    if isinstance(value, (list, tuple)):
        return [numbers(part) for part in value]
    if isinstance(value, str):
        return value  # a size with a name, in an answer about a shape
    return plain(value) if value is not None and math.isfinite(value) else None
