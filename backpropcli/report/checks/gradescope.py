"""``results.json`` of a Gradescope autograder.

Every text is sent as plain text: the default of Gradescope is to show it as HTML. Tags are the
codes of the mistakes, and ``extra_data`` holds the result in our own JSON.
Source: https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from backpropcli.checking.data import CheckReport
from backpropcli.report.checks.json import render as render_json
from backpropcli.report.options import CheckOptions
from backpropcli.report.results import Result, Suite, error_text, suites, title

KIND = "json"
TELLS_UNGRADED = True
TEXT = "text"
STATUS = {"pass": "passed", "fail": "failed", "skip": "failed", "error": "failed"}


def render(reports: Sequence[CheckReport], options: CheckOptions) -> str:
    """All submissions as one result; a submission that cannot be graded scores 0."""
    found = suites(reports, options)
    data = {
        "score": float(sum(suite.score for suite in found)),
        "output": "\n\n".join(map(_output, found)),
        "output_format": TEXT,
        "test_output_format": TEXT,
        "test_name_format": TEXT,
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [
            _test(suite, result, len(found) > 1) for suite in found for result in suite.results
        ],
        "extra_data": {"backprop": json.loads(render_json(reports, options))},
    }
    return json.dumps(data, allow_nan=False, sort_keys=True) + "\n"


def _output(suite: Suite) -> str:
    if not suite.is_graded:
        said = "This submission cannot be graded. It scores 0 until it can be read."
        return f"{suite.name}: {said}\n{error_text(suite.errors)}"
    return "\n".join([f"{suite.name}: {suite.summary}", *suite.notes])


def _test(suite: Suite, result: Result, several: bool) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": title(suite, result, several),
        "name_format": TEXT,
        "score": result.points,
        "max_score": result.max_points,
        "output": result.text,
        "output_format": TEXT,
        "tags": list(result.codes),
    }
    if result.outcome in STATUS:  # left open, a test without points is shown as neither
        test["status"] = STATUS[result.outcome]
    return test
