"""What only follows from a fault that was told already is not told again."""

import pytest

from backpropcli.errors import ProblemError
from backpropcli.problem import problem_from_text

MASK = """
inputs: {x: [1, 2], m: [1, 0, 1]}
network: {d1: "dropout(x, m, 0.5)"}
loss: sum(d1)
find: [d1, L, dL/dd1, dL/dx]
"""
POOL = """
inputs: {x: {shape: [1, 6, 6]}}
network:
  - conv2d(2, 3)
  - maxpool2d(9)
find: [shape(z1), shape(pool1), parameters(z1), parameters(pool1)]
"""
STATE = """
inputs: {x: [1, 2]}
weights: {w: 2}
time:
  h[t]: w*h[t-1] + x[t]
loss: h[T]**2
find: [h, dL/dh, dL/dw]
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [(MASK, "do not fit"), (POOL, "is larger than"), (STATE, "is not given")],
)
def test_one_fault_is_told_once(text, words):
    with pytest.raises(ProblemError) as caught:
        problem_from_text(text)
    assert [words in complaint.message for complaint in caught.value.complaints] == [True]


def test_a_quantity_that_never_was_is_still_told_beside_another_fault():
    with pytest.raises(ProblemError) as caught:
        problem_from_text(MASK.replace("[d1, L", "[qq, L"))
    assert len(caught.value.complaints) == 2
