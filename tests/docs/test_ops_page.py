"""The page of operations is what the catalogue says now."""

from backpropcli.ops import OPS
from backpropcli.report.ops_page import render
from tests.docs.remake_ops import PAGE


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == render(), "run `make ops`"


def test_every_op_is_on_the_page():
    page = render()
    for op in OPS.entries():
        if op.name.endswith("'"):
            assert f"- its slope is `{op.name}(x)`" in page
        else:
            assert f"\n### {op.name}\n" in page


def test_rules_that_everybody_knows():
    """By hand: the products of matrices, relu, the mean squared error."""
    page = render()
    assert "- `x @ y` with x (2, 3), y (3, 4) gives (2, 4)\n  - `dL/dx = g @ y.T`\n" in page
    assert "  - `dL/dy = x.T @ g`" in page
    assert "  - `dL/dx = g * relu'(x)`" in page
    assert "  - `dL/dx = g * (2 * (x - y)) / 6`" in page
