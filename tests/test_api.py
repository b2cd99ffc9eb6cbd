"""The public names, as the README uses them."""

import subprocess
import sys

import backpropcli
from tests.cases.remake import PROBLEMS


def test_the_snippet_of_the_readme() -> None:
    from backpropcli import load_problem, solve

    solution = solve(load_problem(str(PROBLEMS / "three-layer-relu.yaml")))
    assert solution["dL/dW3"].tolist() == [31.5, 21, -14]
    assert "dL/dW3" in solution
    assert "dL/dW3" in list(solution)
    assert "<table>" in solution._repr_html_()


def test_solve_takes_a_path_and_further_derivatives() -> None:
    # dL/dx = W1.T @ dL/dz1 = [[0,1,1],[1,1,0]] @ [0, 7, 3.5] = [10.5, 7]
    solution = backpropcli.solve(str(PROBLEMS / "three-layer-relu.yaml"), also=["dL/dx"])
    assert solution["dL/dx"].tolist() == [10.5, 7]


def test_all_public_names_exist() -> None:
    for name in backpropcli.__all__:
        assert getattr(backpropcli, name) is not None


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, backpropcli; print({'numpy', 'sympy', 'rich', 'yaml'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
