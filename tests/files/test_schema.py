import pytest

from backpropcli.errors import Place
from backpropcli.files.reader import read_documents
from backpropcli.files.schema import expect, known_entries
from backpropcli.files.source import Source
from backpropcli.files.tree import Mapping, Scalar, Sequence

TEXT = "weigths: 1\ninputs: [1, 2]\nloss: {a: 1}\ntitle: text\nempty:\n"
RULE = "`x` must be so"


@pytest.fixture
def source():
    return Source("p.yaml", TEXT)


@pytest.fixture
def nodes(source):
    (mapping,) = read_documents(source)
    return known_entries(mapping, ["weigths", "inputs", "loss", "title", "empty"], source, [])


def test_known_entries_come_by_name(nodes):
    assert list(nodes) == ["weigths", "inputs", "loss", "title", "empty"]
    assert nodes["title"].text == "text"


def test_an_unknown_key_has_its_place_and_the_nearest_names(source):
    (mapping,) = read_documents(source)
    complaints = []
    allowed = ["weights", "inputs", "loss", "title", "empty"]
    known = known_entries(mapping, allowed, source, complaints)
    assert list(known) == ["inputs", "loss", "title", "empty"]
    (complaint,) = complaints
    assert complaint.message == "unknown key `weigths`"
    assert (complaint.place, complaint.width) == (Place("p.yaml", 1, 1), 7)
    assert (complaint.hint, complaint.source) == ("did you mean weights?", "weigths: 1")


def test_without_a_near_name_all_are_listed(source):
    (mapping,) = read_documents(Source("p.yaml", "qqqq: 1"))
    complaints = []
    assert known_entries(mapping, ["b", "a"], source, complaints) == {}
    assert complaints[0].hint == "known keys: a, b"


def test_many_unknown_keys_are_not_all_compared(source):
    (mapping,) = read_documents(Source("p.yaml", "".join(f"loss{n}: 1\n" for n in range(30))))
    complaints = []
    known_entries(mapping, ["loss"], source, complaints)
    assert len(complaints) == 30
    assert [bool(c.hint) for c in complaints] == [True] * 20 + [False] * 10


@pytest.mark.parametrize(
    ("kind", "key"),
    [(Mapping, "loss"), (Sequence, "inputs"), (Scalar, "title")],
)
def test_what_is_expected_is_handed_back(kind, key, nodes, source):
    complaints = []
    assert expect(kind, nodes[key], RULE, source, complaints) is nodes[key]
    assert complaints == []


@pytest.mark.parametrize(
    ("kind", "key", "found", "line", "column", "width"),
    [
        (Mapping, "inputs", "a list", 2, 9, 1),
        (Mapping, "title", "the text `text`", 4, 8, 4),
        (Sequence, "loss", "a mapping", 3, 7, 1),
        (Sequence, "empty", "nothing", 5, 7, 1),
        (Scalar, "inputs", "a list", 2, 9, 1),
    ],
)
def test_what_is_not_expected(kind, key, found, line, column, width, nodes, source):
    complaints = []
    assert expect(kind, nodes[key], RULE, source, complaints) is None
    (complaint,) = complaints
    assert complaint.message == f"{RULE}, found {found}"
    assert (complaint.place, complaint.width) == (Place("p.yaml", line, column), width)
