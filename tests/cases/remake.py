"""Golden outputs: ``make cases`` writes them anew, to be reviewed as a diff.

They fix the layout of a page. That what stands on it is right is tested elsewhere: the numbers of a
solution against values worked out by hand, the judgement of answers in ``test_golden.py``.
"""

from pathlib import Path

from backpropcli.checking.check import check_text
from backpropcli.problem import load_problem
from backpropcli.report import checks, formats
from backpropcli.report.options import CheckOptions, Options
from backpropcli.solution import solve
from backpropcli.verify import verify

HERE = Path(__file__).parent
PROBLEMS = HERE.parents[1] / "problems"
ENDINGS = {"table": "txt", "plain": "plain.txt", "json": "json", "markdown": "md", "latex": "tex"}
CASES = {
    "three-layer-relu": {form: Options() for form in ENDINGS},
    "sigmoid-units-matrices": {"plain": Options(), "table": Options(width=60, unicode=False)},
    "softmax-sizes": {"table": Options(), "latex": Options()},
    "gradient-descent": {"table": Options(), "markdown": Options()},
    "two-layer-upstream": {"table": Options(elements=True), "plain": Options(elements=True)},
}
ANSWERS = {"000-three-slips": "two-layer-mean-square", "003-residual-workings": "residual-block"}
CHECKED = ("table", "plain", "json", "markdown")
PAGES = [
    *((case, form) for case, options in CASES.items() for form in options),
    *((case, form) for case in ANSWERS for form in CHECKED),
]


def rendered(case: str, form: str) -> str:
    """What a format makes of a problem, or of the answers to one."""
    if case in ANSWERS:
        problem = load_problem(str(PROBLEMS / f"{ANSWERS[case]}.yaml"))
        text = (HERE / case / "answers.yaml").read_text(encoding="utf-8")
        reports = check_text(problem, text, options={"seconds": 30.0})
        return checks.load(form)(reports, CheckOptions())
    options = CASES[case][form]
    solution = solve(load_problem(str(PROBLEMS / f"{case}.yaml")))
    if case == "three-layer-relu" and form in ("table", "plain"):
        options = options._replace(comparisons=verify(solution))
    return formats.load(form)(solution, options)


def path(case: str, form: str) -> Path:
    """Where the golden output of a case stands."""
    kind = "report" if case in ANSWERS else "solution"
    return HERE / case / f"{kind}.{ENDINGS[form]}"


def main() -> None:
    """Write all golden outputs."""
    assert set(ENDINGS) == set(formats.names())
    for case, form in PAGES:
        path(case, form).parent.mkdir(exist_ok=True)
        path(case, form).write_text(rendered(case, form), encoding="utf-8")


if __name__ == "__main__":
    main()
