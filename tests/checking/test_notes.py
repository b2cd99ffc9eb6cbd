"""What is said beside the statuses and the mistakes, and what is not said."""

import pytest
from checking_support import THREE, report

# 2*a is [0.9134, 0.2476, 1.9752, 0.6666]
CUT = """\
inputs: {x: 1}
weights: {w: [0.4567, 0.1238, 0.9876, 0.3333]}
network:
  a: w*x
  h: 2*a
loss: sum(h)
"""
# z is 0.52 and -0.62; the gradients of each example differ from the totals
CHAIN = """\
weights: {w1: 0.6, b1: -0.2, w2: 1.5, b2: 0.3}
network:
  z: w1*x + b1
  h: sigmoid(z)
  yhat: w2*h + b2
loss: (yhat - y)**2
examples:
  - {x: 1.2, y: 1}
  - {x: -0.7, y: 0.5}
reduce: mean
find: [dL/dz, dL/dw1]
"""


def noted(answers):
    """The answers that are told to be cut off; all must be right."""
    found = [a for a in report(CUT, answers).answers if a.status != "missing"]
    assert {a.status for a in found} == {"correct"}
    return [a.quantity for a in found if "truncated-not-rounded" in a.note_names]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ("a: [0.456, 0.123, 0.987, 0.333]", ["a"]),
        ("a: [0.457, 0.124, 0.988, 0.333]", []),
        ("a: [0.456, 0.124, 0.987, 0.333]", []),  # rounded in one entry
        ("a[1]: 0.456\nh: [0.913, 0.248, 1.975, 0.667]", []),  # cut once, rounded up twice
        ("a[1]: 0.456\nh: [0.913, 0.247, 1.975, 0.667]", ["a[1]"]),
        ("a[1]: 0.456\nh[1]: 0.913", ["a[1]"]),
        ("a: [0.4567, 0.1238, 0.9876, 0.3333]", []),
    ],
)
def test_cut_digits_are_noted_where_nothing_is_rounded(answers, expected):
    assert noted(answers) == expected


def test_a_formula_does_not_show_which_value_was_used():
    found = report(THREE, "dL/dyhat: y - yhat\ndL/dW3: dL/dyhat*z2")
    assert [(root.name, root.carried_on) for root in found.mistakes] == [
        ("residual-reversed", True)
    ]
    found = report(THREE, "dL/dyhat: -3.5\ndL/dW3: dL/dyhat*z2")
    assert [(root.name, root.carried_on) for root in found.mistakes] == [
        ("residual-reversed", True)
    ]
    # (5 - 1.5)*z2 = 3.5*(9, 6, -4): these numbers show that 3.5 was used: a slip of the pen
    found = report(THREE, "dL/dyhat: -3.5\ndL/dW3: [31.5, 21, -14]")
    assert [(root.name, root.carried_on) for root in found.mistakes] == [("sign-slip", False)]
    # -3.5*(9, 6, -4): everything after it is turned too: a mistake of method (ruling 30)
    found = report(THREE, "dL/dyhat: -3.5\ndL/dW3: [-31.5, -21, 14]")
    assert [(root.name, root.carried_on) for root in found.mistakes] == [
        ("residual-reversed", True)
    ]


def test_what_stands_on_the_sheet_need_not_be_worked_out():
    found = report(CHAIN, "dL/dw1: 0.195", tail="examples: [{dL/dz: 0.169}, {dL/dz: 0.222}]\n")
    assert found.mistakes
    assert "dL/dw1" not in [root.decides for root in found.mistakes]
