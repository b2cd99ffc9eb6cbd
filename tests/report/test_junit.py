"""JUnit XML against the rules of its schema, with the parser of the standard library."""

import xml.etree.ElementTree as ET

import pytest
from check_support import LEVELS, REPORT, SECRETS
from system_support import HOSTILE, ODD, RIGHT, UNREAD, UNSEEN, hostile, made, unread

# By hand from junit-10.xsd of the xUnit plugin of Jenkins: attributes that must and that may be
# there, and the children in their order. ``file`` and ``line`` of a case are what GitLab reads.
COUNTS = {"tests", "failures", "errors", "skipped"}
RULES = {
    "testsuites": ({"name", "time", *COUNTS}, set(), ("testsuite",)),
    "testsuite": ({"name", "time", *COUNTS}, {"timestamp", "file"},
                  ("properties", "testcase", "system-out")),
    "properties": (set(), set(), ("property",)),
    "property": ({"name", "value"}, set(), ()),
    "testcase": ({"name", "classname", "time"}, {"file", "line"},
                 ("failure", "error", "skipped", "system-out")),
    "failure": ({"message", "type"}, set(), ()),
    "error": ({"message", "type"}, set(), ()),
    "skipped": ({"message"}, set(), ()),
    "system-out": (set(), set(), ()),
}  # fmt: skip


def check_element(element: ET.Element) -> None:
    needed, allowed, children = RULES[element.tag]
    assert needed <= set(element.attrib) <= needed | allowed, element.tag
    order = [children.index(child.tag) for child in element]
    assert order == sorted(order)
    for child in element:
        check_element(child)


def parsed(text: str) -> ET.Element:
    """The document, after a check of all rules."""
    root = ET.fromstring(text.encode())
    assert root.tag == "testsuites"
    check_element(root)
    for element in (root, *root.iter("testsuite")):
        cases = list(element.iter("testcase"))
        assert int(element.attrib["tests"]) == len(cases)
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped",) * 2):
            assert int(element.attrib[attribute]) == len(list(element.iter(tag)))
        assert all(len(case) == 1 for case in cases)
    names = [(s.attrib["name"], c.attrib["name"]) for s in root for c in s.iter("testcase")]
    assert len(set(names)) == len(names)
    in_classes = [(c.attrib["classname"], c.attrib["name"]) for c in root.iter("testcase")]
    assert len(set(in_classes)) == len(in_classes)  # GitLab drops the later ones
    return root


def case(root: ET.Element, name: str) -> ET.Element:
    return next(c for c in root.iter("testcase") if c.attrib["name"] == name)


def test_each_status_has_its_element() -> None:
    root = parsed(made("junit", REPORT))
    suite = root[0]
    assert suite.attrib == {
        "name": "answers.yaml", "tests": "9", "failures": "4", "errors": "1", "skipped": "1",
        "time": "0",
    }  # fmt: skip
    tags = {c.attrib["name"]: c[0].tag for c in root.iter("testcase")}
    assert tags == {
        "z1": "system-out", "dL/dW3[2]": "failure", "dL/dz2": "failure", "dL/dW1": "failure",
        "yhat": "error", "L": "failure", "dL/db3": "skipped", "h1": "system-out",
        "z2": "system-out",
    }  # fmt: skip
    wrong = case(root, "dL/dW3[2]")
    assert (wrong.attrib["classname"], wrong.attrib["file"], wrong.attrib["line"]) == (
        "s123", "answers.yaml", "5",
    )  # fmt: skip
    assert wrong[0].attrib["type"] == "BP301"
    assert wrong[0].attrib["message"] == "wrong: BP301 square-factor-kept (0/1 points)"
    text = wrong[0].text or ""
    assert "the 2 of the square meets the 1/2 of the loss" in text
    assert "    5 |   dL/dW3[2]: -2*(1.5 - 5)*6 = 42\n      |              ^^^" in text
    assert case(root, "L")[0].attrib["type"] == "wrong"
    assert case(root, "yhat")[0].attrib["type"] == "unreadable"
    assert "an operand is missing after +" in (case(root, "yhat")[0].text or "")
    assert "the diagonal was given" in (case(root, "z2")[0].text or "")


def test_the_score_is_a_property() -> None:
    root = parsed(made("junit", REPORT))
    properties = {p.attrib["name"]: p.attrib["value"] for p in root.iter("property")}
    assert properties == {
        "score": "3.333333", "max_score": "9", "student": "s123", "problem": "three-layer-relu",
    }  # fmt: skip


def test_a_mistake_is_told_in_full_once() -> None:
    text = made("junit", REPORT)
    assert text.count("the 2 of the square meets") == 1
    assert "because of dL/dyhat (BP301 square-factor-kept)" in text


def test_names_are_unique() -> None:
    root = parsed(made("junit", ODD, ODD))
    assert [c.attrib["name"] for c in root[0].iter("testcase")] == [
        "L, example 1", "L, example 2, step 3", "L", "L (2)", "dL/dz1",
    ]  # fmt: skip
    assert [s.attrib["name"] for s in root] == ["answers.yaml", "answers.yaml (2)"]
    assert case(root, "dL/dz1")[0].tag == "system-out"  # it was not asked for


def test_a_submission_that_cannot_be_graded_is_an_error() -> None:
    root = parsed(made("junit", ungraded=[UNREAD]))
    error = root[0][0][0]
    assert (error.tag, error.attrib["type"]) == ("error", "ungraded")
    assert "broken.yaml:3:5: anchors are not allowed" in (error.text or "")
    assert "is not UTF-8" in (error.text or "")
    root = parsed(made("junit", REPORT, RIGHT, ungraded=[UNREAD._replace(after=1)]))
    assert [s.attrib["name"] for s in root] == ["answers.yaml", "broken.yaml", "right.yaml"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("reveal", LEVELS)
def test_hostile_names_stay_text(text: str, reveal: str) -> None:
    root = parsed(made("junit", hostile(text), reveal=reveal, ungraded=[unread(text)]))
    assert len(list(root.iter("testcase"))) == 6
    for element in root.iter():
        for value in (element.text or "", *element.attrib.values()):
            assert not UNSEEN.search(value)
    if text.isprintable():
        assert root[0].attrib["name"] == text
        assert any(c.attrib["name"] == text for c in root.iter("testcase"))


@pytest.mark.parametrize("reveal", LEVELS[:-1])
@pytest.mark.parametrize(
    "form", ["junit", "gradescope", "prairielearn", "github", "github_summary"]
)
def test_no_right_value_below_the_level_answer(form: str, reveal: str) -> None:
    text = made(form, REPORT, reveal=reveal)
    assert not [secret for secret in SECRETS if secret in text]
    assert "21.375" in made("junit", REPORT, reveal="answer")
    assert ("square-factor-kept" in text) == (reveal == "diagnosis")
