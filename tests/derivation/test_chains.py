"""The chain rule by names and by entries; the formulas are worked by hand."""

import numpy as np
import pytest
from chain_support import (
    PROBLEMS,
    assert_true,
    assert_whole_true,
    chain,
    lines,
    result,
    solved,
    solved_text,
    worked,
)

from backpropcli.derivation.chains import SUMMED, chains
from backpropcli.derivation.numbers import line_value
from backpropcli.derivation.points import consistent_points
from backpropcli.derivation.verify import check_lines
from backpropcli.writing import with_numbers

THREE_LAYERS = "three-layer-relu"
SOFTMAX = """
inputs: {S: [1, 2, 3], y: [0, 1, 0]}
network:
  P: softmax(S)
loss: -sum(y*log(P))
find: ["dL/dS[1]", dL/dS]
"""


def test_one_path_by_entries():
    solution = solved(THREE_LAYERS)
    derivation = chain(solution, "dL/dW2[2,2]")
    assert lines(derivation) == [
        "dL/dyhat * dyhat/dz2[2] * dz2[2]/dW2[2,2]",
        "(yhat - y) * W3[2] * h1[2]",
    ]
    assert worked(derivation) == {
        "dL/dyhat": "yhat - y",
        "dyhat/dz2[2]": "W3[2]",
        "dz2[2]/dW2[2,2]": "h1[2]",
    }
    assert_true(derivation, solution)


def test_the_numbers_put_in():
    # yhat = 5, y = 1.5, W3[2] = 1, h1[2] = 2
    derivation = chain(solved(THREE_LAYERS), "dL/dW2[2,2]")
    put_in = next(line for line in derivation.lines if line.values is not None)
    assert with_numbers(put_in.expr, put_in.values) == "(5 - 1.5) * 1 * 2"
    assert result(derivation) == 7


def test_three_paths_by_entries():
    solution = solved(THREE_LAYERS)
    derivation = chain(solution, "dL/dW1[2,1]")
    paths, put_in, simpler = lines(derivation)
    assert paths == " + ".join(
        f"dL/dyhat * dyhat/dz2[{k}] * dz2[{k}]/dh1[2] * dh1[2]/dz1[2] * dz1[2]/dW1[2,1]"
        for k in (1, 2, 3)
    )
    assert put_in == " + ".join(
        f"(yhat - y) * W3[{k}] * W2[{k},2] * relu'(z1[2]) * x[1]" for k in (1, 2, 3)
    )
    assert simpler == (
        "(yhat - y) * (W3[1] * W2[1,2] + W3[2] * W2[2,2] + W3[3] * W2[3,2]) * relu'(z1[2]) * x[1]"
    )
    # 3.5 * (-1*1 + 1*1 + (-2)*(-1)) * 1 * 2
    assert result(derivation) == 14
    assert_true(derivation, solution)


def test_relu_by_its_value():
    locals_of = {d.title: d for d in chain(solved(THREE_LAYERS), "dL/dW1[2,1]").locals}
    relu = locals_of["dh1[2]/dz1[2]"]
    assert relu.notes == ("`relu'(z1[2]) = 1`, since `z1[2] = 2` is above 0.",)
    off = {d.title: d for d in chain(solved(THREE_LAYERS), "dL/dW1[1,1]").locals}
    assert off["dh1[1]/dz1[1]"].notes == ("`relu'(z1[1]) = 0`, since `z1[1] = -1` is not above 0.",)


def test_a_whole_gradient_by_names():
    solution = solved(THREE_LAYERS)
    derivation = chain(solution, "dL/dW1")
    assert lines(derivation) == [
        "dL/dyhat * dyhat/dz2 * dz2/dh1 * dh1/dz1 * dz1/dW1",
        "outer(W2.T @ ((yhat - y) * W3) * relu'(z1), x)",
    ]
    assert worked(derivation) == {
        "dL/dyhat": "yhat - y",
        "dyhat/dz2": "W3",
        "dz2/dh1": "W2",
        "dh1/dz1": "diag(relu'(z1))",
    }
    assert derivation.shape == (3, 2)
    # W2.T @ (3.5 * W3) = (3.5*(1 - 4), 7, 3.5), the first unit is off; x = (2, 1)
    assert result(derivation).tolist() == [[0, 0], [14, 7], [7, 3.5]]
    assert_whole_true(derivation, solution)


def test_a_small_gradient_entry_by_entry_too():
    titles = [d.title for d in chains(solved(THREE_LAYERS), "dL/dW3", None)]
    assert titles == ["dL/dW3", "dL/dW3[1]", "dL/dW3[2]", "dL/dW3[3]"]
    assert [d.title for d in chains(solved(THREE_LAYERS), "dL/dW2", None)] == ["dL/dW2"]


def test_the_loss_itself_differentiated():
    derivation = chain(solved(THREE_LAYERS), "dL/dyhat")
    assert lines(derivation) == ["yhat - y"]
    assert result(derivation) == 3.5


def test_a_sigmoid_chain_step_by_step():
    solution = solved("sigmoid-units-scalars")
    derivation = chain(solution, "dL/dw11")
    assert lines(derivation) == [
        "dL/dyhat * dyhat/dh1 * dh1/df1 * df1/de1 * de1/dd1 * dd1/db1 * db1/dw11",
        "2 * (yhat - y) * 1 * v1 * f1 * (1 - f1) * 1 * 1 * x1",
        "2 * (yhat - y) * v1 * f1 * (1 - f1) * x1",
    ]
    assert worked(derivation)["df1/de1"] == "f1 * (1 - f1)"
    assert_true(derivation, solution)


def test_examples_are_derived_once():
    derivation = chain(solved("sigmoid-units-scalars"), "dL/dw11")
    assert any(
        "example 1" in note and "sum over the 3 examples" in note for note in derivation.notes
    )
    # 2*(0.056749 - 8)*0.02*0.522485*0.477515*1
    np.testing.assert_allclose(result(derivation), -0.0792719, rtol=1e-5)
    mean = chain(solved("line-fit-mean"), "dL/dw")
    assert any("mean over the 3 examples" in note for note in mean.notes)


def test_a_residual_connection():
    solution = solved("residual-block")
    derivation = chain(solution, "dz/dw0")
    assert lines(derivation) == [
        "dz/dy1 * dy1/dx1 * dx1/dw0",
        "relu'(y1 + x0) * w1 * relu'(x0 * w0 + b0) * x0",
    ]
    # 1 * (-0.2) * 1 * 1
    np.testing.assert_allclose(result(derivation), -0.2)
    assert_true(derivation, solution)


def test_two_paths_of_a_residual_connection():
    solution = solved("residual-block")
    derivation = chain(solution, "dz/dx0")
    assert lines(derivation) == [
        "dz/dy1 * dy1/dx1 * dx1/dx0 + dz/dx0",
        "relu'(y1 + x0) * w1 * relu'(x0 * w0 + b0) * w0 + relu'(y1 + x0)",
        "relu'(y1 + x0) * (w1 * relu'(x0 * w0 + b0) * w0 + 1)",
    ]
    assert any("direct part" in note for note in derivation.notes)
    # -0.2 * 0.3 + 1
    np.testing.assert_allclose(result(derivation), 0.94)
    points = consistent_points(solution.program)
    put_in = derivation._replace(lines=derivation.lines[1:3])
    assert check_lines(put_in, points) == []


def test_a_shared_weight():
    solution = solved("shared-weights")
    for name in ("dL/dWf", "dL/dWi"):
        derivation = chain(solution, name)
        assert lines(derivation) == [
            "dL/dyhat * dyhat/da * da/dWf + dL/dyhat * dyhat/db * db/dWf",
            "(yhat - y) * 1 * x + (yhat - y) * 1 * x",
            "2 * (yhat - y) * x",
        ]
        # 2 * (13 - 20) * 2
        assert result(derivation) == -28
        assert_true(derivation, solution)


def test_softmax_by_entries():
    solution = solved_text(SOFTMAX)
    derivation = chain(solution, "dL/dS[1]")
    assert lines(derivation)[0] == " + ".join(f"dL/dP[{k}] * dP[{k}]/dS[1]" for k in (1, 2, 3))
    assert lines(derivation)[-1] == "(y[1] + y[2] + y[3]) * P[1] - y[1]"
    assert worked(derivation) == {
        "dL/dP[1]": "-y[1] / P[1]",
        "dP[1]/dS[1]": "P[1] * (1 - P[1])",
        "dL/dP[2]": "-y[2] / P[2]",
        "dP[2]/dS[1]": "-P[2] * P[1]",
        "dL/dP[3]": "-y[3] / P[3]",
        "dP[3]/dS[1]": "-P[3] * P[1]",
    }
    # exp(1) / (exp(1) + exp(2) + exp(3))
    np.testing.assert_allclose(result(derivation), 0.0900306, rtol=1e-5)
    assert_true(derivation, solution)


def test_what_cancels_is_cancelled():
    text = "inputs: {z: 1, y: 1}\nnetwork:\n  p: sigmoid(z)\nloss: LOSS\nfind: [dL/dz]"
    logarithm = solved_text(text.replace("LOSS", "-y*log(p)"))
    derivation = chain(logarithm, "dL/dz")
    # -(y/p) * p*(1 - p)
    assert lines(derivation)[-1] == "-y * (1 - p)"
    assert_true(derivation, logarithm)
    both = solved_text(text.replace("LOSS", "-y*log(p) - (1 - y)*log(1 - p)"))
    assert lines(chain(both, "dL/dz"))[-1] == "p - y"
    assert_true(chain(both, "dL/dz"), both)


def test_a_given_gradient_begins_the_chain():
    solution = solved("two-layer-upstream")
    derivation = chain(solution, "dL/dW1[2,1]")
    assert lines(derivation)[0] == " + ".join(
        f"dL/dY3[{k}] * dY3[{k}]/dY2[1] * dY2[1]/dS2[1] * dS2[1]/dW1[2,1]" for k in (1, 2)
    )
    assert lines(derivation)[-1] == (
        "(dL/dY3[1] * W2[1,1] + dL/dY3[2] * W2[1,2]) * relu'(S2[1]) * X[2]"
    )
    # (5*1 + 10*2) * 1 * 2
    assert result(derivation) == 50
    assert_true(derivation, solution)


def test_no_path_gives_nothing_and_an_entry_without_paths_is_zero():
    apart = solved_text("inputs: {x: [1, 2], u: 3}\nloss: x[1]**2 * u\nfind: [dL/dx]")
    derivation = chain(apart, "dL/dx[2]")
    assert lines(derivation) == ["0"]
    assert lines(chain(apart, "dL/dx[1]")) == ["2 * u * x[1]"]


def test_many_paths_are_counted_and_the_last_step_is_written():
    text = """
inputs: {x: [1, 2]}
weights: {A: [[1, 2], [3, 4], [0, 1]], B: [[1, 0, 1], [0, 1, 1], [2, 1, 0]]}
network:
  a: tanh(A @ x)
  b: tanh(B @ a)
  c: tanh(B @ b)
loss: sum(c**2)
find: [dL/dx]
"""
    solution = solved_text(text)
    entry = chain(solution, "dL/dx[1]")
    # Three entries of c, of b and of a: zeros among the given numbers do not count.
    assert entry.notes[0].startswith("27 paths lead there; the first 3: `dL/dc[1] * dc[1]/db[1]")
    assert lines(entry)[0] == " + ".join(f"dL/da[{k}] * da[{k}]/dx[1]" for k in (1, 2, 3))
    assert lines(entry)[1] == " + ".join(
        f"dL/da[{k}] * A[{k},1] * (1 - a[{k}]**2)" for k in (1, 2, 3)
    )
    np.testing.assert_allclose(result(entry), solution["dL/dx"][0])
    assert_true(entry, solution)


def test_entries_that_cannot_be_written_out_are_derived_by_names():
    # which class is the true one is not known
    text = (
        "inputs: {y: {shape: []}}\nweights: {z: {shape: [3]}}\nloss: softmax_cross_entropy(z, y)\n"
    )
    derivation = chain(solved_text(text), "dL/dz[2]")
    assert derivation.title == "dL/dz"
    assert any("not written out" in note for note in derivation.notes)


def test_a_jacobian_of_matrices_has_no_formula():
    solution = solved_text("inputs: {X: [[1, 2], [3, 4]]}\nnetwork:\n  F: X**2\nfind: [dF/dX]")
    assert chains(solution, "dF/dX", None) == []
    # F[1,2] = X[1,2]**2
    assert lines(chain(solution, "dF/dX[1,2,1,2]")) == ["2 * X[1,2]"]


def test_named_sizes_are_derived_by_names():
    derivation = chain(solved("softmax-sizes"), "dL/dW1")
    assert derivation.lines
    assert derivation.lines[-1].value is None


@pytest.mark.parametrize("path", sorted(PROBLEMS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_line_of_every_problem_is_true(path):
    solution = solved(path.stem)
    if any(not isinstance(n, int) for s in solution.program.shapes.values() for n in s):
        return
    count = sum(np.prod(s) for s in solution.program.shapes.values())
    if count > 2000:
        return
    points = consistent_points(solution.program)
    for equation in solution.program.gradients:
        for derivation in chains(solution, equation.name, None):
            if not derivation.shape and SUMMED not in derivation.notes:
                formulas = tuple(line for line in derivation.lines if line.value is None)
                assert check_lines(derivation._replace(lines=formulas), points) == []
            elif " * d" in lines(derivation)[0]:
                assert_whole_true(derivation, solution)
            for local in derivation.locals:
                assert check_lines(local, points) == []


def test_numbers_of_partials_agree_with_central_differences():
    solution = solved(THREE_LAYERS)
    derivation = chain(solution, "dL/dW1[2,1]")
    point = consistent_points(solution.program)[0]
    by_differences = line_value(derivation.lines[0].expr, point)
    np.testing.assert_allclose(by_differences, point.values["dL/dW1"][1, 0], rtol=1e-6)


def test_a_wrong_line_is_noticed():
    solution = solved(THREE_LAYERS)
    derivation = chain(solution, "dL/dW2[2,2]")
    first, put_in, *_ = derivation.lines
    broken = derivation._replace(lines=(first, put_in._replace(expr=-put_in.expr)))
    assert check_lines(broken, consistent_points(solution.program))


CLASS = """
inputs: {x: [1, 2, 3], y: 2}
weights: {W: [[1, 0, -1], [0, 1, 1]]}
network: {z: W @ x}
loss: softmax_cross_entropy(z, y)
"""


@pytest.mark.parametrize(
    ("entry", "slope"), [("dL/dW[1,3]", ""), ("dL/dW[2,3]", " - 1")], ids=["other", "true class"]
)
def test_the_target_may_be_a_class_number(entry, slope):
    # P[i] - [i = y]: 1 is taken from the true class alone
    solution = solved_text(CLASS)
    row = entry[6]
    derivation = chain(solution, entry)
    assert worked(derivation) == {
        f"dL/dz[{row}]": f"exp(z[{row}]) / (exp(z[1]) + exp(z[2])){slope}",
        f"dz[{row}]/dW[{row},3]": "x[3]",
    }
    p = np.exp([-2, 5]) / np.exp([-2, 5]).sum()
    assert derivation.lines[-1].value == pytest.approx((p - [0, 1])[int(row) - 1] * 3)


def test_a_sum_in_between_is_told_only_where_there_is_one():
    text = "inputs: {x: [1, 2]}\nweights: {w: [3, 1]}\nnetwork: {z: %s}\nloss: %s\n"
    single = chain(solved_text(text % ("w @ x", "z**2")), "dL/dw")
    several = chain(solved_text(text % ("w * x", "sum(z**2)")), "dL/dw")
    assert not any("sums over" in note for note in single.notes)
    assert any("sums over" in note for note in several.notes)
