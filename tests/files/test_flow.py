import pytest

from backpropcli.files.flow import Brackets, FlowScanner, end_of_quoted, is_marker


def hidden(text):
    """The text with every hidden character shown as `~`, and how far the scan went."""
    found: list[int] = []
    end = FlowScanner(text, 0, Brackets(text), found).run()
    return "".join("~" if at in found else c for at, c in enumerate(text)), end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a, b]", "[a, b]"),
        ("[f(1, 2), 3]", "[f(1~ 2), 3]"),
        ("[(1, 2)(3, 4)]", "[(1~ 2)(3~ 4)]"),
        ("[W2[2,1]]", "[W2~2~1~]"),
        ("[z1[1:3], b]", "[z1~1~3~, b]"),
        ("[W[1][2]]", "[W~1~~2~]"),
        ("[2*[1,2]]", "[2*~1~2~]"),
        ("[-[1,2]]", "[-~1~2~]"),
        ("[A@[[1,2],[3,4]]]", "[A@~~1~2~~~3~4~~]"),
        ("[A @ [1, 2]]", "[A @ ~1~ 2~]"),
        ("[f({a: 1}), b]", "[f(~a~ 1~), b]"),
        ("[f(#, 1)]", "[f(~~ 1)]"),
        ("[[1, 2], [3, 4]]", "[[1, 2], [3, 4]]"),
        ("[[f(1, 2), 3]]", "[[f(1~ 2), 3]]"),
        ("[relu'(a, b), 'c, d']", "[relu'(a~ b), 'c, d']"),
        ('[\'f(1, 2)\', "g(1, \\" 2)", h(1, 2)]', '[\'f(1, 2)\', "g(1, \\" 2)", h(1~ 2)]'),
        ("[a: [1, 2], b: f(1, 2)]", "[a: [1, 2], b: f(1~ 2)]"),
        ("[f(1,\n  2), 3]", "[f(1~\n  2), 3]"),
        ("[a, # f(1, 2) [\n b[1]]", "[a, # f(1, 2) [\n b~1~]"),
        ("[a#b(1, 2)]", "[a#b(1~ 2)]"),
        ("{E: bce(p, y)}", "{E: bce(p, y)}"),
        ("{W[1,2]: 5}", "{W[1,2]: 5}"),
        ("{shape: [f(1,2), W[1,2]]}", "{shape: [f(1~2), W~1~2~]}"),
        ("[{a: f(1, 2)}, g(1, 2)]", "[{a: f(1, 2)}, g(1~ 2)]"),
        ('{"a":[f(1,2)]}', '{"a":[f(1~2)]}'),
        ("[?[a, b]]", "[?[a, b]]"),
    ],
)
def test_what_is_hidden(text, expected):
    assert hidden(text) == (expected, len(text))


@pytest.mark.parametrize(
    "text",
    [
        "[f(1, 2]",  # the parenthesis is not closed
        "[1 [2, 3]]",  # a comma is missing
        "[a [1]]",
        "[f(1, 2], 3)]",  # closed by the wrong bracket
    ],
)
def test_what_is_left_as_it_is(text):
    assert hidden(text)[0] == text


def test_an_inner_call_is_hidden_though_the_outer_one_is_open():
    assert hidden("[f(g(1, 2), 3]")[0] == "[f(g(1~ 2), 3]"


def test_the_scan_ends_with_the_collection():
    assert hidden("[a] + f(1, 2)") == ("[a] + f(1, 2)", 3)


@pytest.mark.parametrize("text", ["[a,\n---\nb]", "[a,\n...\nb]"])
def test_the_scan_ends_at_a_document_marker(text):
    assert hidden(text)[1] == 4


@pytest.mark.parametrize("text", ["[", "[a", "[f(", '["', "[#", "[a: ", "[-", "[?"])
def test_an_open_collection_ends_with_the_file(text):
    assert hidden(text) == (text, len(text))


def test_brackets():
    brackets = Brackets("(a[b]{c}) ( [ ) ]")
    assert brackets.close_of(0) == 8
    assert [brackets.close_of(at) for at in (2, 5)] == [4, 7]
    assert [brackets.close_of(at) for at in (10, 12)] == [None, None]


def test_brackets_inside_an_open_one():
    brackets = Brackets("( () [] ( )")
    assert brackets.close_of(0) is None
    assert [brackets.close_of(at) for at in (2, 5, 8)] == [3, 6, 10]


@pytest.mark.parametrize(
    ("text", "end"),
    [("'a' b", 3), ("'it''s' b", 7), ('"a\\"b" c', 6), ("'open", 5), ('"open\\', 6), ('"a\nb"', 5)],
)
def test_end_of_quoted(text, end):
    assert end_of_quoted(text, 0) == end


@pytest.mark.parametrize(
    ("text", "marker"),
    [("---", True), ("--- a", True), ("...\n", True), ("----", False), ("---a", False)],
)
def test_is_marker(text, marker):
    assert is_marker(text, 0) is marker
