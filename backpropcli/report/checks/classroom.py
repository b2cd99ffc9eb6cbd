"""GitHub Classroom: the line ``result=...`` that a grading step adds to ``$GITHUB_OUTPUT``.

Behind it stands JSON in base64, as the autograding reporter reads it. The reporter prints names
and messages into the log of the workflow, so they are kept from being commands there. What
reaches Classroom is the sum of the scores of the tests, if ``max_score`` is not 0.
Source: classroom-resources/autograding-grading-reporter, ``src/main.js``.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from backpropcli.checking.data import CheckReport
from backpropcli.report.guards import commandless
from backpropcli.report.options import CheckOptions
from backpropcli.report.results import Result, Suite, error_text, suites, title

TELLS_UNGRADED = True
VERSION = 3
STATUS = {"pass": "pass", "neutral": "pass", "fail": "fail", "skip": "fail", "error": "error"}


def render(reports: Sequence[CheckReport], options: CheckOptions) -> str:
    """All submissions as one result."""
    found = suites(reports, options)
    tests = [test for suite in found for test in _tests(suite, len(found) > 1)]
    statuses = {test["status"] for test in tests}
    data = {
        "version": VERSION,
        "status": next((s for s in ("error", "fail") if s in statuses), "pass"),
        "max_score": sum(suite.max_score for suite in found),
        "tests": tests or [_test("submission", "pass", 0.0, "there is nothing to grade", 0)],
    }
    text = json.dumps(data, allow_nan=False, sort_keys=True)
    return f"result={b64encode(text.encode()).decode()}\n"


def _tests(suite: Suite, several: bool) -> list[dict[str, Any]]:
    if not suite.is_graded:
        line = next((e.place.line for e in suite.errors if e.place), 0)
        return [_test(suite.name, "error", 0.0, error_text(suite.errors), line)]
    return [_of_result(title(suite, result, several), result) for result in suite.results]


def _of_result(name: str, result: Result) -> dict[str, Any]:
    line = result.place.line if result.place else 0
    return _test(name, STATUS[result.outcome], result.points, result.text, line)


def _test(name: str, status: str, score: float, message: str, line: int) -> dict[str, Any]:
    return {
        "name": commandless(name),
        "status": status,
        "score": score,
        "message": commandless(message),
        "test_code": "",
        "filename": "",
        "line_no": line,
    }
