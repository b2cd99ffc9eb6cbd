"""No recursion limit: expressions of 100,000 nodes, deep and shared."""

import numpy as np
import pytest

from backpropcli.autodiff.tidy import tidy
from backpropcli.autodiff.vjp import Assignment, vjp
from backpropcli.evaluate.exact import exact_values
from backpropcli.evaluate.floats import evaluate
from backpropcli.infer import Shapes
from backpropcli.language.nodes import (
    Expr,
    Name,
    Number,
    call,
    fold,
    names,
    postorder,
    substitute,
)  # fmt: skip
from backpropcli.language.text import to_text

DEEP = 50_000  # each step is an operation with an operand of its own: 100,001 nodes


def left_sum(leaf: Expr) -> Expr:
    expr = leaf
    for _ in range(DEEP):
        expr = expr + Number(1)
    return expr


def right_sum(leaf: Expr) -> Expr:
    expr = leaf
    for _ in range(DEEP):
        expr = Number(1) + expr
    return expr


@pytest.fixture(scope="module", params=[left_sum, right_sum], ids=["left", "right"])
def pair(request: pytest.FixtureRequest) -> tuple[Expr, Expr]:
    return request.param(Name("x")), request.param(Name("x"))


def test_deep_expressions_hash_and_compare(pair: tuple[Expr, Expr]) -> None:
    one, other = pair
    assert hash(one) == hash(other)
    assert one == other
    assert one != left_sum(Name("y"))
    assert len({one, other}) == 1


def test_deep_expressions_fold(pair: tuple[Expr, Expr]) -> None:
    assert len(postorder(pair[0])) == 2 * DEEP + 1
    depth: int = fold(pair[0], lambda node, below: 1 + max(below, default=0))
    assert depth == DEEP + 1
    assert names(pair[0]) == ["x"]
    assert names(substitute(pair[0], {"x": Name("y")})) == ["y"]


def test_deep_expressions_evaluate(pair: tuple[Expr, Expr]) -> None:
    assert evaluate(pair[0], {"x": np.float64(2)}) == 2 + DEEP
    assert Shapes({"x": (2, 3)}).of(pair[0]) == (2, 3)


def test_deep_expressions_are_exact_below_the_limit_of_work() -> None:
    expr: Expr = Name("x")
    for _ in range(20_000):
        expr = expr + Number(1)
    found = exact_values([("y", expr)], {"x": np.asarray(Number(1).value, object)},
                         Shapes({"x": ()}))  # fmt: skip
    assert found["y"][()] == 20_001


def test_deep_expressions_differentiate(pair: tuple[Expr, Expr]) -> None:
    shapes = Shapes({"x": (), "g": (), "y": ()})
    (term,) = vjp(Assignment("y", pair[0]), Name("g"), {"x"}, shapes)
    assert term == ("x", Name("g"))
    assert evaluate(tidy(pair[0], shapes), {"x": np.float64(2)}) == 2 + DEEP


def test_a_deep_chain_of_functions_differentiates() -> None:
    expr: Expr = Name("x")
    for _ in range(20_000):
        expr = call("relu", expr)
    shapes = Shapes({"x": (), "g": (), "y": ()})
    (term,) = vjp(Assignment("y", expr), Name("g"), {"x"}, shapes)
    gradient = tidy(term.expr, shapes)
    assert evaluate(gradient, {"x": np.float64(2), "g": np.float64(3)}) == 3
    assert evaluate(gradient, {"x": np.float64(-2), "g": np.float64(3)}) == 0


@pytest.mark.parametrize("count", [3_000])
def test_a_long_product_inside_a_product_is_tidied(count: int) -> None:
    product: Expr = Name("x")
    for _ in range(count):
        product = product * Name("x")
    shapes = Shapes({"x": (), "y": ()})
    expr = tidy(Name("y") * product, shapes)
    assert evaluate(expr, {"x": np.float64(1), "y": np.float64(7)}) == 7


def test_shared_parts_cost_once() -> None:
    # 2**60 paths, 61 nodes: what walks paths instead of nodes never ends.
    left, right = Name("x") + 0, Name("x") + 0
    for _ in range(60):
        left, right = left + left, right + right
    assert left == right
    assert hash(left) == hash(right)
    assert evaluate(left, {"x": np.float64(1)}) == 2.0**60
    (term,) = vjp(Assignment("y", left), Name("g"), {"x"}, Shapes({"x": (), "g": (), "y": ()}))
    assert evaluate(term.expr, {"g": np.float64(1), "x": np.float64(1)}) == 2.0**60


def test_long_text_is_written() -> None:
    expr: Expr = Name("x")
    for _ in range(20_000):
        expr = expr + Name("x")
    assert to_text(expr).count("+") == 20_000
