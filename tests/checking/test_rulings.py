"""Each ruling about checking, by its number in the list from which it was settled.

Numbers that are not worked out beside a test are those of the nets of the catalogue: net A has
z = (-1.4, 1.55), h = (0, 1.55), yhat = -0.88, L = 1.7672, dL/dyhat = -1.88,
dL/dw2 = (0, -2.914), dL/dh = (-0.564, 1.128), dL/dz = (0, 1.128) and
dL/dW1 = [[0, 0], [1.128, 2.256]].
"""

import pytest
from checking_support import THREE, answer, names, notices, report, status, statuses, told, whole

# w = 2, 1, 0.5: each step takes half of it away; the losses are w^2/2
STEPS = """\
inputs: {x: 1, y: 0}
weights: {w: 2}
network:
  yhat: w*x
loss: (yhat - y)**2 / 2
update: {rule: sgd, lr: 0.5, steps: 2}
"""
# a relu at exactly 0: z = h = (0, 2), yhat = 2, dL/dh = (2, 1), dL/dz = dL/dw = (0, 1)
AT_ZERO = """\
inputs: {x: 1, y: 1}
weights:
  w: [1, 0]
  v: [2, 1]
network:
  z: w*x - [1, -2]
  h: relu(z)
  yhat: v @ h
loss: (yhat - y)**2 / 2
"""
# 2*exp(0.5) + 1.24 = 4.5374
ROUND = "inputs: {x: 0.5}\nweights: {w: 2}\nnetwork:\n  yhat: w*exp(x) + 1.24\nfind: [yhat]\n"
EXACT = "inputs: {x: 0.15}\nweights: {w: 0.3}\nnetwork:\n  yhat: w*x\nfind: [yhat]\n"  # 0.045
TINY = "inputs: {x: 1e-9}\nweights: {w: 5}\nnetwork:\n  yhat: -w*x\nfind: [yhat]\n"
THIRD = "inputs: {x: 1}\nweights: {w: 1/3}\nnetwork:\n  yhat: w*x\nfind: [yhat]\n"


def test_12_before_and_after():
    lines = "yhat: 2\nL: 2\ndL/dw: 2\nw_new: 0.5\nw_change: -1.5\nL_new: 0.125\nL_steps: [2, 0.5]"
    steps = "steps:\n  - {yhat: 2, L: 2, w_new: 1}\n  - {yhat: 1, L: 0.5, w_new: 0.5}\n"
    found = report(STEPS, lines, tail=steps)
    assert {a.status for a in found.answers} == {"correct"}
    assert status(STEPS, "w_change: -1") == "wrong"  # of the first step alone
    assert status(STEPS, "w_new: 1") == "wrong"


def test_17_examples_by_position():
    tail = "examples:\n  - {}\n  - {z: -0.9, a: 0.2891}\n  - {z: -0.9}\n"
    found = report("samples", "{}", tail=tail)
    assert answer(found, "z", 2).status == "correct"
    assert answer(found, "z", 3).status == "wrong"
    assert found.mistakes[0].example == 3


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("L: 1.7672", "correct"),
        ("L: 1.77", "correct"),  # rounded
        ("L: 1.76", "correct"),  # cut
        ("L: 1.78", "wrong"),
        ("L: 1.7671", "wrong"),
    ],
)
def test_18_rounded_or_cut_at_the_written_digits(line, expected):
    assert status("A", line) == expected


def test_18_rounded_is_what_needs_the_students_own_digits():
    """2*0.8*0.8 from h = 0.8 is 1.28; sigmoid(1.55) = 0.8249 gives 1.3609."""
    net = "inputs: {z: 1.55}\nweights: {w: 2}\nnetwork:\n  h: sigmoid(z)\n  q: w*h*h\n"
    found = report(net, "h: 0.8\nq: 1.28", "find: [h, q]\n")
    assert statuses(found) == {"h": "correct", "q": "rounded"}
    assert "truncated-not-rounded" in notices(report("A", "L: 1.76"))


@pytest.mark.parametrize(
    ("which", "line", "expected"),
    [
        (ROUND, "yhat: 4", "wrong"),
        (ROUND, "yhat: 5", "correct"),
        (THREE, '"dL/dW3[1]": 31', "wrong"),  # 63/2
        (THREE, '"dL/dW3[1]": 32', "wrong"),
        (THREE, '"dL/dW3[1]": 31.5', "correct"),
        (THREE, '"dL/dW3[1]": 63/2', "correct"),
        (THREE, "yhat: 5.0", "correct"),
        ("A", "dL/dyhat: -2", "wrong"),  # -47/25
        ("digits", "parameters: 669706", "correct"),
        ("digits", "parameters: 669707", "wrong"),
        ("digits", "parameters: 6.7e5", "wrong"),
        ("A", "shape(W1): [2, 2]", "correct"),
        ("A", "shape(W1): [2, 3]", "wrong"),
    ],
)
def test_19_whole_numbers(which, line, expected):
    assert status(which, line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [("L: 10.125", "carried"), ("L: 10", "wrong"), ("dL/dyhat: 4.5", "carried"),
     ("dL/dyhat: 4", "wrong"), ("dL/dyhat: 5", "wrong")],
)  # fmt: skip
def test_19_carried_fractions_are_exact_too(line, expected):
    """From yhat = 6 the residual is 9/2, and the loss 81/8."""
    quantity = line.partition(":")[0]
    assert statuses(report(THREE, f"yhat: 6\n{line}"))[quantity] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("0.04", "correct"), ("0.05", "correct"), ("0.03", "wrong"), ("0.06", "wrong"),
     ("0.4", "wrong"), ("0.5", "wrong"), ("0.044", "wrong"), ("0.046", "wrong")],
)  # fmt: skip
def test_20_exact_givens_leave_rounding_or_cutting(value, expected):
    assert status(EXACT, f"yhat: {value}") == expected


def test_20_one_digit_is_never_off_by_more_than_its_unit():
    """w*h = 0.1*0.55: from h = 0.5 it is 0.05, known up to 0.005."""
    net = "inputs: {x: 0.2}\nweights: {w: 0.1}\nnetwork:\n  h: sigmoid(x)\n  q: w*h\nfind: [h, q]\n"
    for value, expected in (("0.05", True), ("0.06", True), ("0.07", False), ("0.5", False)):
        found = statuses(report(net, f"h: 0.5\nq: {value}"))
        assert (found["q"] in ("correct", "rounded")) is expected


@pytest.mark.parametrize(
    ("which", "line", "expected"),
    [
        (THIRD, "yhat: 0.3333333432674408", "correct"),  # 1/3 in float32
        (THIRD, "yhat: 0.33333350", "wrong"),
        (TINY, "yhat: -5e-9", "correct"),
        (TINY, "yhat: 5e-9", "wrong"),
        (TINY, "yhat: 5.0000000e-09", "wrong"),
        ("A", "dL/dW1: [[0, 0], [1.13, 2.256]]", "correct"),
    ],
)
def test_21_long_numbers(which, line, expected):
    assert status(which, line) == expected


def test_22_own_numbers_go_before_wrong():
    found = report("A", "yhat: -0.80\nL: 1.62\ndL/dyhat: -1.80")
    assert statuses(found) == {"yhat": "wrong", "L": "carried", "dL/dyhat": "carried"}
    assert answer(found, "L").carried == pytest.approx(1.62)


def test_22_the_key_is_right_even_against_own_numbers():
    """dL/dyhat and dL/dw2 = -1.8*1.55 go on from -0.80, the loss does not."""
    found = report("A", "yhat: -0.80\ndL/dyhat: -1.80\ndL/dw2: [0, -2.79]\nL: 1.7672")
    assert statuses(found)["L"] == "correct"
    assert "right-by-luck" in answer(found, "L").note_names


@pytest.mark.parametrize(
    "line",
    ["dL/dw2: [[0], [-2.914]]", "dL/dw2: [[0, -2.914]]", "yhat: [-0.88]", "z: [[-1.4, 1.55]]"],
)
def test_23_rows_and_columns_are_free(line):
    assert status("A", line) == "correct"


def test_19_a_whole_number_among_decimals_does_not_stand_for_half_of_it():
    """tanh(0.88137...) is sqrt(1/2): its slope is 1/2, and 1 is no rounding of that."""
    neuron = """\
inputs: {x: 2}
weights: {w: -3, b: 6.8813735870195432}
network:
  n: w*x + b
  o: tanh(n)
"""
    found = report(neuron, "n: 0.8814\no: 0.7071\ndo/dn: 1\ndo/dw: 2\ndo/dx: -3")
    assert statuses(found)["do/dn"] == "wrong"
    assert [root.name for root in found.mistakes] == ["missing-activation-derivative"]
    # a whole number still stands for what it rounds: here -3/2, and 0.6162 of the wider slope
    wider = neuron.replace("6.8813735870195432", "6.7242")
    assert statuses(report(wider, "n: 0.7242\no: 0.6195\ndo/dn: 1"))["do/dn"] != "wrong"
    assert statuses(report(neuron, "n: 0.8814\no: 0.7071\ndo/dx: -2"))["do/dx"] != "wrong"


def test_23_the_diagonal_of_an_elementwise_derivative():
    found = report("A", "dh/dz: [0, 1]")
    assert statuses(found) == {"dh/dz": "correct"}
    assert "diagonal" in answer(found, "dh/dz").notes[0]
    assert status("A", "dh/dz: [1, 1]") == "wrong"


MATRIX = """\
inputs: {x: [[1, 1], [1, 2]]}
network:
  y: x + 2
  z: 3 * y**2
loss: {out: mean(z)}
"""


def test_23_the_diagonal_of_an_elementwise_derivative_of_a_matrix():
    """dz/dy = 6 y entry by entry: 18 where y is 3, and 24 where it is 4."""
    found = report(MATRIX, "dz/dy: [[18, 18], [18, 24]]")
    assert statuses(found) == {"dz/dy": "correct"}
    assert "diagonal" in answer(found, "dz/dy").notes[0]
    assert status(MATRIX, "dz/dy: [[18, 18], [24, 18]]") == "wrong"


@pytest.mark.parametrize(
    ("which", "line", "expected"),
    [
        (THREE, "dL/dW1: [[0, 14, 7], [0, 7, 3.5]]", "transposed-outer-product"),
        ("batch", "dL/db: [[1, 2], [3, -1]]", "batch-not-summed"),
        ("B", "dL/db: [-1.4, 2.1]", "batch-not-summed"),
        ("square", "dL/dh: [[0.5, -4], [1.5, 2]]", "elementwise-for-matmul"),
    ],
)
def test_23_shapes_of_known_mistakes(which, line, expected):
    found = report(which, line)
    assert names(found) == [expected]
    assert set(statuses(found).values()) == {"wrong"}


@pytest.mark.parametrize(
    "line", ["dL/db1: 1.128", "dL/dW1: [0, 0, 1.128, 2.256]", "L: [1.7672, 1.7672]"]
)
def test_23_nothing_is_broadcast_or_reshaped(line):
    found = report("A", line)
    assert set(statuses(found).values()) == {"wrong"}
    assert not found.mistakes
    assert any("shape" in note for a in found.answers for note in a.notes)


def test_24_right_value_and_a_false_link():
    found = report("A", "L: (-0.88 - 1)^2/2 = 1.8672 = 1.7672")
    one = answer(found, "L")
    assert one.status == "correct"
    assert [link.ok for link in one.links] == [False, False]
    assert not found.mistakes


def test_24_right_method_and_false_arithmetic():
    found = report("A", "yhat: 0.3*0 - 0.6*1.55 + 0.05 = -0.98")
    assert statuses(found) == {"yhat": "wrong"}
    assert told(found) == [("arithmetic-slip", "yhat")]


def test_24_true_links_and_a_wrong_method():
    found = report("A", "dL/dyhat: 2*(-0.88 - 1) = -3.76")
    assert told(found) == [("square-factor-kept", "dL/dyhat")]
    assert all(link.ok for link in answer(found, "dL/dyhat").links)


def test_24_names_stay_legal_between_numbers():
    found = report("A", "yhat: -0.80\ndL/dyhat: yhat - y = -0.80 - 1 = -1.80")
    assert statuses(found)["dL/dyhat"] == "carried"
    assert all(link.ok for link in answer(found, "dL/dyhat").links)


def test_25_a_relu_at_zero_may_have_the_other_slope():
    found = report("kink", "dL/dz: [3, 3]")
    assert statuses(found) == {"dL/dz": "correct"}
    assert notices(found) == {"relu-at-zero"}
    assert not notices(report("kink", "dL/dz: [0, 3]"))


def test_25_what_follows_from_the_other_slope_is_right_too():
    found = report(AT_ZERO, "dL/dz: [2, 1]\ndL/dw: [2, 1]", "grading: {follow_through: 0}\n")
    assert statuses(found) == {"dL/dz": "correct", "dL/dw": "correct"}
    assert statuses(report(AT_ZERO, "dL/dw: [2, 1]")) == {"dL/dw": "correct"}


def test_25_a_relu_at_zero_is_never_called_a_missing_mask():
    found = report(AT_ZERO, "dL/dh: [2, 1]\ndL/dz: [2, 1.5]")
    assert answer(found, "dL/dz").wrong_entries == ((1,),)
    assert "missing-relu-mask" not in names(found)


SIBLINGS = "dL/dW1: [[-0.564, -1.128], [1.128, 2.256]]\ndL/db1: [-0.564, 1.128]"


def test_26_two_wrong_siblings_of_one_cause():
    found = report("A", SIBLINGS)
    assert statuses(found) == {"dL/dW1": "wrong", "dL/db1": "wrong"}
    assert told(found) == [("missing-relu-mask", "dL/dz")]
    assert set(found.mistakes[0].explains) == {"dL/dW1", "dL/db1"}
    assert sorted(a.points for a in found.answers if a.status == "wrong") == [0, 1]


def test_27_little_evidence_is_told_as_possible():
    """x*x + 3*x: 7 at x = 2; a single digit says little of a dropped path."""
    (root,) = report("tied", "df/dx: 3").mistakes
    assert root.possible
    assert not report("A", SIBLINGS).mistakes[0].possible


@pytest.mark.parametrize(
    ("which", "lines"),
    [
        (THREE, "dL/dW1: [[0, 14, 7], [0, 7, 3.5]]\n"
                "dL/dW2: [[0, 0, 0], [-7, 7, -14], [-10.5, 10.5, -21]]"),
        ("step", "dL/dyhat: 1.88\ndL/dw2: [0, 2.914]\nw2_new: [0.3, -0.3086]"),
        ("B", "dL/dyhat: [-2.8, 4.2]\ndL/dw: [4.9, -4.9]\ndL/db: 0.7"),
    ],
)  # fmt: skip
def test_28_conventions_first(which, lines):
    found = report(which, lines)
    assert set(statuses(found).values()) == {"correct"}
    assert not found.mistakes
    assert "convention" in found.notes[0]


def test_29_a_key_can_be_wrong_too():
    more = "grading: {accept: {yhat: {value: -0.98}}}\n"
    found = report("A", "yhat: -0.88\ndL/dyhat: -1.88", more)
    assert set(statuses(found).values()) == {"correct"}
    assert any("yhat" in note and "does not follow" in note for note in found.notes)
    assert not report("A", "yhat: -0.88\ndL/dyhat: 1.88", more).notes


def test_35_one_unreadable_entry_does_not_stop_the_rest():
    (found,) = whole("A", "answers: {L: 1.7672, yhat: abc, z: [-1.4, 1.55]}\n")
    assert statuses(found) == {"L": "correct", "yhat": "unreadable", "z": "correct"}
