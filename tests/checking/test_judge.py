"""Each number against the key, and against what follows from the student's own numbers."""

import numpy as np
import pytest
from checking_support import judged, problem, report, statuses

from backpropcli.checking.graph import Graph
from backpropcli.solution import solve

# a = sigmoid(0.6) = 0.6457; one more product, so that rounding has something to grow in
ONE = """\
inputs: {x: 20, y: 0}
weights: {w: 0.05, b: 0.55, v: -0.6}
network:
  z: w*x + b
  a: sigmoid(z)
  yhat: v*a
loss: (yhat - y)**2 / 2
"""


def verdict(judge, quantity):
    (which,) = [i for i, e in enumerate(judge.sheet.entries) if e.claim.quantity == quantity]
    return judge.verdicts[which]


def mismatched(judge):
    entries = judge.sheet.entries
    return {entries[i].claim.quantity for i, v in judge.verdicts.items() if np.any(v.mismatch)}


def test_right_numbers_follow_and_are_right():
    judge = judged("A", "z: [-1.4, 1.55]\nh: [0, 1.55]\nyhat: -0.88\nL: 1.7672")
    assert not judge.is_off()
    assert all(np.all(v.right) and np.all(v.follows) for v in judge.verdicts.values())
    assert not any(v.tainted for v in judge.verdicts.values())


def test_later_numbers_are_predicted_from_the_students_own():
    """From yhat = -0.80: L = 1.8^2/2 = 1.62, dL/dyhat = -1.8, dL/dw2 = -1.8*(0, 1.55)."""
    judge = judged("A", "yhat: -0.80\nL: 1.62\ndL/dyhat: -1.80\ndL/dw2: [0, -2.79]")
    assert mismatched(judge) == {"yhat"}
    assert verdict(judge, "L").predicted == pytest.approx(1.62)
    assert verdict(judge, "dL/dw2").predicted == pytest.approx([0, -2.79])
    assert verdict(judge, "L").tainted
    assert np.all(verdict(judge, "L").follows)
    assert not np.any(verdict(judge, "L").right)
    assert not verdict(judge, "yhat").tainted


def test_only_the_wrong_entries_of_a_list_are_off():
    """h = (0, 1.55); the unit that was not switched off is the first."""
    judge = judged("A", "z: [-1.4, 1.55]\nh: [-1.40, 1.55]")
    assert verdict(judge, "h").mismatch.tolist() == [True, False]


def test_entries_that_were_handed_in_replace_those_of_the_whole():
    """z2 = 1 in place of 1.55 gives yhat = -0.6*1 + 0.05 = -0.55."""
    judge = judged("A", '"z[2]": 1.00\nyhat: -0.55')
    assert mismatched(judge) == {"z[2]"}
    assert judge.state.values[judge.graph.find("z")] == pytest.approx([-1.4, 1.0])


def test_a_slip_that_is_not_carried_on_leaves_later_numbers_right():
    judge = judged("A", "yhat: 0.88\nL: 1.7672\ndL/dyhat: -1.88")
    assert mismatched(judge) == {"yhat"}
    assert not verdict(judge, "yhat").carried_on
    assert np.all(verdict(judge, "L").follows)
    assert judge.state.values[judge.graph.find("yhat")] == pytest.approx(-0.88)


def test_a_slip_is_carried_on_where_nothing_speaks_against_it():
    judge = judged("A", "yhat: 0.88\nL: 0.0072\ndL/dyhat: -0.12")  # 0.12^2/2
    assert verdict(judge, "yhat").carried_on
    assert mismatched(judge) == {"yhat"}


def test_zeros_where_there_are_none_are_not_followed():
    """From dL/dyhat = 0 all gradients would be 0, and consistent."""
    judge = judged("A", "dL/dyhat: 0\ndL/db2: 0\ndL/dw2: [0, 0]")
    assert verdict(judge, "dL/dyhat").lost
    assert not np.any(verdict(judge, "dL/db2").follows)
    assert judge.state.values[judge.graph.find("dL/dyhat")] == pytest.approx(-1.88)


def test_a_right_zero_is_followed():
    judge = judged("A", "h: [0, 1.55]\ndL/dz: [0, 1.128]")
    assert not any(v.lost for v in judge.verdicts.values())


def test_rounding_grows_on_the_way_to_the_last_lines():
    """With two decimals on each line of net ONE: a = 0.82, yhat = -0.49, dL/da = 0.29,
    dL/dz = 0.29*0.82*0.18 = 0.04, dL/dw = 20*0.04 = 0.80; exact is 0.8578."""
    judge = judged(ONE, "dL/dv: -0.40\ndL/db: 0.04\ndL/dw: 0.80")
    assert not judge.is_off()
    assert not np.any(verdict(judge, "dL/dw").right)
    assert np.all(verdict(judge, "dL/dw").near)


def test_rounding_excuses_neither_a_sign_nor_a_factor():
    for value in ("-0.80", "1.70", "0.43", "0.08"):
        assert mismatched(judged(ONE, f"dL/dv: -0.40\ndL/db: 0.04\ndL/dw: {value}")) == {"dL/dw"}


def test_one_step_between_submitted_values_is_judged_strictly():
    """yhat = -0.6*0.82 = -0.492; 1.5 units more are -0.51, not -0.52."""
    assert not judged(ONE, "a: 0.82\nyhat: -0.49").is_off()
    assert not judged(ONE, "a: 0.82\nyhat: -0.50").is_off()
    assert judged(ONE, "a: 0.82\nyhat: -0.52").is_off()


def test_the_interval_reaches_to_the_key_but_not_as_far_beyond():
    """10*(h - 0.54) is -0.4 from h = 0.5, and 0.098 from the unrounded one: -0.9 is neither."""
    text = "inputs: {x: 0.2}\nweights: {w: 10}\nnetwork:\n  h: sigmoid(x)\n  yhat: w*(h - 0.54)\n"
    problem_text = text + "find: [h, yhat]\n"
    for value, off in (("-0.40", False), ("0.10", False), ("-0.15", False), ("-0.85", True)):
        assert judged(problem_text, f"h: 0.5\nyhat: {value}").is_off() is off


def test_digits_may_be_cut_throughout():
    """a = 0.8249 cut is 0.82; 0.82*0.18 = 0.1476; the sheet cuts everything to three digits."""
    lines = "a: 0.824\nyhat: -0.494\ndL/da: 0.296"  # of 0.82491, -0.49494, 0.29696
    judge = judged(ONE, lines)
    assert judge.cuts
    assert not judge.is_off()


def test_nothing_is_cut_where_all_is_rounded():
    assert not judged(ONE, "a: 0.825\nyhat: -0.495\ndL/da: 0.297").cuts


def test_another_shape_is_off_without_being_judged():
    judge = judged("A", "dL/db1: 1.128")
    assert judge.is_off()
    assert not judge.verdicts


def test_the_key_is_the_solution():
    solution = solve(problem("A"))
    graph = Graph(solution)
    judge = judged("A", "yhat: -0.88")
    for node in graph.nodes:
        if node.kind != "count":
            known = judge.state.values[judge.graph.find(node.name)]
            assert np.allclose(known, np.asarray(solution[node.name], float))


LAYERS = """\
inputs: {x: {shape: [3]}}
network:
  - dense(4, relu)
  - dense(2)
"""


def test_a_total_of_counts_follows_from_own_parts():
    """3*4 + 4 = 16 and 4*2 + 2 = 10; without the biases of the second layer 8, and 24 in all."""
    lines = "parameters(z1): 16\nparameters(z2): 8\nparameters: 24"
    assert statuses(report(LAYERS, lines)) == {
        "parameters(z1)": "correct",
        "parameters(z2)": "wrong",
        "parameters": "carried",
    }
    own = statuses(report(LAYERS, "parameters(W1): 12\nparameters(b1): 3\nparameters(z1): 15"))
    assert own["parameters(z1)"] == "carried"
    right = statuses(report(LAYERS, "parameters(z2): 8\nparameters: 26"))
    assert right["parameters"] == "correct"
    assert statuses(report(LAYERS, "parameters: 24"))["parameters"] == "wrong"


CUT = """\
inputs: {x: 0.7}
weights: {w: 0.1968, v: 0.6256, s: 0.777}
network:
  q: s*x
  z: w*x
  r: z + 1
  yhat: v*z
loss: yhat**2
"""


def test_an_unwritten_right_number_was_used_as_it_is_rounded_on_paper():
    """z = 0.13776, cut 0.137: 0.137*0.6256 = 0.0857, though v*z = 0.0862; q = 0.5439, r = 1.1377.

    The sign of z is lost where it is written down, and nowhere else.
    """
    lines = "q: 0.543\nz: -0.137\nr: 1.137\nyhat: 0.0857"
    found = statuses(report(CUT, lines))
    assert found == {"q": "correct", "z": "wrong", "r": "correct", "yhat": "rounded"}
    assert statuses(report(CUT, lines.replace("0.0857", "0.0837")))["yhat"] == "wrong"


WHOLE = """\
inputs: {x: [1, 2], y: 3}
weights: {W1: [[2, -1], [-1, 0], [1, 1]], b1: [1, -1, 0], w2: [1, 2, -1], b2: 1}
network:
  z: W1 @ x + b1
  h: relu(z)
  yhat: w2 @ h + b2
loss: (yhat - y)**2 / 2
"""
RIGHT = {
    "z": "[1, -2, 3]", "h": "[1, 0, 3]", "yhat": "-1", "L": "8", "dL/dyhat": "-4",
    "dL/dw2": "[-4, 0, -12]", "dL/dz": "[-4, 0, 4]", "dL/dW1": "[[-4, -8], [0, 0], [4, 8]]",
}  # fmt: skip


@pytest.mark.parametrize(
    ("slips", "wrong"),
    [
        ({"z": "[0, -2, 3]", "yhat": "-2"}, {"dL/dW1": "[[-4, -9], [0, 0], [4, 8]]"}),
        ({"L": "-8", "dL/dyhat": "-5"}, {"dL/dW1": "[[-4, -8], [0, 0], [4, 7]]"}),
        ({"h": "[1, 0, -3]", "dL/dyhat": "6"}, {"L": "9"}),
        ({"z": "[1, 2, 2]"}, {"yhat": "0"}),
    ],
)
def test_a_whole_number_beside_the_key_is_wrong_whatever_else_is(slips, wrong):
    """All of the problem is whole: what is right without following from a slip is not rounded."""
    lines = {**RIGHT, **slips, **wrong}.items()
    found = statuses(report(WHOLE, "\n".join(f"{name}: {value}" for name, value in lines)))
    assert {name for name, status in found.items() if status == "wrong"} == {*slips, *wrong}
