"""Operators that a template writes keep their operands together."""

import pytest

from backpropcli.language.latex import LatexStyle, to_latex
from backpropcli.language.nodes import Name, call
from backpropcli.ops import OPS

a, b, c = map(Name, "abc")
STYLE = LatexStyle(templates={op.name: op.latex for op in OPS.entries() if op.latex})


@pytest.mark.parametrize(
    ("expr", "shown"),
    [
        (call("outer", a, b), r"a \otimes b"),
        (call("outer", a, b - c), r"a \otimes \left(b - c\right)"),
        (call("outer", a + b, c), r"\left(a + b\right) \otimes c"),
        (call("outer", a, b) * c, r"a \otimes b \cdot c"),
        (c * call("outer", a, b), r"c \cdot \left(a \otimes b\right)"),
        (call("outer", a, b).T, r"{\left(a \otimes b\right)}^{\top}"),
        (call("relu", a - b), r"\operatorname{relu}\left(a - b\right)"),
    ],
)
def test_operands_that_bind_loosely_stand_in_parentheses(expr, shown):
    assert to_latex(expr, STYLE) == shown


def test_an_elementwise_product_stands_in_parentheses_before_a_matrix_product():
    # without them  a ⊙ b c  reads as  a ⊙ (b c)
    arrays = STYLE._replace(is_scalar=lambda expr: expr == c)
    assert to_latex((a * b) @ c.T, arrays) == r"\left(a \odot b\right) \, {c}^{\top}"
    assert to_latex(a @ b.T * a, arrays) == r"a \, {b}^{\top} \odot a"
    assert to_latex((c * a) @ b, arrays) == r"c \cdot a \, b"
