"""The unrolled equations of a problem."""

from pathlib import Path

import numpy as np
import pytest
from checking_support import problem

from backpropcli.checking.formula import Formula
from backpropcli.checking.graph import Graph, Instance
from backpropcli.language.nodes import Name, call
from backpropcli.mistakes.nets import NETS
from backpropcli.problem import load_problem
from backpropcli.solution import solve

PROBLEMS = sorted((Path(__file__).parents[2] / "problems").glob("*.yaml"))

STEPS = """\
inputs: {x: 1, y: 0}
weights: {w: 2}
network:
  yhat: w*x
loss: (yhat - y)**2 / 2
update: {rule: sgd, lr: 0.5, steps: 2}
"""
EXAMPLES = """\
weights: {w: 2, b: 1}
network:
  z: w*x + b
loss: (z - y)**2 / 2
examples:
  - {x: 1, y: 1}
  - {x: -2, y: 0}
"""


def graph_of(which, more=""):
    return Graph(solve(problem(which, more)))


def value(graph, *where, **at):
    node = graph.find(*where, **at)
    return None if node is None else np.asarray(graph.nodes[node].value).tolist()


def check_all_recomputed(graph):
    for i, node in enumerate(graph.nodes):
        assert all(p < i for p in node.parents)
        assert all(i in graph.nodes[p].children for p in node.parents)
        if node.compute is not None:
            again = node.compute([graph.nodes[p].value for p in node.parents])
            assert np.allclose(again, np.asarray(node.value, float), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("net", NETS)
def test_every_value_follows_from_its_parents(net):
    check_all_recomputed(graph_of(net))


@pytest.mark.parametrize("path", PROBLEMS, ids=lambda path: path.stem)
def test_every_value_of_a_problem_follows_from_its_parents(path):
    check_all_recomputed(Graph(solve(load_problem(path))))


def test_values_of_a_small_net():
    """Net A of mistakes.md."""
    graph = graph_of("A")
    assert value(graph, "z") == pytest.approx([-1.4, 1.55])
    assert value(graph, "yhat") == pytest.approx(-0.88)
    assert value(graph, "dL/dz") == pytest.approx([0, 1.128])
    parents = {graph.nodes[p].name for p in graph.nodes[graph.find("dL/dz")].parents}
    assert parents == {"dL/dh", "z"}
    assert graph.find("nothing") is None


def test_rational_values_are_known_to_be_so():
    graph = graph_of("A")
    assert graph.nodes[graph.find("L")].exact
    sigmoid = graph_of("S")
    assert not sigmoid.nodes[sigmoid.find("L")].exact


def test_examples_have_values_of_their_own():
    """w*x + b = 3 and -3; residuals 2 and -3; losses 2 and 4.5."""
    graph = graph_of(EXAMPLES)
    assert [value(graph, "z", example=n) for n in (1, 2)] == [3, -3]
    assert [value(graph, "dL/dw", example=n) for n in (1, 2)] == [2, 6]
    assert value(graph, "L") == 6.5
    assert value(graph, "dL/dw") == 8
    assert value(graph, "dL/db") == -1
    assert value(graph, "z") is None


def test_totals_may_be_means():
    graph = graph_of(EXAMPLES, "reduce: mean\n")
    assert value(graph, "L") == 3.25
    assert value(graph, "dL/dw") == 4


def test_steps_follow_each_other():
    """w = 2, 1, 0.5: each step takes half of it away; the losses are w^2/2."""
    graph = graph_of(STEPS)
    assert [value(graph, "yhat", step=n) for n in (1, 2)] == [2, 1]
    assert [value(graph, "dL/dw", step=n) for n in (1, 2)] == [2, 1]
    assert [value(graph, "w_new", step=n) for n in (1, 2)] == [1, 0.5]
    second = graph.nodes[graph.find("yhat", step=2)]
    assert {(graph.nodes[p].name, graph.nodes[p].at) for p in second.parents} == {
        ("w_new", Instance(0)), ("x", Instance(0)),
    }  # fmt: skip


def test_values_without_a_step_are_those_of_the_given_weights():
    graph = graph_of(STEPS)
    assert value(graph, "yhat") == 2
    assert value(graph, "L") == 2
    assert value(graph, "w_new") == 0.5
    assert value(graph, "w_change") == -1.5
    assert value(graph, "L_new") == 0.125
    assert value(graph, "L_steps") == [2, 0.5]


def test_counts_are_nodes_whose_parents_add_up():
    """W1 (2, 2) and b1 (2,), then w2 (2,) and b2: 6 + 3."""
    graph = graph_of("A")
    node = graph.nodes[graph.find("parameters")]
    assert (node.kind, node.value) == ("count", 9)
    assert node.parent_names == ("parameters(z)", "parameters(yhat)")
    weight = graph.nodes[graph.find("parameters(W1)")]
    assert (weight.kind, weight.value, weight.parents) == ("count", 4, ())


def test_a_slope_is_known_by_its_input_too():
    """Net S has a*(1 - a) in dL/dz; at z = 0, a slope from z would be 1/4."""
    graph = graph_of("S")
    formula, parents = graph.by_input(graph.find("dL/dz"))
    values = {graph.nodes[p].name: np.asarray(graph.nodes[p].value, float) for p in parents}
    assert "z" in values
    assert "a" not in values
    values["z"] = np.zeros(2)
    expected = np.asarray(graph.nodes[graph.find("dL/da")].value) / 4
    assert formula([values[name] for name in formula.names]) == pytest.approx(expected)
    assert graph.by_input(graph.find("dL/da")) is None


def test_a_formula_is_worked_out_from_the_values_of_its_names():
    formula = Formula(Name("x") * Name("y") + 1)
    given = {"x": np.asarray(3.0), "y": np.asarray(4.0)}
    assert formula([given[name] for name in formula.names]) == 13


def test_rounding_within_a_line_is_that_of_its_curved_parts():
    """3*sqrt(x) at x = 4, the root rounded by 0.005; a product of names alone has no such part."""
    curved = Formula(3 * call("sqrt", Name("x")))
    half = np.full((), 0.005)
    assert curved.between([np.asarray(4.0)], lambda value: half) == pytest.approx(0.015)
    assert not any(Formula(Name("x") * Name("x")).curved)
