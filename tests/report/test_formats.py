"""What the formats print: values that were worked out by hand, in the right places."""

import json
import re
import shutil
import subprocess

import pytest

from backpropcli.problem import problem_from_text
from backpropcli.problem.asked import parse_quantity
from backpropcli.report.formats import load, names
from backpropcli.report.formats.latex import escaped, with_code
from backpropcli.report.options import Options
from backpropcli.solution import solve
from backpropcli.verify import verify
from backpropcli.writing import NumberStyle
from tests.cases.remake import PROBLEMS

# L = (w*x - y)**2 with w = 3, x = 2, y = 1: L = 25, dL/dw = 2*5*2 = 20.
SMALL = """
title: "50% of_all {nets} & <more>"
inputs: {x: 2, y: 1}
weights: {w: 3}
network: {z: w*x}
loss: (z - y)**2
find: {dL/dw: 2, z: 1}
"""
THIRDS = "inputs: {x: [1, 2]}\nweights: {w: [1/3, 1/7]}\nloss: (w@x)/3\n"


def page(text: str, form: str, **options: object) -> str:
    return load(form)(solve(problem_from_text(text)), Options(**options))


def test_there_is_a_file_for_every_format_of_the_design() -> None:
    assert names() == ("table", "json", "latex", "markdown", "plain")


@pytest.mark.parametrize("form", ["table", "plain", "markdown"])
def test_equation_numbers_and_result_stand_in_this_order(form: str) -> None:
    text = page(SMALL, form)
    found = [text.index(part) for part in ("2 * (z - y)", "2 * (6 - 1)", "10")]
    assert found == sorted(found)


def test_json_has_the_keys_of_the_contract() -> None:
    data = json.loads(page(SMALL, "json"))
    assert data["schema"] == 1
    assert data["problem"] == "problem"
    assert data["quantities"]["dL/dw"] == {
        "kind": "gradient", "shape": [], "value": 20, "exact": "20", "equation": "dL/dz * x",
    }  # fmt: skip
    assert data["asked"] == {
        "dL/dw": {"points": 2.0, "value": 20, "exact": "20"},
        "z": {"points": 1.0, "value": 6, "exact": "6"},
    }
    assert data["counts"]["parameters"] == {"total": 1, "w": 1}
    assert data["counts"]["operations"] == {"network": 1, "loss": 2}
    assert data["given"]["x"] == {"kind": "input", "shape": [], "value": 2, "exact": "2"}


def test_json_of_the_three_layer_network_is_that_of_the_design() -> None:
    text = load("json")(solve(str(PROBLEMS / "three-layer-relu.yaml")), Options())
    data = json.loads(text)
    assert "-0.0" not in re.findall(r"-?\d+\.?\d*", text)
    assert data["problem"] == "three-layer-relu"
    assert data["quantities"]["dL/dW3"] == {
        "kind": "gradient", "shape": [3], "value": [31.5, 21, -14],
        "exact": ["63/2", "21", "-14"], "equation": "dL/dyhat * z2",
    }  # fmt: skip
    assert data["counts"]["macs"] == {"network": 18}
    assert data["counts"]["operations"] == {"network": 38, "loss": 3}
    assert data["counts"]["parameters"]["total"] == 24


def test_json_of_examples_has_a_list_of_them_and_totals() -> None:
    text = "examples: [{x: 1, y: 0}, {x: 2, y: 0}]\nweights: {w: 3}\nloss: (w*x - y)**2\n"
    data = json.loads(page(text, "json"))
    # L = 9 and 36; dL/dw = 2*w*x**2 = 6 and 24.
    assert [e["quantities"]["L"]["value"] for e in data["examples"]] == [9, 36]
    assert data["quantities"]["L"]["value"] == 45
    assert data["quantities"]["dL/dw"]["value"] == 30
    assert data["quantities"]["dL/dw"]["reduce"] == "sum"
    mean = json.loads(page(text + "reduce: mean\n", "json"))
    assert mean["quantities"]["dL/dw"]["value"] == 15


def test_json_of_steps() -> None:
    text = "weights: {w: 1}\nloss: w**2\nupdate: {rule: sgd, lr: 0.25, steps: 2}\n"
    data = json.loads(page(text, "json"))
    # dL/dw = 2w, so w halves: 1, 1/2, 1/4; L = 1, 1/4, and 1/16 at the new weight.
    assert [s["quantities"]["w_new"]["exact"] for s in data["steps"]] == ["1/2", "1/4"]
    assert data["quantities"]["w_new"]["exact"] == "1/4"
    assert data["quantities"]["w_change"]["exact"] == "-3/4"
    assert data["quantities"]["L_steps"]["exact"] == ["1", "1/4"]
    assert data["quantities"]["L_new"]["exact"] == "1/16"


def test_fractions_are_at_hand_and_shown_when_asked_for() -> None:
    # w@x/3 = (1/3 + 2/7)/3 = (13/21)/3 = 13/63
    assert "exactly 13/63" in page(THIRDS, "table")
    assert "L = 0.206349" in page(THIRDS, "plain")
    assert "L = 13/63" in page(THIRDS, "plain", numbers=NumberStyle(exact=True))
    assert "L = 0.21\n" in page(THIRDS, "plain", numbers=NumberStyle(decimals=2))


def test_only_one_entry_has_its_own_equation() -> None:
    problem = problem_from_text(THIRDS)
    asked = (parse_quantity(problem, "dL/dw[2]"),)
    text = load("plain")(solve(problem), Options(only=asked))
    assert "dL/dw[2] = x[2] / 3" in text
    assert "Forward" not in text


def test_elements_are_written_as_notes_do() -> None:
    text = load("plain")(
        solve(str(PROBLEMS / "two-layer-mean-square.yaml")), Options(elements=True)
    )
    assert "dL/dW2[1,2] = dL/dS3[2]*Y2[1] = 4*2 = 8" in text


def test_large_matrices_are_elided_unless_full() -> None:
    text = "inputs: {x: {shape: [30], random: {low: 1, high: 9, integer: true}}}\nloss: sum(x)\n"
    assert "..." in page(text, "plain")
    assert "..." not in page(text, "plain", full=True)
    wide = "inputs: {x: {shape: [20, 20], random: {}}}\nloss: sum(x)\n"
    assert max(map(len, page(wide, "table").splitlines())) <= 80
    assert "..." in page(wide, "table")


def test_markup_in_a_title_is_text() -> None:
    assert r"# 50% of\_all \{nets\} \& \<more\>" in page(SMALL, "markdown")
    assert r"50\% of\_all \{nets\} \& \textless{}more\textgreater{}" in page(SMALL, "latex")
    assert "50% of_all {nets} & <more>" in page(SMALL.replace("50%", "[red]50%"), "table")
    html = solve(problem_from_text(SMALL))._repr_html_()
    assert "&lt;more&gt;" in html
    assert "<more>" not in html


def test_latex_escapes() -> None:
    assert escaped(r"a\b{c}$") == r"a\textbackslash{}b\{c\}\$"
    assert with_code("see `x_1` now") == r"see \texttt{x\_1} now"
    assert with_code("a ` alone") == "a ` alone"


def test_notebook_shows_values_and_equations() -> None:
    html = solve(problem_from_text(SMALL))._repr_html_()
    for part in ("dL/dw", "dL/dz * x", "20"):
        assert f"<code>{part}</code>" in html


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("name", sorted(p.stem for p in PROBLEMS.glob("*.yaml")))
def test_latex_compiles(name: str, tmp_path) -> None:
    path = tmp_path / "page.tex"
    solution = solve(str(PROBLEMS / f"{name}.yaml"))
    path.write_text(load("latex")(solution, Options(elements=True)), encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "page.pdf").stat().st_size > 1000


def test_what_is_asked_of_named_sizes_is_there_too() -> None:
    text = (
        "inputs: {x: {shape: [N, D]}}\nweights: {w: {shape: [D]}}\nnetwork: {z: x @ w}\n"
        "loss: sum(z)\nfind: [parameters, operations(z), 'shape(dL/dw)', dL/dw]\n"
    )
    asked = json.loads(page(text, "json"))["asked"]
    # N rows of D products and D - 1 sums
    assert {k: v["value"] for k, v in asked.items()} == {
        "parameters": "D", "operations(z)": "2*D*N - N", "shape(dL/dw)": ["D"], "dL/dw": None,
    }  # fmt: skip
    assert "operations(z)  2*D*N - N" in page(text, "table")


def test_differences_stand_in_a_column_where_there_is_room_and_below_elsewhere() -> None:
    solution = solve(str(PROBLEMS / "three-layer-relu.yaml"))
    comparisons = verify(solution)
    wide = load("table")(solution, Options(comparisons=comparisons))
    narrow = load("table")(solution, Options(comparisons=comparisons, width=44))
    assert re.search(r"dL/dyhat = yhat - y +│ 3\.5 ", wide)
    assert re.search(r" ~ 3\.5 ", narrow)
    assert wide.count("agrees") == narrow.count("agrees") == 9
    assert max(map(len, narrow.splitlines())) <= 44
