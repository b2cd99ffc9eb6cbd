"""No format gives away a right value of a real problem below the level ``answer``."""

import json
import re

import numpy as np
import pytest
from check_support import FORMATS, LEVELS

from backpropcli.checking.check import check_text
from backpropcli.problem import load_problem
from backpropcli.report.checks import load
from backpropcli.report.options import CheckOptions
from backpropcli.solution import solve
from backpropcli.writing import listed
from tests.cases.remake import PROBLEMS

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\d)")
NAMES = ("three-layer-relu", "sigmoid-units-matrices", "two-layer-mean-square", "loss-only")


def sheet(name: str, factor: float) -> tuple[object, str]:
    """A problem, and answers that are all wrong, each with a working that does not hold."""
    problem = load_problem(str(PROBLEMS / f"{name}.yaml"))
    lines = ["answers:"]
    for quantity, value in solve(problem).total.values.items():
        if quantity in problem.shapes and quantity not in problem.given and np.any(value):
            own = listed(np.asarray(value) * factor + 0.03125)
            working = f"{own} = " if np.ndim(value) == 0 else ""
            lines.append(f'  "{quantity}": "{working}{own}"')
    return problem, "\n".join([*lines, ""])


def values(value: object) -> list[float]:
    return [v for part in value for v in values(part)] if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("factor", [-1.0, 0.5, 1.0, 2.0, 1.37])
def test_no_right_value_of_a_wrong_sheet(name: str, factor: float) -> None:
    problem, text = sheet(name, factor)
    reports = check_text(problem, text)
    data = json.loads(load("json")(reports, CheckOptions("answer")))
    right = {
        f"{abs(v):.6g}" for a in data["answers"] for v in values(a["expected"])
        if v is not None and a["status"] != "correct"
    }  # fmt: skip
    shown_by_student = set(NUMBER.findall(text))
    given = {
        f"{abs(v):.6g}"
        for g in problem.given.values()
        if g.value is not None
        for v in np.ravel(g.value)
    }
    secret = {v for v in right if len(v.strip("0.").replace(".", "")) > 2}
    secret -= shown_by_student | given
    for level in LEVELS[:-1]:
        for form in FORMATS:
            page = load(form)(reports, CheckOptions(level, width=132))
            assert not secret & set(NUMBER.findall(page)), (level, form)
