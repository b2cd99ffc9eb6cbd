"""How far rounding moves the result of an equation."""

import numpy as np
import pytest
from checking_support import problem

from backpropcli.checking.graph import Graph
from backpropcli.checking.spread import bent_nodes, is_bent, spread
from backpropcli.language.nodes import Name, call
from backpropcli.solution import solve


def moved(compute, values, errors, bent=False):
    values = [np.asarray(v, float) for v in values]
    errors = [np.asarray(e, float) for e in errors]
    return spread(compute, values, errors, np.asarray(compute(values)), bent)


def product(values):
    return values[0] * values[1]


def dot(values):
    return values[0] @ values[1]


def relu(values):
    return np.maximum(values[0], 0)


def test_exact_operands_move_nothing():
    assert moved(product, (2, 3), (0, 0)) == 0


@pytest.mark.parametrize(
    ("errors", "expected"),
    [((0.1, 0), 0.3), ((0, 0.2), 0.4), ((0.1, 0.2), 0.7)],  # 0.1*3, 0.2*2, their sum
)
def test_each_operand_moves_the_result_by_its_share(errors, expected):
    assert moved(product, (2, 3), errors) == pytest.approx(expected)


def test_entries_are_moved_one_by_one():
    """0.5*3 + 0.5*4, however the signs of the two would go together."""
    assert moved(dot, ([1, 2], [3, -4]), ([0.5, 0.5], [0, 0])) == pytest.approx(3.5)


def test_entries_move_only_what_they_reach():
    found = moved(product, ([1, 2], [3, 5]), ([0.5, 0], [0, 0]))
    assert found == pytest.approx([1.5, 0])


@pytest.mark.parametrize(("z", "expected"), [(0.2, 0.5), (-0.2, 0.3), (-1, 0), (1, 0.5)])
def test_both_sides_of_a_kink_are_tried(z, expected):
    """relu(z) for z known up to 0.5."""
    assert moved(relu, (z,), (0.5,), bent=True) == pytest.approx(expected)


def test_many_entries_are_moved_all_at_once():
    """The sum of 100 numbers, each known up to 0.1: no more than 1.5 times all 10 together."""
    found = moved(lambda values: np.sum(values[0]), (np.ones(100),), (np.full(100, 0.1),))
    assert 0.5 < found <= 15


def test_what_leaves_its_domain_moves_nothing():
    """The root of 1 - 2 is none."""
    assert moved(lambda values: np.sqrt(values[0]), (1.0,), (-2.0,)) == 0


def test_kinks_are_seen_anywhere_in_an_equation():
    z = Name("z")
    assert is_bent(call("relu", z) * 2 + 1)
    assert is_bent(call("maximum", z, Name("x")))
    assert not is_bent(call("sigmoid", z) * 2)
    assert not is_bent(None)


def test_nodes_with_kinks_are_known():
    graph = Graph(solve(problem("A")))
    found = bent_nodes(graph.nodes)
    bent = {n.name for n, is_so in zip(graph.nodes, found, strict=True) if is_so}
    assert bent == {"h", "dL/dz"}
