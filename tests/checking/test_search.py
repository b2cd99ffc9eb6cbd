"""The shortest account of what is off."""

import pytest
from checking_support import THREE, answer, names, problem, report, statuses, told

from backpropcli.checking.check import check_text

MASK = "dL/dW1: [[-0.564, -1.128], [1.128, 2.256]]\ndL/db1: [-0.564, 1.128]"


def checked(which, lines, **options):
    text = "answers:\n" + "".join(f"  {line}\n" for line in lines.split("\n"))
    leave_out = options.pop("leave_out", ())
    return check_text(problem(which), text, leave_out=leave_out, options=options)[0]


@pytest.mark.parametrize(
    ("which", "lines", "expected"),
    [
        # one line of each net; the numbers are those of mistakes.md
        ("A", "dL/dyhat: -3.76\ndL/dw2: [0, -5.828]", ("square-factor-kept", "dL/dyhat")),
        ("S", "dL/ds: -0.5952", ("missing-activation-derivative", "dL/ds")),
        ("B", "dL/dyhat: [-2.8, 4.2]\ndL/dw: [9.8, -9.8]", ("missing-batch-mean", "dL/dyhat")),
        ("A", "dL/dh: [-0.564, 1.128]\ndL/dz: [-0.564, 0]", ("mask-inverted", "dL/dz")),
        ("A", "dL/dh: [-0.564, 1.128]\ndL/dz: [0.564, 1.128]", ("sign-for-step", "dL/dz")),
        ("square", "dL/dh: [-3.5, 3.5]", ("weight-not-transposed", "dL/dh")),
        ("step", "w2_new: [0.3, -0.8914]\ndL/dw2: [0, -2.914]", ("update-ascent", "w2_new")),
        ("step", "w2_new: [0.3, 2.314]\ndL/dw2: [0, -2.914]", ("learning-rate-omitted", "w2_new")),
        ("A", "h: [0, 1.55]\ndL/dw2: [2.632, -2.914]", ("preactivation-used", "dL/dw2")),
        ("A", "dL/dz: [0, 1.128]\ndL/db1: [-0.564, 1.128]", ("wrong-upstream", "dL/db1")),
        ("softmax", "dL/dz: [0.6652, 0.2447, 0.09003]",
         ("softmax-target-not-subtracted", "dL/dz")),
        ("penalty", "dL/dw2: [0, -2.914]", ("reg-gradient-missing", "dL/dw2")),
        ("B", "L: 6.370\ndL/dw: [4.9, -4.9]", ("loss-mean-vs-sum", "L")),
    ],
)  # fmt: skip
def test_one_mistake_is_found(which, lines, expected):
    assert told(report(which, lines))[:1] == [expected]


def test_two_mistakes_in_different_lines_are_found():
    """h without its mask makes yhat = -0.42 - 0.93 + 0.05 = -1.3; then 2*(-1.3 - 1) = -4.6."""
    lines = "z: [-1.40, 1.55]\nh: [-1.40, 1.55]\nyhat: -1.30\ndL/dyhat: -4.60\ndL/db2: -4.60"
    found = report("A", lines)
    assert told(found) == [("activation-skipped", "h"), ("square-factor-kept", "dL/dyhat")]
    assert statuses(found)["yhat"] == "carried"
    assert statuses(found)["dL/db2"] == "carried"


def test_two_mistakes_between_submitted_values_are_found():
    """2*(-0.88 - 1) = -3.76, and no mask: dL/dz = -3.76*(0.3, -0.6) = (-1.128, 2.256)."""
    lines = "yhat: -0.880\ndL/dW1: [[-1.128, -2.256], [2.256, 4.512]]\ndL/db1: [-1.128, 2.256]"
    found = report("A", lines)
    assert sorted(names(found)) == ["missing-relu-mask", "square-factor-kept"]
    assert all(set(r.explains) == {"dL/dW1", "dL/db1"} for r in found.mistakes)


def test_a_rule_and_a_slip_beside_it_are_found():
    lines = f"{MASK}\nh: [0, 1.55]\nyhat: 0.88\ndL/dyhat: -1.88\nL: 1.7672"
    assert told(report("A", lines)) == [("sign-slip", "yhat"), ("missing-relu-mask", "dL/dz")]


def test_exchanged_answers_are_one_slip():
    """dW3[1] = 3.5*9 = 31.5 and dW3[2] = 3.5*6 = 21 of the three-layer net."""
    found = report(THREE, '"dL/dW3[1]": 21.0\n"dL/dW3[2]": 31.5')
    assert names(found) == ["swapped-answers"]
    assert set(found.mistakes[0].explains) == {"dL/dW3[1]", "dL/dW3[2]"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("dL/dw2: [0, 2.914]", "sign-slip"),
        ("dL/dw2: [0, -29.14]", "decimal-slip"),
        ("dL/dw2: [0, -2.974]", "digit-slip"),
        ("dL/dw2: [-2.914, 0]", "swapped-entries"),
    ],
)
def test_slips_of_the_pen_are_found(line, expected):
    right = "h: [0, 1.55]\nyhat: -0.880\ndL/dyhat: -1.880\n"
    assert names(report("A", right + line)) == [expected]


@pytest.mark.parametrize(
    ("which", "line", "expected", "how"),
    [
        ("digits", "parameters: 668672", "parameter-count-slip", "biases"),
        ("digits", "parameters(z1): 401408", "parameter-count-slip", "biases"),
        ("many", "parameters: 608257", "parameter-count-slip", "80 inputs"),
        ("many", "parameters: 357057", "digit-slip", "digits"),
        ("digits", "parameters: 669707", "digit-slip", "digits"),
    ],
)
def test_wrong_counts_are_explained(which, line, expected, how):
    """784-512-512-10 has 669,706 parameters, 30-1024-512-1 has 557,057."""
    (root,) = report(which, line).mistakes
    assert root.name == expected
    assert how in root.message
    assert not root.possible


def test_a_count_that_is_wrong_in_no_known_way_has_no_name():
    found = report("digits", "parameters: 123")
    assert statuses(found) == {"parameters": "wrong"}
    assert not found.mistakes


def test_random_numbers_have_no_name():
    lines = "z: [-1.40, 1.55]\nh: [0, 1.55]\nyhat: -0.880\ndL/dyhat: -1.880\ndL/dw2: [0, -2.345]"
    assert not report("A", lines).mistakes


def test_a_mistake_that_explains_no_number_is_not_named():
    """dout/dx = 6 y / 4 = 4.5; half of it would be nearer to 1.375, but it is not 1.375."""
    mean = """\
inputs: {x: [[1, 1], [1, 1]]}
network:
  y: x + 2
  z: 3 * y**2
loss: {out: mean(z)}
"""
    found = report(mean, "dout/dz: [[0.25, 0.25], [0.25, 0.25]]\n"
                   "dout/dx: [[1.375, 1.375], [1.375, 1.375]]")  # fmt: skip
    assert statuses(found)["dout/dx"] == "wrong"
    assert names(found) == []


def test_a_diagonal_in_place_of_a_softmax_jacobian_before_an_upstream_gradient():
    """p = (1, 2, 3)/6; p(1 - p) = (5, 8, 9)/36, times (1, 0, 2)."""
    softmax = """\
inputs: {z: [0, ln(2), ln(3)]}
network: {p: softmax(z)}
upstream: {p: [1, 0, 2]}
"""
    found = report(softmax, "p: [0.1667, 0.3333, 0.5]\ndL/dz: [0.1389, 0, 0.5]")
    assert told(found) == [("softmax-diagonal-only", "dL/dz")]


def test_several_updated_weights_in_one_gradient():
    """h = 1 goes to u = 1 and v = -1/2, the residuals are 1/2 and 1, dL/dh = 1*0.5 - 0.5*1 = 0.

    The new weights are 1 - 0.2*0.5 = 0.9 and -0.5 - 0.2*1 = -0.7: 0.9*0.5 - 0.7*1 = -0.25.
    """
    shared = """\
inputs: {x: 0.5}
weights: {w: 2, a: 1, b: -0.5}
network: {h: w*x, u: a*h, v: b*h}
loss: ((u - 0.5)**2 + (v + 1.5)**2) / 2
update: {rule: sgd, lr: 0.2}
"""
    lines = "a_new: 0.9\nb_new: -0.7\ndL/du: 0.5\ndL/dv: 1\ndL/dh: -0.25"
    found = report(shared, lines)
    assert told(found) == [("updated-weights-used", "dL/dh")]
    assert "a and b" in found.mistakes[0].message


def test_a_mistake_may_be_left_out():
    assert names(report("A", MASK)) == ["missing-relu-mask"]
    found = checked("A", MASK, leave_out=("missing-relu-mask",))
    assert "missing-relu-mask" not in names(found)
    assert statuses(found) == {"dL/dW1": "wrong", "dL/db1": "wrong"}


def test_a_count_mistake_may_be_left_out():
    found = checked("digits", "parameters: 668672", leave_out=("parameter-count-slip",))
    assert "parameter-count-slip" not in names(found)


def test_the_search_stops_when_time_is_up_and_statuses_stay():
    found = checked("A", MASK, seconds=-1.0)
    assert found.cut
    assert statuses(found) == {"dL/dW1": "wrong", "dL/db1": "wrong"}


def test_a_higher_threshold_makes_names_merely_possible():
    assert not checked("A", MASK).mistakes[0].possible
    assert checked("A", MASK, threshold=1000.0).mistakes[0].possible


def test_without_own_numbers_everything_later_is_wrong():
    lines = "yhat: -0.80\nL: 1.62\ndL/dyhat: -1.80\ndL/db2: -1.80"
    assert set(statuses(report("A", lines)).values()) == {"wrong", "carried"}
    assert set(statuses(checked("A", lines, clamp=False)).values()) == {"wrong"}


def test_a_right_sheet_is_not_searched():
    found = checked("A", "yhat: -0.88\nL: 1.7672", seconds=-1.0)
    assert not found.cut
    assert not found.mistakes


@pytest.mark.parametrize("net", ["A", "S", "T", "B", "step", "softmax", "samples"])
def test_right_answers_are_right_however_they_are_rounded(net):
    """The values of the solution, handed in with 2 to 6 decimals."""
    from backpropcli.solution import solve

    solution = solve(problem(net))
    for decimals in (2, 3, 4, 6):
        lines = []
        for asked in problem(net).find:
            try:
                value = solution[asked.text]
            except KeyError:
                continue
            lines.append(f'"{asked.text}": {written(value, decimals)}')
        found = report(net, "\n".join(lines))
        assert set(statuses(found).values()) <= {"correct", "rounded"}
        assert not found.mistakes


def written(value, decimals):
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, list):
        return "[" + ", ".join(written(one, decimals) for one in value) + "]"
    return f"{float(value):.{decimals}f}"


def test_first_wrong_step_is_the_first_of_the_computation():
    found = report("A", "dL/dz: [-0.564, 1.128]\nh: [-1.40, 1.55]\nz: [-1.40, 1.55]")
    assert found.first_wrong_step == "h"
    assert answer(found, "z").status == "correct"


def test_two_mistakes_for_one_number_have_no_more_evidence_than_both_at_once():
    # w goes 0 -> -0.24 -> -0.4704 -> -0.691584; -1.772 is any number: nothing may be named firmly
    parabola = "weights: {w: 0}\nloss: (w - -6)**2\nupdate: {rule: sgd, lr: 0.02, steps: 3}\n"
    found = report(parabola, "L: 36\ndL/dw: 12\nw_new: -1.772")
    assert all(root.possible for root in found.mistakes)


def test_a_flip_that_nothing_goes_on_with_is_a_slip_of_the_pen():
    """dL/dz2 = 3.5*(-1, 1, -2); dL/dW2 and dL/dh1 are those of the right one."""
    lines = """\
z1: [-1, 2, 3]
h1: [0, 2, 3]
z2: [9, 6, -4]
yhat: 5
L: 6.125
dL/dz2: [3.5, -3.5, 7]
dL/dW2: [[0, -7, -10.5], [0, 7, 10.5], [0, -14, -21]]
dL/dh1: [-10.5, 7, 3.5]
"""
    (root,) = report(THREE, lines).mistakes
    assert (root.name, root.at) == ("sign-slip", "dL/dz2")
    carried = lines.replace("[0, -7, -10.5], [0, 7, 10.5], [0, -14, -21]",
                            "[0, 7, 10.5], [0, -7, -10.5], [0, 14, 21]")  # fmt: skip
    (root,) = report(THREE, carried.replace("[-10.5, 7, 3.5]", "[10.5, -7, -3.5]")).mistakes
    assert (root.name, root.at) == ("residual-reversed", "dL/dyhat")
