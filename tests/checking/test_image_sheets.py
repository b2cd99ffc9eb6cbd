"""Sheets on convolution and pooling: equal cells, another kernel, and what is not accused."""

import pytest
from checking_support import report

TIED = """
inputs:
  x: [[2, 2, 1, 0], [1, 2, 3, 3]]
network:
  m: maxpool2d(x, 2)
upstream: {m: [[6, 4]]}
find: [m, dL/dx]
"""


@pytest.mark.parametrize(
    "chosen",
    [
        "[[6, 0, 0, 0], [0, 0, 4, 0]]",  # the first of equal cells, as the sheet says
        "[[0, 0, 0, 0], [0, 6, 0, 4]]",  # the last
        "[[0, 6, 0, 0], [0, 0, 0, 4]]",  # another one
        "[[2, 2, 0, 0], [0, 2, 2, 2]]",  # all of them, in shares
    ],
)
def test_the_legal_gradients_of_equal_cells_are_right(chosen):
    found = report(TIED, f"m: [[2, 3]]\ndL/dx: {chosen}")
    assert {answer.status for answer in found.answers} == {"correct"}
    assert not found.mistakes


def test_a_cell_that_is_not_the_largest_is_wrong():
    found = report(TIED, "m: [[2, 3]]\ndL/dx: [[0, 0, 0, 0], [6, 0, 4, 0]]")
    assert [answer.status for answer in found.answers] == ["correct", "wrong"]


def test_a_sheet_that_turns_the_kernel_throughout_made_one_mistake():
    # The kernel (3, -1, 2) in all lines: z = (0, 3); dL/dz is given. dL/dk of the turned kernel is
    # turned back, (2, 2, -3), and dL/dx = 1*(3, -1, 2, 0) - 2*(0, 3, -1, 2).
    found = report("slide", "z: [0, 3]\ndL/dk: [2, 2, -3]\ndL/db: -1\ndL/dx: [3, -7, 4, -4]")
    assert [(root.name, root.at) for root in found.mistakes] == [("conv-kernel-flip", "z")]
    assert set(found.mistakes[0].explains) >= {"z", "dL/dk", "dL/dx"}


def test_an_undivided_average_is_no_convention_where_there_are_no_weights():
    lines = (
        "a: [[2.75, 2.5], [3.25, 3.5]]\n"
        "dL/dx: [[4, 4, -1, -1], [4, 4, -1, -1], [2, 2, 3, 3], [2, 2, 3, 3]]"
    )
    found = report("average", lines)
    assert [root.name for root in found.mistakes] == ["avgpool-undivided"]
    assert not found.notes
