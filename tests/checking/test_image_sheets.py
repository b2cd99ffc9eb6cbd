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


def test_a_turned_kernel_may_be_carried_to_the_input_alone():
    # dL/dk as it is asked, (1 - 4, 2 - 0, 0 + 2); dL/dx with the turned kernel, as above
    found = report("slide", "z: [0, 3]\ndL/dk: [-3, 2, 2]\ndL/db: -1\ndL/dx: [3, -7, 4, -4]")
    assert [(root.name, root.at) for root in found.mistakes] == [("conv-kernel-flip", "z")]


def test_a_dropped_unit_that_gets_a_gradient_is_not_a_mask_read_wrongly():
    net = (
        "inputs: {x: [1, 2, 4], m: [1, 0, 1]}\nweights: {w: [1, -1, 2]}\n"
        "network: {h: 3*x, d: 'dropout(h, m, 0.5)', y: w @ d}\nloss: y\nfind: [d, dL/dd, dL/dh]\n"
    )
    found = report(net, "d: [6, 0, 24]\ndL/dd: [1, -1, 2]\ndL/dh: [2, -2, 4]")
    assert [(root.name, root.at) for root in found.mistakes] == [("dropout-mask-or-scale", "dL/dh")]
    assert "wrong-parameter" not in [other.name for other in found.mistakes[0].alternatives]


SCORES = """
inputs: {K: [[1, 2], [3, -1]]}
weights: {Q: [[2, 1], [0, 3]]}
network: {S: Q @ K.T}
upstream: {S: [[1, 4], [-2, 5]]}
find: [S, dL/dQ, dL/dK]
"""


def test_the_gradient_of_the_keys_needs_the_turned_gradient_of_the_scores():
    # dL/dK = G.T @ Q = [[2, -5], [8, 19]]; without turning G @ Q = [[2, 13], [-4, 13]]
    lines = "S: [[4, 5], [6, -3]]\ndL/dQ: [[13, -2], [13, -9]]\n"
    assert not report(SCORES, lines + "dL/dK: [[2, -5], [8, 19]]").mistakes
    found = report(SCORES, lines + "dL/dK: [[2, 13], [-4, 13]]")
    assert [(root.name, root.at) for root in found.mistakes] == [("weight-not-transposed", "dL/dK")]
