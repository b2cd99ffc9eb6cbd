import pytest
import yaml

from backpropcli.errors import Place
from backpropcli.files.reader import read_documents
from backpropcli.files.source import FileError, Source
from backpropcli.files.syntax import CutEntry, cut_entry, explain

QUOTES = "put the whole value in quotes"
LIST = "the list that begins here is not closed"
QUOTE = "the quote that opens here is not closed"
INDENT = "entries of one mapping or list begin in the same column"
TAB = "a tab cannot be used for indentation"


def complaint(text):
    with pytest.raises(FileError) as caught:
        read_documents(Source("p.yaml", text))
    (found,) = caught.value.complaints
    return found


# (text, line, column, message, hint), the same with both parsers
FAULTS = [
    ("a: [1, 2\n", 1, 4, LIST, "add the missing ]"),
    ("a: [1, 2\nb: 3\n", 1, 4, LIST, "add the missing ]"),
    ("a: [1, 2,\nb: 3\n", 1, 4, LIST, "add the missing ]"),
    ("a: [1, b\n---\n", 1, 4, LIST, "add the missing ]"),
    ("[a}\n", 1, 3, "the list cannot go on like this", "a comma or a ] is missing"),
    (
        "W: [[1, 2]\n    [3, 4]]\n",
        2,
        5,
        "a comma is missing before this",
        "an index follows its name without a blank: W[2,1]",
    ),
    (
        "a: {x: 1\nb: 3\n",
        1,
        4,
        "the mapping that begins here is not closed",
        "add the missing }",
    ),
    ("{a: 1 b: 2}", 1, 8, "the mapping cannot go on like this", "a comma or a } is missing"),
    ("a: [", 1, 5, "the file ends within a list or mapping", "add the missing ] or }"),
    ("[a, , b]", 1, 5, "a value is missing before this comma", f"add the value, or {QUOTES}"),
    ("a: ]\n", 1, 4, "a text cannot begin with `]`", QUOTES),
    ("[1, 2]]", 1, 7, "this ] closes nothing", "delete it, or add the one that opens"),
    ("a: 'x\nb: 3\n", 1, 4, QUOTE, "add the closing quote"),
    ("a: 'x\n---\n", 1, 4, QUOTE, "add the closing quote"),
    ("a:\n\tb: 1\n", 2, 1, TAB, "indent with spaces"),
    ("a:\n\t- b\n", 2, 1, TAB, "indent with spaces"),
    ("a: b\n\tc\n", 2, 1, TAB, "indent with spaces"),
    ("a: @x\n", 1, 4, "a text cannot begin with `@`", QUOTES),
    ("a: `x`\n", 1, 4, "a text cannot begin with ```", QUOTES),
    ("z: [1, 2] @ x\n", 1, 11, "a text cannot begin with `@`", QUOTES),
    ("z: [1, 2] + x\n", 1, 11, "nothing can follow a closing quote or bracket here", QUOTES),
    ("z: 'W' + x\n", 1, 8, "nothing can follow a closing quote or bracket here", QUOTES),
    ("a: b: c\n", 1, 5, "a second colon in one line", QUOTES),
    (
        "a: 1\nz: x\n y: 3\n",
        3,
        3,
        "this line goes on with the value of line 2",
        "indent it like line 2, or put a longer value in quotes",
    ),
    (
        "a:b\nc: d\n",
        2,
        2,
        "this colon is not allowed, since line 1 is not complete",
        "a blank is missing after the colon in line 1",
    ),
    (
        "z = W @ x\n\nb: 1\n",
        3,
        2,
        "this colon is not allowed, since line 1 is not complete",
        "write `name: value`, with a colon and not with =",
    ),
    (
        "b: 1\nz = W @ x\n",
        2,
        1,
        "this line needs a colon and a blank",
        "write `name: value`, with a colon and not with =",
    ),
    (
        "b: 1\na:\u00a0b\n",
        2,
        1,
        "this line needs a colon and a blank",
        "a blank is missing after the colon in line 2",
    ),
    ("b: 1\nfoo\n", 2, 1, "this line needs a colon and a blank", "line 2 must be `name: value`"),
    ("b:\n  c: 1\n d: 2\n", 3, 2, "the indentation of this line fits nothing above it", INDENT),
    ("- a\nb: c\n", 2, 1, "the indentation of this line fits nothing above it", INDENT),
    (
        "a: - x\n",
        1,
        4,
        "a value cannot begin with a dash and a blank",
        "write a minus without a blank after it; items of a list go on lines of their own",
    ),
    (
        "[- x]",
        1,
        2,
        "a value cannot begin with a dash and a blank",
        "write a minus without a blank after it; items of a list go on lines of their own",
    ),
    ("a: ? x\n", 1, 4, "a text cannot begin with `?`", QUOTES),
    ("a: * b\n", 1, 4, "a text cannot begin with `*`", QUOTES),
    ("a: & b\n", 1, 4, "a text cannot begin with `&`", QUOTES),
    ("a: !b!c d\n", 1, 4, "a text cannot begin with `!`", QUOTES),
    ("a: !<x d\n", 1, 4, "a text cannot begin with `!`", QUOTES),
    ("z: |x|\n", 1, 4, "`|` and `>` begin a text on the lines below", QUOTES),
    ("z: > 3\n", 1, 4, "`|` and `>` begin a text on the lines below", QUOTES),
    (
        "a: 1\n...\nb\n",
        3,
        1,
        "the document ends before this",
        "begin another document with a line `---`",
    ),
    (
        "x" * 1100 + ": 1\n",
        1,
        1101,
        "this colon is not allowed here",
        f"a key is on one line; {QUOTES}",
    ),
]


@pytest.mark.parametrize("parser", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), FAULTS)
def test_faults(text, line, column, message, hint, parser, monkeypatch):
    if parser == "SafeLoader":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    found = complaint(text)
    assert (found.message, found.hint) == (message, hint)
    assert found.place == Place("p.yaml", line, column)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a: "\\q"\n', "this backslash has no meaning in double quotes"),
        ('a: "\\xz"\n', "this backslash has no meaning in double quotes"),
        ("[a:]", "a blank is missing after this colon"),
        ("%FOO bar\n---\na: 1\n", "a line cannot begin with `%`"),
        ("%YAML 1.9\n---\na: 1\n", "this version of YAML is not known"),
    ],
)
@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="no libyaml here")
def test_faults_that_only_libyaml_finds_there(text, message):
    assert complaint(text).message == message


def test_an_unknown_fault_says_what_yaml_said():
    mark = yaml.Mark("p", 2, 0, 2, None, 0)
    error = yaml.MarkedYAMLError("while dreaming", mark, "lost \x1b it", mark)
    found = explain(error, Source("p.yaml", "a: b"))
    assert (found.message, found.hint) == (
        "this is not YAML",
        "YAML says: while dreaming: lost \\x1b it",
    )
    assert found.place == Place("p.yaml", 1, 3)


def test_a_fault_without_a_place():
    found = explain(yaml.MarkedYAMLError(problem="lost"), Source("p.yaml", "a: b"))
    assert (found.place, found.hint) == (Place("p.yaml"), "YAML says: lost")


@pytest.mark.parametrize(
    ("text", "index", "entry"),
    [
        ("{E: bce(p, y), b: 1}", 4, CutEntry("E", "bce(p, y)")),
        ("{b: 1, E: bce(p,\n  y)}", 10, CutEntry("E", "bce(p, y)")),
        ("{f(1, 2): 3}", 1, CutEntry("", "f(1, 2)")),
        ("{W[2,1]: 5}", 2, CutEntry("", "W[2,1]")),
        ("{a: 1,\n  W[2,1] : 5}", 10, CutEntry("", "W[2,1]")),
        ("{E: W[1] + 2}", 5, CutEntry("E", "W[1] + 2")),
        ("{E: (x", 4, CutEntry("E", "(x")),
    ],
)
def test_cut_entry(text, index, entry):
    assert cut_entry(text, index) == entry


def test_a_piece_with_double_quotes_is_put_in_single_ones():
    assert CutEntry("E", 'f("a", b)').hint() == "write {E: 'f(\"a\", b)'}"
