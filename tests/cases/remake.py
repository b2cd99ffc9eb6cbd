"""Golden outputs: ``make cases`` writes them anew, to be reviewed as a diff.

They fix the layout of a page. That the numbers on it are right is tested elsewhere, against
values worked out by hand.
"""

from pathlib import Path

from backpropcli.problem import load_problem
from backpropcli.report.formats import load, names
from backpropcli.report.options import Options
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


def rendered(case: str, form: str, options: Options) -> str:
    """What a format makes of a problem."""
    solution = solve(load_problem(str(PROBLEMS / f"{case}.yaml")))
    if case == "three-layer-relu" and form in ("table", "plain"):
        options = options._replace(comparisons=verify(solution))
    return load(form)(solution, options)


def path(case: str, form: str) -> Path:
    """Where the golden output of a case stands."""
    return HERE / case / f"solution.{ENDINGS[form]}"


def main() -> None:
    """Write all golden outputs."""
    assert set(ENDINGS) == set(names())
    for case, forms in CASES.items():
        for form, options in forms.items():
            path(case, form).parent.mkdir(exist_ok=True)
            path(case, form).write_text(rendered(case, form, options), encoding="utf-8")


if __name__ == "__main__":
    main()
