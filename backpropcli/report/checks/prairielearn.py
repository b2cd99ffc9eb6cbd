"""``results.json`` of an external grader of PrairieLearn.

The score is a share from 0 to 1. A submission that cannot be read is not gradable: its errors are
shown, and it costs the student no attempt. Every test has its points, 0 of 0 where it was not
asked for. PrairieLearn takes at most 1 MB: longer texts are cut, all to the same length.
Source: https://docs.prairielearn.com/externalGrading/
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from backpropcli.checking.data import CheckReport
from backpropcli.report.options import CheckOptions
from backpropcli.report.results import Result, Suite, error_text, suites, title

KIND = "json"
TELLS_UNGRADED = True
MOST_BYTES = 1_000_000
LENGTHS = (100_000, 2_000, 200, 40, 0)  # of a text, tried in turn
MOST_TESTS = 1_000
CUT = " ..."


def render(reports: Sequence[CheckReport], options: CheckOptions) -> str:
    """All submissions as one result."""
    found = suites(reports, options)
    for length in LENGTHS:
        # The command line writes every "::" as an escape of five more characters.
        text = json.dumps(_data(found, length), allow_nan=False, sort_keys=True) + "\n"
        if len(text) + 5 * text.count("::") + 5 * text.count("##[") <= MOST_BYTES:
            break
    return text


def _data(found: Sequence[Suite], length: int) -> dict[str, Any]:
    errors = [_cut(error_text([e]), length or 200) for s in found for e in s.errors]
    if errors:
        return {"gradable": False, "score": 0.0, "format_errors": errors[:MOST_TESTS]}
    several = len(found) > 1
    tests = [_test(suite, result, several, length) for suite in found for result in suite.results]
    return {
        "gradable": True,
        "score": _share(found),
        "message": _cut("\n".join(f"{s.name}: {s.summary}" for s in found), length or 200),
        "output": _cut("\n".join(note for s in found for note in s.notes), length),
        "tests": tests,
    }


def _share(found: Sequence[Suite]) -> float:
    """The share of the points; without points, whether nothing is off."""
    most = sum(suite.max_score for suite in found)
    if most:
        return min(1.0, max(0.0, sum(suite.score for suite in found) / most))
    return float(all(r.outcome in ("pass", "neutral") for s in found for r in s.results))


def _test(suite: Suite, result: Result, several: bool, length: int) -> dict[str, Any]:
    return {
        "name": title(suite, result, several),
        "points": result.points,
        "max_points": result.max_points,
        "message": _cut(result.headline, length or 200),
        "output": _cut(result.text, length),
    }


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length] + CUT
