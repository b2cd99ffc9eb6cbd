from pathlib import Path

import numpy as np
import pytest

from backpropcli.derivation.data import Derivation, Line, delta, entry, partial, sum_over
from backpropcli.derivation.forms import Branch, cases
from backpropcli.derivation.numbers import Point, line_value
from backpropcli.derivation.points import Setting, consistent_points, setting_points
from backpropcli.derivation.verify import check_lines, same, shown_by_sympy
from backpropcli.language.nodes import Name, Number, call, index
from backpropcli.ops.sizes import named
from backpropcli.problem import load_problem
from backpropcli.program import build_program

PROBLEMS = Path(__file__).parents[2] / "problems"
h, y, p, x, z = (Name(n) for n in ("h", "y", "p", "x", "z"))
POINT = Point(
    {"h": np.array([1.0, 2.0, 4.0]), "y": np.array([0.0, 1.0, 0.0]), "x": np.asarray(3.0)},
    {"p": call("softmax", h)},
)


def program_of(name):
    return build_program(load_problem(PROBLEMS / f"{name}.yaml"))


def test_sums_deltas_and_cases_have_numbers():
    assert line_value(sum_over(entry(h, "j") * entry(y, "j"), "j"), POINT) == 2
    assert line_value(entry(h, "i"), POINT).tolist() == [1, 2, 4]
    matrix = line_value(entry(h, "i") * delta("i", "j") + 0 * entry(h, "j"), POINT)
    assert matrix.tolist() == [[1, 0, 0], [0, 2, 0], [0, 0, 4]]
    above = cases([Branch(x, x, ">", Number(5))], -x)
    assert line_value(above, POINT) == -3


def test_partial_derivatives_have_numbers():
    assert line_value(partial(x**2 * 5, x), POINT) == pytest.approx(30)
    found = line_value(partial(call("log", sum_over(entry(h, "k"), "k")), entry(h, "i")), POINT)
    assert found == pytest.approx([1 / 7] * 3)
    total = sum_over(entry(h, "k"), "k")
    assert line_value(partial(total**3, total), POINT) == pytest.approx(147)


def test_an_index_without_a_range_has_no_value():
    with pytest.raises(ValueError, match="the index m"):
        line_value(delta("m", "n"), POINT)
    assert line_value(delta("m", "n"), POINT, {"m": 2, "n": 2}).tolist() == [[1, 0], [0, 1]]


def test_a_partial_derivative_at_a_kink_is_not_compared():
    point = Point({"x": np.asarray(0.0)})
    assert np.isnan(line_value(partial(call("relu", x), x), point))


def test_points_of_a_program_fit_together():
    program = program_of("three-layer-relu")
    first, *others = consistent_points(program, 5)
    assert len(others) == 4
    values = first.values
    assert np.allclose(values["W1"] @ values["x"] + values["b1"], values["z1"])
    assert np.allclose((values["yhat"] - values["y"]) * values["W3"], values["dL/dz2"])
    assert np.array_equal(
        consistent_points(program, 1, seed=1)[0].values["x"], others[0].values["x"]
    )


def test_named_sizes_are_numbers_that_differ():
    point = consistent_points(program_of("softmax-sizes"), 1)[0]
    sizes = [float(point.values[n]) for n in "NDHC"]
    assert len(set(sizes)) == 4
    assert point.values["W1"].shape == (sizes[1], sizes[2])


def test_a_chain_of_local_derivatives_and_its_slips():
    program = program_of("three-layer-relu")
    points = consistent_points(program)
    left = index(Name("dL/dW2"), 1, 1)
    yhat, z2, w2 = Name("yhat"), index(Name("z2"), 1), index(Name("W2"), 1, 1)
    chain = partial(Name("L"), yhat) * partial(yhat, z2) * partial(z2, w2)
    assert same(left, chain, program.shapes, points)
    assert not same(left, -chain, program.shapes, points)
    assert not same(left, 2 * chain, program.shapes, points)
    assert not same(index(Name("dL/dW2"), 0, 1), chain, program.shapes, points)


def test_a_local_derivative_does_not_go_through_other_equations():
    program = program_of("residual-block")
    points = consistent_points(program)
    y1, x0 = Name("y1"), Name("x0")
    assert same(partial(y1 + x0, x0), Number(1), program.shapes, points)


def test_upstream_gradients_come_from_a_loss_of_their_own():
    program = program_of("two-layer-upstream")
    points = consistent_points(program)
    upper = Name(program.problem.upper)
    name = next(iter(program.problem.upstream))
    left, right = Name(f"d{upper.name}/d{name}"), partial(upper, Name(name))
    assert same(left, right, program.shapes, points)


def test_shapes_are_compared_without_broadcasting():
    assert not same(Name("a"), sum_over(entry(Name("a"), "i"), "i"), {"a": (1,)})


def test_sympy_shows_what_it_can():
    equations = {"p": call("sigmoid", z)}
    assert shown_by_sympy(partial(p, z), p * (1 - p), equations)
    assert not shown_by_sympy(partial(p, z), p * (p + 1), equations)
    assert not shown_by_sympy(sum_over(entry(h, "i"), "i"), Number(1), {})


def test_complaints_name_the_line():
    setting = Setting({"h": (named("N"),), "p": (named("N"),)}, {"p": call("softmax", h)})
    lines = (Line(sum_over(entry(p, "i"), "i")), Line(Number(1)), Line(Number(2)))
    (said,) = check_lines(Derivation("Sum", Number(1), lines), setting_points(setting))
    assert said == "Sum: line 3, 2, is not 1: 2 and 1 at a random point"
    unknown = check_lines(Derivation("q", Name("q"), (Line(p),)), setting_points(setting))
    assert "it has no value" in unknown[0]
