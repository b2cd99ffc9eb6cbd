"""``solve --symbolic`` as a student runs it; the expected formulas are written by hand."""

import json
import subprocess
import sys

import pytest
from cli_support import PROBLEMS, environment, run

ALL = sorted(path.stem for path in PROBLEMS.glob("*.yaml"))


@pytest.fixture
def solved(capsys):
    def solve(name, *options):
        result = run(capsys, "solve", PROBLEMS / f"{name}.yaml", *options)
        assert (result.code, result.err) == (0, "")
        return result.out

    return solve


@pytest.fixture
def board(solved):
    """The lines of one derivation: right sides, reasons taken away."""

    def lines_of(name, title):
        found = json.loads(solved(name, "--symbolic", "-f", "json"))["derivations"]
        (one,) = [d for d in found if d["of"] == title]
        return [line["text"] for line in one["lines"]], one

    return lines_of


@pytest.mark.parametrize(
    ("problem", "title", "lines"),
    [
        (
            "three-layer-relu",
            "dL/dW2[2,2]",
            [
                "dL/dyhat * dyhat/dz2[2] * dz2[2]/dW2[2,2]",
                "(yhat - y) * W3[2] * h1[2]",
                "(5 - 1.5) * 1 * 2",
                "7",
            ],
        ),
        (
            "residual-block",
            "dz/dw0",
            [
                "dz/dy1 * dy1/dx1 * dx1/dw0",
                "relu'(y1 + x0) * w1 * relu'(x0 * w0 + b0) * x0",
                "1 * (-0.2) * 1 * 1",
                "-0.2",
            ],
        ),
        ("gradient-of-two-variables", "df/dx", ["4 * (2 * x + 3 * y)"]),
        ("gradient-of-two-variables", "df/dy", ["6 * (2 * x + 3 * y)"]),
    ],
)
def test_a_chain_is_written_out(board, problem, title, lines):
    assert board(problem, title)[0] == lines


def test_a_gradient_in_matrices_has_its_shapes(board):
    """002: dL/dW2 = X2.T (P - Y) / N, (H, N) times (N, C)."""
    lines, whole = board("softmax-sizes", "dL/dW2")
    assert lines[0] == "dL/dP * dP/dS2 * dS2/dW2"
    assert lines[-1] == "X2.T @ (P - Y) / N"
    assert "shapes: (H, N) @ (N, C) = (H, C)" in whole["notes"]
    assert whole["shape"] == ["H", "C"]


def test_both_methods_of_a_function_of_a_function(board):
    """004 2c: the product of the Jacobians, and one function put into the other."""
    product, _ = board("jacobian-chain-general", "dF/dx as a product of Jacobians")
    assert product[0] == "dF/dG @ dG/dx"
    assert product[-1] == "[6 * x, 3 + 16 * x**3]"
    inner, _ = board("jacobian-chain-general", "F as a function of x")
    assert inner[-1] == "[3 * x**2, 3 * x + 4 * x**4]"
    direct, _ = board("jacobian-chain-general", "dF/dx from F as a function of x")
    assert direct[-1] == "[6 * x, 3 + 16 * x**3]"


def test_only_what_is_wanted_is_derived(solved):
    text = solved("three-layer-relu", "--symbolic", "--only", "dL/dW3[2]", "-f", "plain")
    assert "Derivation: dL/dW3[2]" in text
    assert "Derivation: dL/dW1" not in text


def test_entries_are_derived_with_elements(solved):
    text = solved("three-layer-relu", "--symbolic", "--elements", "-f", "plain")
    assert "Derivation: dL/dW3[1]\n" in text
    assert "Derivation: dL/dW3[1]\n" not in solved("three-layer-relu", "--symbolic", "-f", "plain")


@pytest.mark.parametrize("name", ALL)
def test_every_problem_is_derived_within_the_width(solved, name):
    """Lines are folded at the terminal's 80 columns."""
    text = solved(name, "--symbolic")
    assert max(map(len, text.splitlines())) <= 80


def test_without_it_nothing_is_derived(solved):
    assert "Derivation" not in solved("three-layer-relu")
    assert "derivations" not in json.loads(solved("three-layer-relu", "-f", "json"))


@pytest.mark.parametrize("options", [[], ["--symbolic"]])
def test_modules_are_imported_only_where_they_are_needed(options):
    code = (
        "import sys\n"
        "from backpropcli.cli.main import run\n"
        f"assert run(['solve', {str(PROBLEMS / 'three-layer-relu.yaml')!r}, *{options!r}]) == 0\n"
        "assert 'sympy' not in sys.modules\n"
        f"assert ('backpropcli.derivation' in sys.modules) == {bool(options)}\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=environment(), check=False
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
