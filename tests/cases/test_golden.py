"""Answers of real students, from five sets of handwritten notes: what must come out.

Each folder with an ``answers.yaml`` holds exactly the values that a page of the notes shows. What
is expected was found by hand, before there was a program that judges.
"""

from functools import cache
from pathlib import Path

from backpropcli.checking.check import check_file
from backpropcli.checking.data import Answer, CheckReport, Root

HERE = Path(__file__).parent
FINE = {"correct", "rounded"}


@cache
def report(case: str) -> CheckReport:
    (found,) = check_file(HERE / case / "answers.yaml", time_budget=30)
    return found


def answer(case: str, quantity: str, example: int | None = None) -> Answer:
    (found,) = [a for a in report(case).answers if a.quantity == quantity and a.example == example]
    return found


def roots(case: str, quantity: str, example: int | None = None) -> list[Root]:
    found = report(case)
    return [found.mistakes[number] for number in answer(case, quantity, example).roots]


def names(case: str, quantity: str, example: int | None = None) -> list[str]:
    return [root.name for root in roots(case, quantity, example)]


def places(case: str) -> list[tuple[str, str]]:
    return [(root.name, root.at) for root in report(case).mistakes]


def statuses(case: str) -> dict[str, str]:
    """The statuses of what was handed in, without what is correct."""
    return {
        (f"example {a.example}: " if a.example else "") + a.quantity: a.status
        for a in report(case).answers
        if a.status not in ("correct", "missing")
    }


def false_links(case: str, quantity: str) -> list[str]:
    return [link.message for link in answer(case, quantity).links if not link.ok]


def test_two_layers_with_a_given_gradient_are_right():
    assert statuses("000-upstream") == {}
    assert places("000-upstream") == []
    missing = [a.quantity for a in report("000-upstream").answers if a.status == "missing"]
    assert missing == ["dL/dS2"]  # the notes take the relu to pass everything through


def test_a_mask_that_was_written_but_not_applied():
    """The notes write (-2 * 0, 4 * 1) = (-2, 4) and go on with 0."""
    assert statuses("000-mask-not-applied") == {"Y3": "wrong"}
    assert answer("000-mask-not-applied", "Y3").wrong_entries == ((0,),)
    (root,) = roots("000-mask-not-applied", "Y3")
    assert (root.name, root.at, root.carried_on) == ("activation-skipped", "Y3", False)
    assert report("000-mask-not-applied").first_wrong_step == "Y3"


def test_two_signs_that_are_not_carried_on():
    assert statuses("000-signs") == {"dL/dS3": "wrong", "dL/dS2": "wrong"}
    assert places("000-signs") == [("sign-slip", "dL/dS3"), ("sign-slip", "dL/dS2")]
    assert [root.carried_on for root in report("000-signs").mistakes] == [False, False]
    assert answer("000-signs", "dL/dS3").wrong_entries == ((1,),)
    assert answer("000-signs", "dL/dS2").wrong_entries == ((0,),)


def test_all_three_slips_of_the_page():
    case = "000-three-slips"
    assert statuses(case) == {"Y3": "wrong", "dL/dS3": "wrong", "dL/dS2": "wrong"}
    expected = [("activation-skipped", "Y3"), ("sign-slip", "dL/dS3"), ("sign-slip", "dL/dS2")]
    assert places(case) == expected
    assert not any(root.carried_on for root in report(case).mistakes)


def test_the_two_of_the_square_and_two_exchanged_answers():
    """42 and 28 have a factor 2 too much; 28 and 14 stand in each other's place."""
    case = "001-factor-two"
    assert statuses(case) == {"dL/dW3[2]": "wrong", "dL/dW2[2,2]": "wrong"}
    assert places(case)[0] == ("square-factor-kept", "dL/dyhat")
    assert names(case, "dL/dW3[2]") == ["square-factor-kept"]
    assert "swapped-answers" in names(case, "dL/dW2[2,2]")
    assert {name for name, _ in places(case)} == {"square-factor-kept", "swapped-answers"}


def test_the_exchanged_answer_has_the_factor_too():
    assert "square-factor-kept" in names("001-factor-two", "dL/dW2[2,2]")


def test_right_by_luck_is_noted():
    """14 is the key, and not what follows from the student's own factor: that would be 28."""
    found = answer("001-factor-two", "dL/dW1[2,1]")
    assert found.status == "correct"
    assert "right-by-luck" in found.note_names


def test_the_links_of_the_workings_do_not_hold():
    case = "001-workings"
    assert statuses(case) == {"dL/dW3[2]": "wrong", "dL/dW2[2,2]": "wrong"}
    assert ("square-factor-kept", "dL/dyhat") in places(case)
    assert names(case, "dL/dW3[2]") == ["square-factor-kept"]
    assert false_links(case, "dL/dW3[2]") == []
    (told,) = false_links(case, "dL/dW2[2,2]")
    assert told.endswith("is 14, not 28")
    (told,) = false_links(case, "dL/dW1[2,1]")
    assert told.endswith("is 28, not 14")
    for quantity in ("z1", "h1", "z2", "yhat", "L"):
        assert false_links(case, quantity) == []


def test_the_line_that_is_off_goes_on_without_harm():
    case = "003-residual"
    expected = {"y1": "wrong", "z": "carried", "dz/db0": "wrong"}
    assert statuses(case) == expected
    assert names(case, "dz/db0") == ["sign-slip"]
    assert report(case).first_wrong_step == "y1"


def test_nothing_but_the_line_or_the_wrong_bias_is_named():
    """-0.7 comes from 0.1 for b1 and from 0.8 for 0.08; a name that says less is no help."""
    assert set(names("003-residual", "y1")) <= {"wrong-parameter", "decimal-slip"}


def test_the_workings_say_what_went_wrong_in_the_line():
    case = "003-residual-workings"
    expected = {"y1": "wrong", "z": "carried", "dz/db0": "wrong"}
    assert statuses(case) == expected
    assert false_links(case, "y1") == [
        "b1 is -0.3; 0.1 is b0",
        "(0.4)(-0.2) + 0.1 is 0.02, not -0.7",
    ]
    assert false_links(case, "dz/db0") == ["w1 is -0.2: its sign was lost"]
    for quantity in ("x1", "z", "dz/dw0", "dz/dw1", "dz/db1"):
        assert false_links(case, quantity) == []


def test_a_digit_of_the_parameters():
    assert statuses("003-parameters") == {"parameters": "wrong"}
    assert places("003-parameters") == [("digit-slip", "parameters")]
    assert answer("003-parameters", "parameters").expected == 557_057


def test_rounded_and_cut_digits_are_no_mistakes():
    """f has two decimals and is used on; some digits are cut off, some computed unrounded."""
    case = "004-sigmoid-units"
    assert places(case) == []
    assert {a.status for a in report(case).answers} <= {*FINE, "carried", "missing"}
    handed_in = [a for a in report(case).answers if a.place is not None]
    assert [sum(a.example == n for a in handed_in) for n in (1, 2, 3)] == [49, 48, 46]
    assert "truncated-not-rounded" in answer(case, "dL/dyhat", 1).note_names


def test_a_misplaced_decimal_point_in_two_entries():
    case = "004-weight-rows"
    assert answer(case, "dL/dW[1]", 1).status == "wrong"
    assert answer(case, "dL/dW[1]", 1).wrong_entries == ((0,), (1,))
    assert names(case, "dL/dW[1]", 1) == ["decimal-slip"]
    others = {f"example {e}: dL/dW[{r}]" for e in (1, 2, 3) for r in (1, 2, 3)}
    others -= {"example 1: dL/dW[1]", "example 2: dL/dW[1]"}
    assert {statuses(case).get(which, "correct") for which in others} <= FINE


def test_a_copied_digit_is_seen():
    """-0.1084 for -0.109: a digit slip, or a line that is off; never another name."""
    case = "004-weight-rows"
    assert answer(case, "dL/dW[1]", 2).status == "wrong"
    assert set(names(case, "dL/dW[1]", 2)) <= {"digit-slip"}


def test_a_derivative_at_the_point_of_the_question_before():
    """2x at x = 1, which is left over from the part before, instead of at G(2) = (2, 4)."""
    case = "004-jacobian-chain"
    assert statuses(case) == {"dF/dG": "wrong"}
    assert answer(case, "dF/dG").wrong_entries == ((0, 0),)
    (root,) = roots(case, "dF/dG")
    assert (root.name, root.at) == ("local-derivative-wrong-point", "dF/dG")


def test_a_result_that_was_known_from_elsewhere_is_noted():
    """(2 + 2*4, 3 + 128) is (10, 131); the second method gave the right (12, 131)."""
    found = answer("004-jacobian-chain", "product")
    assert found.status == "correct"
    (root,) = roots("004-jacobian-chain", "dF/dG")
    assert not root.carried_on or "right-by-luck" in found.note_names
