"""Wrong counts of parameters and operations, against counts made by hand."""

import pytest

from backpropcli.mistakes.counting import counts
from backpropcli.mistakes.nets import NETS
from backpropcli.problem.load import problem_from_text
from backpropcli.solution import solve

DIGITS, MANY = NETS["digits"], NETS["many"]
LENET = (
    "inputs: {x: {shape: [1, 32, 32]}}\nnetwork:\n  - conv2d(6, 5)\n  - avgpool2d(2)\n"
    "  - conv2d(16, 5)\n  - avgpool2d(2)\n  - flatten\n  - dense(120)\n  - dense(84)\n"
    "  - dense(10)\n"
)
KERNELS = "for each kernel in place of all that the kernel sees"
LISTED = "weights:\n  W: {shape: [256, 10]}\n  b: {shape: [10]}\nfind: [parameters]\n"


@pytest.mark.parametrize(
    ("text", "quantity", "number", "how"),
    [
        (DIGITS, "parameters", 784 * 512 + 512 * 512 + 512 * 10, "leaves out the biases"),
        (DIGITS, "parameters", 669_706 - 262_144, "leaves out W2"),
        (DIGITS, "parameters", 669_706 - 10, "leaves out the bias b3"),
        (DIGITS, "parameters", 668_672 + 3, "counts one bias for a whole layer"),
        (DIGITS, "parameters(z1)", 784 * 512, "leaves out the biases"),
        (DIGITS, "parameters(W1)", 512 * 512, "has 512 inputs for W1 in place of 784"),
        (DIGITS, "operations", 668_672, "counts the multiplications alone"),
        (DIGITS, "macs", 669_706, "counts the parameters"),
        (MANY, "parameters", 81 * 1024 + 1025 * 512 + 513, "has 80 inputs for W1 in place of 30"),
        (MANY, "operations(z1)", 2 * 30 * 1024, "is for one example, and there are 80"),
        (LENET, "parameters", 61_706 - 6 - 16 - 120 - 84 - 10, "leaves out the biases"),
        (LENET, "parameters(z2)", 16 * 25 + 16, f"has one channel {KERNELS}"),
        (LISTED, "parameters", 2560, "leaves out the biases"),
    ],
)
def test_wrong_counts(text, quantity, number, how):
    found = {
        how: number for number, how, _ in counts(solve(problem_from_text(text)).program, quantity)
    }
    assert found[how] == number


@pytest.mark.parametrize("quantity", ["parameters", "operations", "macs", "parameters(z2)"])
def test_no_wrong_count_is_the_right_one(quantity):
    program = solve(problem_from_text(DIGITS)).program
    right = program.counts.of(quantity)
    found = [number for number, _, _ in counts(program, quantity)]
    assert right not in found
    assert len(found) == len(set(found))


def test_what_is_no_count_has_no_wrong_counts():
    program = solve(problem_from_text(NETS["A"])).program
    assert list(counts(program, "dL/dw2")) == []
