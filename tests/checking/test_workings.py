"""The equals signs of workings. All expected numbers are worked out by hand.

The residual network: y0 = 0.5*1 + 0.1 = 0.6, x1 = 0.6, y1 = 0.6*(-0.2) - 0.3 = -0.42,
z = relu(-0.42 + 0.5) = 0.08.
"""

import numpy as np
import pytest
from answers_support import claim

from backpropcli.checking.workings import check_links
from backpropcli.problem import problem_from_text
from backpropcli.solution import solve

NET = """\
inputs: {x0: 0.5}
weights: {w0: 1.0, b0: 0.1, w1: -0.2, b1: -0.3}
network:
  y0: x0*w0 + b0
  x1: relu(y0)
  y1: x1*w1 + b1
  z: relu(y1 + x0)
find: [y1, z, dz/db0]
"""
PROBLEM = problem_from_text(NET)
SOLUTION = solve(PROBLEM)

VECTORS = problem_from_text(
    """\
inputs: {x: [2, 1], t: 3}
weights: {W: [[0, 1], [1, 1], [1, 0]], b: [-2, -1, 1], v: [-1, 1, -2]}
network: {z: W @ x + b, p: v @ z}
loss: (p - t)**2
"""
)
KEY = solve(VECTORS)


def found(line, own=None, problem=PROBLEM, solution=SOLUTION, right=None):
    """For each equals sign: whether it holds, and the message."""
    shapes, key = solution.program.shapes, solution.total.values
    links = check_links(claim(line, problem), problem, shapes, key, own or {}, right)
    return [(link.ok, link.message) for link in links]


def vectors(line, own=None, right=None):
    return found(line, own, VECTORS, KEY, right)


def test_a_true_chain_holds():
    assert found("y1: x1*w1 + b1 = (0.6)(-0.2) - 0.3 = -0.12 - 0.3 = -0.42") == [(True, "")] * 3


def test_a_wrong_operand_and_wrong_arithmetic_are_both_named():
    assert found("y1: x1*w1 + b1 = (0.6)(-0.2) + 0.1 = -0.7") == [
        (False, "b1 is -0.3; 0.1 is b0"),
        (False, "(0.6)(-0.2) + 0.1 is -0.02, not -0.7"),
    ]


def test_the_arithmetic_is_named_where_it_broke():
    assert found("y1: (0.6)(-0.2) + 0.1 = -0.12 + 0.1 = -0.7") == [
        (True, ""),
        (False, "-0.12 + 0.1 is -0.02, not -0.7"),
    ]


def test_every_later_break_is_found_too():
    assert [ok for ok, _ in found("y1: 2 + 2 = 5 = 5 + 1 = 6 = 7")] == [
        False, False, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ("0.6*0.2 - 0.3", "w1 is -0.2: its sign was lost"),
        ("0.6*(-0.2) + 0.3", "b1 is -0.3: its sign was lost"),
        ("-0.3 + (-0.25)*0.6", "w1 is -0.2, not -0.25"),
        ("-(0.6)(0.2) - 0.4", "b1 is -0.3, not -0.4"),
        ("(1.0)(-0.2) - 0.3", "x1 is not 1"),
    ],
)
def test_operands_are_found_in_any_order_and_bracketing(numbers, said):
    assert found(f"y1: x1*w1 + b1 = {numbers}") == [(False, said)]


def test_slopes_are_operands():
    line = "dz/db0: relu'(y1 + x0) * w1 * relu'(x0*w0 + b0) = (1)(0.2)(1) = 0.2"
    assert found(line) == [(False, "w1 is -0.2: its sign was lost"), (True, "")]


def test_the_students_own_value_may_be_put_in():
    line = "z: relu(y1 + x0) = relu(-0.7 + 0.5) = 0"
    assert found(line, {"y1": np.array(-0.7)}) == [(True, ""), (True, "")]
    assert found(line)[0][0] is False
    assert found(line, {"y1": np.array([-0.7, 1])})[0][0] is False


def test_the_final_value_is_not_told_where_only_the_method_shows():
    assert found("y1: x1*w1 + b1 = -0.7") == [(False, "x1*w1 + b1 does not give -0.7")]


def test_a_working_without_names_is_laid_beside_the_equation():
    right = SOLUTION.program.equation("y1").expr
    assert found("y1: (0.6)(-0.2) + 0.1 = 5", right=right) == [
        (False, "b1 is -0.3; 0.1 is b0; (0.6)(-0.2) + 0.1 is -0.02, not 5")
    ]
    assert found("y1: (0.6)(-0.2) + 0.1 = -0.02", right=right) == [(True, "")]


@pytest.mark.parametrize(
    ("chain", "holds"),
    [
        ("1/3 = 0.33", True),
        ("1/3 = 0.34", False),
        ("2/3 = 0.66", True),  # cut
        ("2/3 = 0.67", True),
        ("2/3 = 0.65", False),
        ("1/(1+exp(-0.6)) = 1/(1+0.55) = 0.645", True),
        ("1/(1+exp(-0.6)) = 0.65", True),
        ("1/(1+exp(-0.6)) = 0.63", False),
        ("-2/3 = -0.66", True),
        ("-2/3 = 0.67", False),
        ("49*0.5 = 24", False),  # an exact number is not a rounded one
        ("sqrt(2)*17 = 24", True),  # 24.04...
        ("sqrt(2)*17 = 25", False),
        ("2*7 = 28", False),
        ("2*7 = 14.0", True),
        ("0.004 = 0.01", False),
        ("5 = 6", False),
    ],
)
def test_numbers_agree_within_their_written_digits(chain, holds):
    assert all(ok for ok, _ in found(f"y1: {chain}")) == holds


def test_a_rounded_number_on_the_way_has_its_margin():
    # 0.3333 stands for 0.33325 to 0.33335, so three of them for 0.99975 to 1.00005.
    assert found("y1: 3*0.3333 = 1.0000") == [(True, "")]
    assert found("y1: 3*0.3333 = 1.0100")[0][0] is False


def test_matrices_are_multiplied():
    line = "p: '[-1,1,-2] @ [0,7,0] = 14'"
    assert vectors(line) == [(False, "[-1,1,-2] @ [0,7,0] is 7, not 14")]


def test_the_entry_of_a_list_is_named():
    line = "z: W @ x + b = [1, 3, 2] + [-2, -1, 1] = [-1, 2, 4]"
    assert vectors(line) == [
        (True, ""),
        (False, "entry 3 of [1, 3, 2] + [-2, -1, 1] is 3, not 4"),
    ]


def test_the_entry_of_an_operand_is_named():
    line = "z: 'W @ x + b = [[0, 1], [1, 1], [1, 0]] @ [2, 1] + [-2, 1, 1] = [-1, 4, 3]'"
    assert vectors(line) == [(False, "b[2] is -1: its sign was lost"), (True, "")]


def test_an_asked_entry_may_be_taken_out_of_a_whole_side():
    assert vectors("z[2]: W @ x + b = 2") == [(True, "")]
    assert vectors("z[2]: W @ x + b = 3")[0][0] is False


def test_shapes_are_never_broadcast():
    assert vectors("z: W @ x + b = 2") == [(False, "W @ x + b is (3,), not ()")]


def test_each_entry_of_a_list_is_a_chain_of_its_own():
    assert vectors("z: [1 - 2 = -1, 2, 4 - 1 = 2]") == [(True, ""), (False, "4 - 1 is 3, not 2")]


def test_what_cannot_be_read_is_said_and_passed_over():
    assert found("y1: 2*3 = so = 6") == [(True, "`so` could not be read"), (True, "")]
    assert found("y1: 2*3 = so = 7") == [
        (True, "`so` could not be read"), (False, "2*3 is 6, not 7"),
    ]  # fmt: skip


def test_sides_without_a_value_are_left_alone():
    assert found("y1: log(0 - 1) = 3") == [(True, "")]
    assert found("y1: 1/(x0 - 0.5) = 3") == [(True, "")]


def test_places_span_both_sides():
    one = claim("y1: 2*3 = 6 = 7", PROBLEM)
    links = check_links(one, PROBLEM, SOLUTION.program.shapes, SOLUTION.total.values, {}, None)
    assert [(link.text, link.place.column, link.width) for link in links] == [
        ("2*3 = 6", 7, 7), ("6 = 7", 13, 5),
    ]  # fmt: skip


def test_a_number_alone_has_no_links():
    assert found("y1: -0.42") == []
    assert found("y1: y1 = -0.42") == []
