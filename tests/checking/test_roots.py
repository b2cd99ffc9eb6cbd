"""How a mistake is told: its place, its names and numbers, its alternatives."""

import pytest
from checking_support import answer, problem, report, statuses

from backpropcli.mistakes import catalogue

MASK = "dL/dW1: [[-0.564, -1.128], [1.128, 2.256]]\ndL/db1: [-0.564, 1.128]"


def only(which, lines, **more):
    (root,) = report(which, lines, **more).mistakes
    return root


def test_a_root_has_the_code_of_its_entry():
    root = only("A", MASK)
    assert root.code == catalogue()["missing-relu-mask"].code


def test_a_root_tells_what_was_used_and_what_is_meant():
    root = only("A", MASK)
    assert root.at == "dL/dz"
    assert root.did.startswith("dL/dz = dL/dh")
    assert root.right.startswith("dL/dz = dL/dh")
    assert root.right.endswith("relu'(z)")
    assert "relu" not in root.did


def test_messages_are_filled_in():
    examples = [e for m in catalogue().entries() for e in m.examples]
    for example in (e for e in examples if not e.answers.startswith(("examples", "steps"))):
        for root in report(example.net, example.answers).mistakes:
            for text in (root.message, root.question, root.remedy):
                assert text
                assert not set("{}") & set(text)
                assert "  " not in text


def test_answers_point_to_their_roots():
    found = report("A", f"yhat: 0.88\nL: 1.7672\ndL/dyhat: -1.88\n{MASK}")
    assert [found.mistakes[i].name for i in answer(found, "yhat").roots] == ["sign-slip"]
    assert [found.mistakes[i].name for i in answer(found, "dL/dW1").roots] == ["missing-relu-mask"]
    assert answer(found, "dL/db1").roots == answer(found, "dL/dW1").roots
    assert answer(found, "L").roots == ()


def test_the_first_line_of_a_mistake_that_follows_later_is_told_alone():
    """dL/dz is handed in, so dL/dW1 and dL/db1 follow from it."""
    found = report("A", f"dL/dz: [-0.564, 1.128]\n{MASK}")
    (root,) = found.mistakes
    assert root.explains == ("dL/dz",)
    assert root.follow == 2
    assert statuses(found)["dL/dW1"] == "carried"


def test_an_alternative_says_the_same_numbers():
    """Another mean in the loss of two examples is the missing 2 of its square."""
    root = only("B", "dL/dw: [2.45, -2.45]\ndL/db: 0.35")
    assert root.name not in [other.name for other in root.alternatives]
    for other in root.alternatives:
        assert other.explains == root.explains
        assert not other.alternatives


def test_one_quantity_would_decide_between_alternatives():
    """Whether dL/dyhat is halved already tells the two apart."""
    root = only("B", "dL/dw: [2.45, -2.45]\ndL/db: 0.35")
    assert root.decides == "dL/dyhat"


def test_what_was_handed_in_decides_nothing():
    root = only("B", "dL/dyhat: [-0.7, 1.05]\ndL/dw: [2.45, -2.45]\ndL/db: 0.35")
    assert root.name == "missing-factor-two"
    assert root.decides != "dL/dyhat"


def test_wrong_operands_are_named():
    """z2 with b1[1] = 0.1 for b2 = 0.05: -0.93 + 0.1 = -0.83."""
    root = only("A", "z: [-1.40, 1.55]\nh: [0, 1.55]\nyhat: -0.83")
    assert (root.name, root.at) == ("wrong-parameter", "yhat")
    assert "b1" in root.message


def test_a_slip_in_one_entry_names_the_entry():
    right = "h: [0, 1.55]\nyhat: -0.880\ndL/dyhat: -1.880\n"
    root = only("A", right + "dL/dw2: [0, -29.14]")
    assert root.at == "dL/dw2"
    assert "dL/dw2[2]" in root.message


def test_entries_count_from_where_the_problem_counts():
    more = "index_from: 0\n"
    right = "h: [0, 1.55]\nyhat: -0.880\ndL/dyhat: -1.880\n"
    root = only("A", right + "dL/dw2: [0, -29.14]", more=more)
    assert "dL/dw2[1]" in root.message


@pytest.mark.parametrize(
    ("example", "lines"), [(1, "  - {z: -0.6}\n"), (2, "  - {}\n  - {z: 0.9}\n")]
)
def test_a_slip_in_an_example_names_it(example, lines):
    root = only("samples", "{}", tail="examples:\n" + lines)
    assert (root.name, root.example) == ("sign-slip", example)


def test_a_misworked_line_says_what_it_comes_to():
    root = only("A", "yhat: 0.3*0 - 0.6*1.55 + 0.05 = -0.98")
    assert root.name == "arithmetic-slip"
    assert "-0.88" in root.message


def test_evidence_is_the_bits_that_a_name_saves():
    """Six numbers of three digits cost more to spell out than one."""
    one = only("A", "dL/db1: [-0.564, 1.128]")
    two = only("A", MASK)
    assert two.evidence > one.evidence > 0


def test_problems_may_be_given_as_objects():
    assert report(problem("A"), MASK).mistakes[0].name == "missing-relu-mask"
