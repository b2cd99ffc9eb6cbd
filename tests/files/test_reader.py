import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backpropcli.errors import BackpropError, Complaint, Place
from backpropcli.files.reader import read_documents
from backpropcli.files.source import PROBLEM_LIMITS, FileError, Limits, Source
from backpropcli.files.tree import Mapping, Scalar, Sequence


@pytest.fixture(params=["libyaml", "python"])
def loader(request, monkeypatch):
    """Both parsers of PyYAML; the slow one is used where libyaml is absent."""
    if request.param == "python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    elif not hasattr(yaml, "CSafeLoader"):
        pytest.skip("no libyaml here")


def plain(node):
    """The tree as texts, lists and dicts."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.entries}


def read(text, limits=PROBLEM_LIMITS):
    return [plain(node) for node in read_documents(Source("p.yaml", text), limits)]


def scalars(text):
    """Every text of the file with its place and what else is known of it."""
    found = []
    waiting = list(read_documents(Source("p.yaml", text)))
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar):
            found.append((node.text, *node.place[1:], node.source_width, node.one_line))
        elif isinstance(node, Sequence):
            waiting.extend(node.items)
        else:
            waiting.extend(part for entry in node.entries for part in entry)
    return sorted(found, key=lambda item: item[1:])


def complaints(text, limits=PROBLEM_LIMITS):
    with pytest.raises(FileError) as caught:
        read_documents(Source("p.yaml", text), limits)
    return caught.value.complaints


def attempt(text, limits=PROBLEM_LIMITS):
    """The documents, or else the complaints; nothing but our own error is caught."""
    try:
        return read_documents(Source("p.yaml", text), limits)
    except BackpropError as error:
        return error.complaints


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a: 1\n", {"a": "1"}),
        ("- 1\n- [2, 3]\n- {b: c}\n", ["1", ["2", "3"], {"b": "c"}]),
        ("hello", "hello"),
        ("a:\nb: ''\n", {"a": "", "b": ""}),
        (
            "a: [5e-3, -.5, 010, 1:30, no, on, y, ~, 1_000, 0x10, 2025-01-01, '=', .inf]",
            {
                "a": [
                    "5e-3",
                    "-.5",
                    "010",
                    "1:30",
                    "no",
                    "on",
                    "y",
                    "~",
                    "1_000",
                    "0x10",
                    "2025-01-01",
                    "=",
                    ".inf",
                ]
            },
        ),
        ("z: W[1] + max(a, b)\n", {"z": "W[1] + max(a, b)"}),
        ("dL/dz2: (yhat - y) * W3\n", {"dL/dz2": "(yhat - y) * W3"}),
        (
            "find: [yhat, L, dL/dW3[2], dL/dW2[2,1], z1[1:3]]",
            {"find": ["yhat", "L", "dL/dW3[2]", "dL/dW2[2,1]", "z1[1:3]"]},
        ),
        ("[dense(512, relu), dense(10)]", ["dense(512, relu)", "dense(10)"]),
        ("[[1, 2], [3, 4]]", [["1", "2"], ["3", "4"]]),
        ("[[f(1, 2), 3]]", [["f(1, 2)", "3"]]),
        ("[2*[1,2], A@[[1,2],[3,4]]]", ["2*[1,2]", "A@[[1,2],[3,4]]"]),
        ("[A @ [1, 2], relu'(z[1, 2])]", ["A @ [1, 2]", "relu'(z[1, 2])"]),
        ("[dense(512,\n  relu), 3]", ["dense(512, relu)", "3"]),
        ("[f(1, 2, b]", ["f(1", "2", "b"]),
        ("[dL/dW[1,2]: 5]", [{"dL/dW[1,2]": "5"}]),
        ("{shape: [f(1, 2), 3], b: 1}", {"shape": ["f(1, 2)", "3"], "b": "1"}),
        ("{L: (y - yhat)**2 / 2}", {"L": "(y - yhat)**2 / 2"}),
        ('{E: "bce(p, y)"}', {"E": "bce(p, y)"}),
        ("{note: a), b: 1}", {"note": "a)", "b": "1"}),
        ("a: |\n  x\n  y\nb: >\n  x\n  y\n", {"a": "x\ny\n", "b": "x y\n"}),
        ('"<<": 1\n', {"<<": "1"}),
    ],
)
def test_trees(text, tree, loader):
    assert read(text) == [tree]


def test_several_documents(loader):
    assert read("a: 1\n---\nb: 2\n...\n---\n- c\n") == [{"a": "1"}, {"b": "2"}, ["c"]]


def test_places_of_collections_and_their_style(loader):
    (mapping,) = read_documents(Source("p.yaml", "# c\na:\n  - [1]\n  - {b: 2}\n"))
    assert isinstance(mapping, Mapping)
    assert (mapping.place, mapping.flow) == (Place("p.yaml", 2, 1), False)
    block = mapping.entries[0][1]
    assert isinstance(block, Sequence)
    assert (block.place, block.flow) == (Place("p.yaml", 3, 3), False)
    first, second = block.items
    assert (first.place, first.flow) == (Place("p.yaml", 3, 5), True)
    assert (second.place, second.flow) == (Place("p.yaml", 4, 5), True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # (text, line, column, width, on one line)
        ("ab: x + 1", [("ab", 1, 1, 2, True), ("x + 1", 1, 5, 5, True)]),
        ("'a': \"b c\"", [("a", 1, 2, 1, True), ("b c", 1, 7, 3, True)]),
        ("- 'it''s'", [("it's", 1, 4, 5, False)]),
        ('- "x\\ty"', [("x\ty", 1, 4, 4, False)]),
        ("- a\n  b", [("a b", 1, 3, 1, False)]),
        ("- 'a\n  b'", [("a b", 1, 4, 1, False)]),
        ("- |\n  x + y\n", [("x + y\n", 2, 3, 5, True)]),
        ("- >\n\n  a\n  b\n", [("\na b\n", 3, 3, 1, False)]),
        ("a:", [("a", 1, 1, 1, True), ("", 1, 3, 0, True)]),
        (
            "[ŷ, f(1, 2), b]",
            [("ŷ", 1, 2, 1, True), ("f(1, 2)", 1, 5, 7, True), ("b", 1, 14, 1, True)],
        ),
        ("\ufeffa: b", [("a", 1, 1, 1, True), ("b", 1, 4, 1, True)]),
        (
            "a: b\r\nc: d",
            [
                ("a", 1, 1, 1, True),
                ("b", 1, 4, 1, True),
                ("c", 2, 1, 1, True),
                ("d", 2, 4, 1, True),
            ],
        ),
    ],
)
def test_places_of_texts(text, found, loader):
    assert scalars(text) == found


def test_quotes_are_not_plain(loader):
    (node,) = read_documents(Source("p.yaml", "[a, 'b', \"c\"]"))
    assert isinstance(node, Sequence)
    assert [item.plain for item in node.items] == [True, False, False]
    (node,) = read_documents(Source("p.yaml", "- |\n a\n"))
    assert isinstance(node, Sequence)
    assert node.items[0].plain is False


def test_invisible_characters_come_as_escapes(loader):
    assert read('[a\u202eb, "\\e[2J\\u202e", "\\0"]') == [[r"a\u202eb", r"\x1b[2J\u202e", r"\x00"]]


def test_private_use_characters_come_as_escapes(loader):
    text = "- \ue000 [\ue001(1, 2)]\n- [\ue002(1, 2), \"\\ue003\"]\n- ['\ue004', f(1, 2)]\n"
    assert read(text) == [
        [r"\ue000 [\ue001(1, 2)]", [r"\ue002(1, 2)", r"\ue003"], [r"\ue004", "f(1, 2)"]]
    ]


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("", "the file is empty", 0, 0),
        ("# only this\n", "the file is empty", 0, 0),
        ("---\n", "the file is empty", 2, 1),
        ("---\n---\n# nothing\n", "the file is empty", 2, 1),
        ("a: &x 1\n", "an anchor (`&name`) is not allowed", 1, 4),
        ("a: &x [1]\n", "an anchor (`&name`) is not allowed", 1, 4),
        ("a: *x\n", "an alias (`*name`) is not allowed", 1, 4),
        ("*x : 1\n", "an alias (`*name`) is not allowed", 1, 1),
        ("a: !!int 3\n", "a tag (`!name`) is not allowed", 1, 4),
        ("a: ! 3\n", "a tag (`!name`) is not allowed", 1, 4),
        ("!!python/object/apply:os.system [id]\n", "a tag (`!name`) is not allowed", 1, 1),
        ("<<: {a: 1}\n", "merging with `<<` is not allowed", 1, 1),
        ("? [a]\n: 1\n", "a list or mapping cannot be a key", 1, 3),
        ("{{a: 1}: 2}\n", "a list or mapping cannot be a key", 1, 2),
        ("a: 1\nb: 2\na: 3\n", "the key `a` is given twice, in line 1 and in line 3", 3, 1),
        ("a: 1\n'a': 3\n", "the key `a` is given twice, in line 1 and in line 2", 2, 2),
        ("{a: 1, a: 2}\n", "the key `a` is given twice, in line 1", 1, 8),
    ],
)
def test_refusals(text, message, line, column, loader):
    (complaint,) = complaints(text)
    assert complaint.message == message
    assert complaint.place == Place("p.yaml", line, column)


@pytest.mark.parametrize("text", ["a: 1\n---\n", "---\n---\na: 1\n", "a: 1\n---\n# x\n---\n"])
def test_an_empty_document_is_none(loader, text):
    assert read(text) == [{"a": "1"}]


def test_the_same_key_in_two_mappings(loader):
    assert read("a: {x: 1}\nb: {x: 2}\n") == [{"a": {"x": "1"}, "b": {"x": "2"}}]


@pytest.mark.parametrize(
    ("text", "message", "hint", "column", "width"),
    [
        (
            "{E: bce(p, y)}",
            "the value of `E` was cut at a comma",
            'write {E: "bce(p, y)"}',
            5,
            9,
        ),
        (
            "{a: 1, E: f(g(1, 2), 3), b: 2}",
            "the value of `E` was cut at a comma",
            'write {E: "f(g(1, 2), 3)"}',
            11,
            13,
        ),
        (
            "{f(1, 2): 3}",
            "the key `f(1, 2)` was cut at a comma",
            'write {"f(1, 2)": ...}',
            2,
            7,
        ),
        ("{a: (x, y}", "the value of `a` was cut at a comma", "a closing ) is missing", 5, 2),
        (
            "{dL/dW1[2,1]: 5}",
            "the key `dL/dW1[2,1]` was cut at a bracket",
            'write {"dL/dW1[2,1]": ...}',
            8,
            1,
        ),
        (
            "{E: W[1] + 2, b: 1}",
            "the value of `E` was cut at a bracket",
            'write {E: "W[1] + 2"}',
            6,
            1,
        ),
    ],
)
def test_what_a_flow_mapping_cut(text, message, hint, column, width, loader):
    (complaint,) = complaints(text)
    assert (complaint.message, complaint.hint) == (message, hint)
    assert (complaint.place, complaint.width) == (Place("p.yaml", 1, column), width)
    assert complaint.source == text


def test_all_that_is_wrong_is_said_at_once(loader):
    found = complaints("a: &x 1\nb: *x\na: {E: f(p, y)}\nc: [1\n")
    assert [(c.place.line, c.message.split()[0]) for c in found] == [
        (1, "an"),
        (2, "an"),
        (3, "the"),
        (3, "the"),
        (4, "the"),
    ]


def test_the_printed_complaint(loader):
    (complaint,) = complaints("a: 1\nWeights: 2\nWeights: 3\n")
    assert str(complaint) == (
        "p.yaml:3:1: the key `Weights` is given twice, in line 2 and in line 3\n"
        "    3 | Weights: 3\n"
        "      | ^^^^^^^\n"
        "  hint: keep one of the two"
    )


def test_depth(loader):
    assert read("[" * 32 + "]" * 32)
    (complaint,) = complaints("[" * 33 + "]" * 33)
    assert complaint.message == "lists and mappings are nested more than 32 deep"
    assert complaint.place == Place("p.yaml", 1, 33)


def test_events(loader):
    # A list of n texts: stream start, document start, list start, n texts, and their three ends.
    assert read("[a, b]", Limits(events=8)) == [["a", "b"]]
    (complaint,) = complaints("[a, b, c]", Limits(events=8))
    assert complaint.message == "the file has more than 8 keys, values and brackets"


def test_a_chain_of_ten_thousand_equations_fits(loader):
    text = "network:\n" + "".join(f"  z{n}: z{n - 1} + 1\n" for n in range(1, 10001))
    assert len(read(text)[0]["network"]) == 10000


def test_long_texts(loader):
    assert read("- '" + "x" * 10000 + "'") == [["x" * 10000]]
    (complaint,) = complaints("- '" + "x" * 10001 + "'")
    assert complaint.message == "this text has 10001 characters, more than 10000"


def test_escapes_that_are_no_characters(loader):
    assert len(complaints('a: "\\Uffffffff"\n')) == 1


N = 262_144
BOMBS = {
    "open lists": "[" * 100_000,
    "open mappings": "{" * N,
    "dashes": "- " * (N // 2),
    "question marks": "? " * (N // 2),
    "open calls": "[" + "(," * (N // 2 - 1),
    "calls in lists": "[(" * (N // 2),
    "wrong brackets": "[(]" * (N // 3),
    "indices": "[" + "a[," * (N // 3 - 1),
    "nested calls": "[" + "(" * (N // 2 - 1) + ")" * (N // 2 - 1) + "]",
    "cut values": "{" + "a: f(1," * (N // 7),
    "blanks": "[a" + (" " * 100 + "[") * 2000,
    "open quote": 'a: "' + "\\" * (N - 4),
    "single quotes": "'" * (N - 1),
    "tag lines": "".join(f"%TAG !{n:x}! b\n" for n in range(15_000)) + "---\na: b",
    "laughs": "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(9_000)),
    "documents": "---\n" * (N // 4),
    "same keys": "a: 1\n" * (N // 5),
    "indents": "".join(" " * n + "a:\n" for n in range(700)),
    "continued lines": ("a\n" + " " * 500) * 500,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_hostile_files_are_refused_in_no_time(text):
    begin = time.process_time()
    found = attempt(text, PROBLEM_LIMITS)
    assert 1 <= len(found) <= 41
    assert sum(len(str(c)) for c in found if isinstance(c, Complaint)) < 50_000
    assert time.process_time() - begin < 2  # at most 0.3 s, measured; the rest is for slow machines


FRAGMENTS = [*"[]{}(),:#'\"|>-?&*!%@`\\ \n\t", "a", "W[2,1]", ": ", "\n  ", "- ", "---\n", "<<"]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join))
def test_whatever_looks_like_yaml_is_read_or_refused(text):
    assert attempt(text)


@given(st.text(max_size=100))
def test_arbitrary_text_is_read_or_refused(text):
    assert attempt(text)


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join))
def test_a_text_on_one_line_stands_where_its_place_says(text):
    try:
        found = scalars(text)
    except BackpropError:
        return
    lines = text.split("\n")
    for value, line, column, _width, one_line in found:
        if one_line:
            assert lines[line - 1].startswith(value.rstrip("\n"), column - 1)
