"""The rulings about what a report says, 30 to 34; numbers as in ``test_rulings.py``."""

import pytest
from checking_support import answer, names, report, statuses, told

FLIPPED = "dL/dw2: [0, 2.914]\ndL/dz: [0, -1.128]"
# x -> sigmoid -> sigmoid -> a number; each slope is a(1 - a)
DEEP = """\
inputs: {x: 1.5, y: 1}
weights: {u: 0.4, v: -0.7, w: 1.2}
network:
  z1: u*x
  a1: sigmoid(z1)
  z2: v*a1
  a2: sigmoid(z2)
  yhat: w*a2
loss: (yhat - y)**2 / 2
"""
# rounded to two decimals on each line: a = 0.82, yhat = -0.49, dL/da = 0.29, dL/dz = 0.04,
# dL/dw = 20*0.04 = 0.80; exact is 0.8578, six units of the last place away
LONG_WAY = """\
inputs: {x: 20, y: 0}
weights: {w: 0.05, b: 0.55, v: -0.6}
network:
  z: w*x + b
  a: sigmoid(z)
  yhat: v*a
loss: (yhat - y)**2 / 2
"""


def test_30_reversed_goes_before_a_carried_sign():
    assert told(report("A", f"dL/dyhat: 1.88\n{FLIPPED}")) == [("residual-reversed", "dL/dyhat")]
    found = report("A", FLIPPED)
    assert told(found) == [("residual-reversed", "dL/dyhat")]
    assert set(found.mistakes[0].explains) == {"dL/dw2", "dL/dz"}


def test_30_a_named_rule_goes_before_a_missing_term():
    (root,) = report("A", "dL/dW1: [[-0.564, -1.128], [1.128, 2.256]]").mistakes
    assert root.name == "missing-relu-mask"
    assert "missing-term-in-chain" in [other.name for other in root.alternatives]


def test_30_a_missing_term_goes_before_slips():
    """(2x + 3y)^2 at (1, 2): 16 is 48 without the inner derivative 3."""
    assert names(report("chain", "dL/du: 16\ndL/dy: 16"))[0] == "missing-term-in-chain"


def test_30_alternatives_predict_the_same_numbers():
    """Net B has two examples: half of everything is a missing 2, or another 1/2."""
    (root,) = report("B", "dL/dw: [2.45, -2.45]\ndL/db: 0.35").mistakes
    known = {root.name, *(other.name for other in root.alternatives)}
    assert {"missing-factor-two", "extra-batch-mean"} <= known


def test_30_joint_mistakes_are_listed_in_the_order_of_the_computation():
    """No bias in z: (-1.5, 1.75); and from there the loss without its half: L = 2*right."""
    lines = "z: [-1.5, 1.75]\nh: [0, 1.75]\nyhat: -1.00\nL: 4.00"  # -0.6*1.75 + 0.05, 2^2
    found = report("A", lines)
    assert told(found) == [("bias-dropped", "z"), ("loss-half-missing", "L")]
    assert statuses(found) == {"z": "wrong", "h": "carried", "yhat": "carried", "L": "wrong"}
    assert found.first_wrong_step == "z"


def test_30_a_line_without_a_name_has_a_note():
    found = report("A", "h: [0, 1.55]\nyhat: -0.88\ndL/dyhat: -1.88\ndL/dw2: [0, -2.345]")
    assert not found.mistakes
    assert answer(found, "dL/dw2").status == "wrong"
    assert "no known mistake" in answer(found, "dL/dw2").notes[0]


def test_30_arithmetic_is_blamed_only_where_it_is_seen():
    assert "arithmetic-slip" not in names(report("A", "yhat: -0.98\nL: 1.9602"))
    assert names(report("A", "yhat: 0.3*0 - 0.6*1.55 + 0.05 = -0.98")) == ["arithmetic-slip"]


@pytest.mark.parametrize(
    ("which", "lines", "expected"),
    [
        # forward: the value whose equation was edited
        ("A", "h: [-1.40, 1.55]\nyhat: -1.30", ("activation-skipped", "h")),
        ("A", "z: [-1.50, 1.75]\nh: [0, 1.75]", ("bias-dropped", "z")),
        # backward: the gradient, handed in or not
        ("A", "dL/dz: [-0.564, 1.128]", ("missing-relu-mask", "dL/dz")),
        ("A", "dL/dW1: [[-0.564, -1.128], [1.128, 2.256]]", ("missing-relu-mask", "dL/dz")),
        # the loss, for all of the sheet
        ("A", "L: 3.5344\ndL/dyhat: -3.76\ndL/dw2: [0, -5.828]", ("different-loss", "L")),
    ],
)
def test_31_at_is_the_quantity_whose_equation_is_edited(which, lines, expected):
    assert told(report(which, lines)) == [expected]


def test_31_what_is_made_throughout_is_one_mistake():
    """a1 = sigmoid(0.6) = 0.64566, a2 = sigmoid(-0.45196) = 0.38889, yhat = 0.46667; without
    slopes dL/dz2 = 1.2*(0.46667 - 1) = -0.63999, dL/dv = -0.41322, dL/dz1 = 0.44800,
    dL/du = 0.67199."""
    found = report(DEEP, "dL/dv: -0.4132\ndL/du: 0.6720")
    assert told(found) == [("missing-activation-derivative", "dL/dz2")]
    assert found.mistakes[0].scope == "everywhere"
    assert set(found.mistakes[0].explains) == {"dL/dv", "dL/du"}
    assert not report("S", "dL/ds: -0.5952\ndL/dw2: [-0.1177, -0.4910]").mistakes[0].scope


def test_32_examples_and_steps_count_from_one():
    """In the second of the samples -0.9 became 0.9; none is named where there are no examples."""
    tail = "examples:\n  - {z: 0.6}\n  - {z: 0.9, a: 0.7109}\n"
    (root,) = report("samples", "{}", tail=tail).mistakes
    assert (root.name, root.example, root.step) == ("sign-slip", 2, None)
    (root,) = report("A", "dL/dz: [-0.564, 1.128]").mistakes
    assert (root.example, root.step) == (None, None)


def test_32_a_mistake_in_all_examples_belongs_to_none():
    """Net of three samples: the losses without their half are twice 0.1187 together."""
    tail = "examples:\n  - {L: 0.1256}\n  - {L: 0.0836}\n  - {L: 0.0282}\n"
    found = report("samples", "{}", tail=tail)
    (root,) = found.mistakes
    assert (root.name, root.scope, root.example) == ("loss-half-missing", "everywhere", None)
    assert [a.status for a in found.answers if a.quantity == "L" and a.example] == ["wrong"] * 3


def test_32_steps_are_named():
    """w = 2 with half of it taken away each time: 2, 1; then up again to 1.5."""
    net = """\
inputs: {x: 1, y: 0}
weights: {w: 2}
network:
  yhat: w*x
loss: (yhat - y)**2 / 2
update: {rule: sgd, lr: 0.5, steps: 2}
"""
    tail = "steps:\n  - {dL/dw: 2.00, w_new: 1.00}\n  - {dL/dw: 1.00, w_new: 1.50}\n"
    (root,) = report(net, "L: 2", tail=tail).mistakes
    assert (root.name, root.at, root.step) == ("update-ascent", "w_new", 2)


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ("yhat: 0.88\nL: 1.7672\ndL/dyhat: -1.88", "yhat"),
        ("dL/dh: [-0.564, -1.128]\ndL/dz: [0, 1.128]", "dL/dh"),
        ("h: [0, 1.55]\nyhat: -8.8\nL: 1.7672\ndL/dyhat: -1.88", "yhat"),
    ],
)
def test_33_a_slip_that_is_not_carried_on(lines, wrong):
    found = report("A", lines)
    assert {q for q, s in statuses(found).items() if s != "correct"} == {wrong}
    (root,) = found.mistakes
    assert root.carried_on is False
    assert root.explains == (wrong,)


def test_33_a_slip_that_is_carried_on():
    """0.12^2/2 = 0.0072 from +0.88."""
    found = report("A", "yhat: 0.88\nL: 0.0072\ndL/dyhat: -0.12")
    assert statuses(found) == {"yhat": "wrong", "L": "carried", "dL/dyhat": "carried"}
    assert found.mistakes[0].carried_on


def test_34_lines_that_were_not_handed_in_are_rounded_too():
    found = report(LONG_WAY, "dL/dv: -0.40\ndL/db: 0.04\ndL/dw: 0.80")
    assert set(statuses(found).values()) <= {"correct", "rounded"}
    assert statuses(found)["dL/dw"] == "rounded"
    assert found.score == 3


@pytest.mark.parametrize("value", ["-0.80", "1.70", "0.43", "0.08"])
def test_34_rounding_excuses_no_mistake(value):
    found = report(LONG_WAY, f"dL/dv: -0.40\ndL/db: 0.04\ndL/dw: {value}")
    assert statuses(found)["dL/dw"] == "wrong"


def test_nothing_is_followed_from_zeros_that_are_none():
    """Credit for zeros that follow from a zero would make any sheet right."""
    lines = "dL/dyhat: 0\ndL/db2: 0\ndL/dw2: [0, 0]\ndL/dW1: [[0, 0], [0, 0]]"
    found = report("A", lines)
    assert set(statuses(found).values()) == {"wrong"}
    assert found.score == 0
    notes = answer(found, "dL/db2").notes
    assert any("could not be followed" in note for note in notes)


def test_what_goes_on_from_another_shape_could_not_be_followed():
    lines = "dL/dz: [0, 1.3, 0]\ndL/db1: [0, 1.300]\ndL/dW1: [[0, 0], [1.128, 2.256]]"
    found = report("A", lines)
    assert statuses(found) == {"dL/dz": "wrong", "dL/db1": "wrong", "dL/dW1": "correct"}
    assert any("could not be followed" in note for note in answer(found, "dL/db1").notes)
    assert not found.mistakes


def test_the_nets_have_the_numbers_of_the_catalogue():
    """The tests above rest on them."""
    right = """\
z: [-1.4, 1.55]
h: [0, 1.55]
yhat: -0.88
L: 1.7672
dL/dyhat: -1.88
dL/dw2: [0, -2.914]
dL/dh: [-0.564, 1.128]
dL/dz: [0, 1.128]
dL/dW1: [[0, 0], [1.128, 2.256]]
"""
    assert set(statuses(report("A", right)).values()) == {"correct"}
