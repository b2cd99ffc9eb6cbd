"""Reading answers files."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from answers_support import PROBLEM, claim, claims, submitted
from hypothesis import given, settings
from hypothesis import strategies as st

from backpropcli.checking.answers import diagonal, fitted, raw_answers, read_answers, submission
from backpropcli.errors import BackpropError
from backpropcli.files.source import FileError, Source
from backpropcli.ops.sizes import named
from backpropcli.problem import load_problem, problem_from_text

F = Fraction
PROBLEMS = Path(__file__).parents[2] / "problems"


def values(one):
    return [w.value for w in one.written.flat]


def errors(text, problem=PROBLEM):
    with pytest.raises(FileError) as caught:
        submitted(text, problem)
    return [(c.place.line, c.place.column, c.message) for c in caught.value]


@pytest.mark.parametrize(
    ("text", "value", "unit", "whole", "digits"),
    [
        ("-0.38", F(-38, 100), F(1, 100), False, 2),
        ("3", F(3), F(1), True, 1),
        ("007", F(7), F(1), True, 1),
        ("−5", F(-5), F(1), True, 1),
        ("2.50", F(5, 2), F(1, 100), False, 3),
        ("5.", F(5), F(1), False, 1),
        (".5", F(1, 2), F(1, 10), False, 1),
        ("1.50e-3", F(15, 10000), F(1, 100000), False, 3),
        ("5e3", F(5000), F(1000), False, 1),
        ("1E-2", F(1, 100), F(1, 100), False, 1),
        ("1/3", F(1, 3), F(0), False, 0),
        ("-3/8", F(-3, 8), F(0), False, 0),
        ("2*3.5", F(7), F(0), False, 0),
        ("½", F(1, 2), F(0), False, 0),
        ("-(0.50)", F(-1, 2), F(1, 100), False, 2),
        ("- 2", F(-2), F(1), True, 1),
        ("0.00", F(0), F(1, 100), False, 1),
    ],
)
def test_a_number_has_the_worth_of_its_last_digit(text, value, unit, whole, digits):
    written = claim(f"yhat: '{text}'").written[()]
    assert (written.value, written.unit, written.whole, written.digits) == (
        value, unit, whole, digits,
    )  # fmt: skip


def test_a_root_is_the_nearest_float():
    assert float(claim("yhat: sqrt(2)/2").written[()].value) == pytest.approx(0.7071067811865476)


def test_lists_keep_the_place_of_every_entry():
    one = claim("z: [1.5, -2, 1/4]")
    assert one.written.shape == (3,)
    assert values(one) == [F(3, 2), F(-2), F(1, 4)]
    assert [(w.place.line, w.place.column, w.width) for w in one.written] == [
        (2, 7, 3), (2, 12, 2), (2, 16, 3),
    ]  # fmt: skip
    assert (one.text, one.place.column, one.width) == ("[1.5, -2, 1/4]", 6, 14)


def test_rows_may_be_block_lists():
    text = "answers:\n  dL/dW:\n    - [1, 2]\n    - - 3\n      - 4\n    - [5, 6]\n"
    one = submitted(text).claims[0]
    assert one.written.shape == (3, 2)
    assert values(one) == [1, 2, 3, 4, 5, 6]
    assert one.text == "[[1, 2], [3, 4], [5, 6]]"


def test_a_list_may_be_a_text():
    one = claim('dL/dz: "[[1, -2.0], [3, 4e1]]"')
    assert one.written.shape == (2, 2)
    assert values(one) == [1, -2, 3, 40]
    assert [w.place.column for w in one.written.flat] == [13, 16, 24, 27]


def test_entries_may_be_workings():
    one = claim("z: [1 + 1 = 2, 3/4, 2*4 = 8.0]")
    assert values(one) == [2, F(3, 4), 8]
    assert [(link.text, link.entry) for link in one.links] == [
        ("1 + 1", (0,)), ("2", (0,)), ("2*4", (2,)), ("8.0", (2,)),
    ]  # fmt: skip


def test_a_working_is_cut_at_its_equals_signs():
    one = claim("dL/dv[2]: -2*(1.5 - 5)*6 = 42")
    assert (one.name, one.at) == ("dL/dv", (1,))
    assert [(link.text, link.place.column, link.width) for link in one.links] == [
        ("-2*(1.5 - 5)*6", 13, 14), ("42", 30, 2),
    ]  # fmt: skip
    assert values(one) == [42]
    assert one.formula is None


@pytest.mark.parametrize("sign", ["=", "≈", "~", "==", " ≃ "])
def test_nearly_equal_counts_as_equal(sign):
    assert len(claim(f"L: 2/3 {sign} 0.67").links) == 2


def test_equals_signs_in_parentheses_belong_to_arguments():
    one = claim("dL/db: sum(dL/dW, axis=1) = [1, 2, 3]")
    assert [link.text for link in one.links] == ["sum(dL/dW, axis=1)", "[1, 2, 3]"]


def test_names_and_matrices_stand_in_workings():
    one = claim(
        "yhat: '[-1,1,-2]@[[0,1,2],[1,1,1],[2,-1,-1]]@[0,2,0] "
        "= (1)(0.2)(1) = relu\\'(yhat) z[1] = 14'".replace("\\'", "''")
    )
    assert all(link.expr is not None for link in one.links)
    assert values(one) == [14]


@pytest.mark.parametrize(
    ("line", "links"),
    [
        ("yhat: yhat = 5", 0),
        ("yhat: ŷ = 2 + 3 = 5", 2),
        ("dL/dv: dE/dv = [1, 2, 3]", 0),
        ("dL/dv[1]: dL/dv = 1", 0),
        ("dL/dz: δ₂ = [1, 2, 3]", 0),
        ("dL/dyhat: dyhat/dyhat = 1", 0),
        ("yhat: = 5", 0),
        ("yhat: L = 5", 2),
    ],
)
def test_a_first_side_that_only_names_the_quantity_is_a_label(line, links):
    one = claim(line)
    assert one.trouble is None
    assert len(one.links) == links


def test_a_formula_is_an_expression_over_the_quantities():
    one = claim("dL/dz: (ŷ - y) * v * relu'(z)")
    assert one.written is None
    assert str(one.formula) == "<(yhat - y) * v * relu'(z)>"


def test_a_working_may_end_in_a_formula():
    one = claim("dL/dz: dL/dh * relu'(z) = v * relu'(z)")
    assert (one.written, len(one.links)) == (None, 2)
    assert one.formula is one.links[1].expr or one.formula == one.links[1].expr


def test_a_list_of_formulas_is_one_formula():
    assert str(claim("z: [x[1], 2, -b[3]]").formula) == "<[x[1], 2, -b[3]]>"


def test_unreadable_sides_are_links_without_meaning():
    one = claim("yhat: (by hand) = 5")
    assert [link.expr is None for link in one.links] == [True, False]
    assert values(one) == [5]


@pytest.mark.parametrize(
    "text",
    ["", "~", "null", "''", "\n    -\n    -", "?", "-", "...", "…", "—", "??", "n/a", "N/A", "_",
     "[?, ?]", "[[?, ?], [?, ?]]", "[-, -]", "[]\n    -", "\n    - ?\n    - ?", "'?'", "? # later"],
)  # fmt: skip
def test_a_blank_answer_is_none(text):
    assert submitted(f"answers:\n  z: {text}\n  yhat: 1\n").claims[0].name == "yhat"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nan", "not a finite number"),
        (".nan", "not a finite number"),
        ("-inf", "not a finite number"),
        (".inf", "not a finite number"),
        ("∞", "not a finite number"),
        ("1e400", "exponent beyond 64"),
        ("1_000", "signs between its digits"),
        ("1,000", "signs between its digits"),
        ("1,5", "a comma"),
        ("1/0", "divides by zero"),
        ("0x10", "not decimal"),
        ("50%", "percent"),
        ("٣", "other characters"),
        ("log(0)", "not a finite number"),
        ("10**64**64", "not a finite"),
        ("2**100", "at most 64"),
        ("1 +", "ends where"),
        ("no idea", "no value `no`"),
        ("5 = nan", "not a finite number"),
        ("5 =", "nothing stands after"),
        ("[1, nan, 3]", "not a finite number"),
        ("[1,000, 2]", "signs between"),
        ("[1, , 3]", "an entry is missing"),
        ("[[1, 2], [3]]", "one length"),
        ("[1, [2]]", "one length"),
        ("[]", "no values"),
        ("[1, {a: 2}]", "found a mapping"),
        ("{a: 2}", "found a mapping"),
        ('"[1, nan]"', "not a finite number"),
        ("__import__('os').getpid()", ""),
        ("factorial(10**6)", "no value `factorial`"),
        ("onehot(1, n=30000000)", "too large"),
        ("W @ y", "multiply by a single number"),
    ],
)
def test_what_cannot_be_read_is_said_and_is_no_exception(text, said):
    one = claim(f"yhat: {text}") if text != "[1, , 3]" else claim("yhat: [1, '', 3]")
    assert one.written is None
    assert one.formula is None
    assert said in one.trouble.message
    assert one.trouble.place.line == 2


@pytest.mark.parametrize(
    ("text", "said", "hint", "column"),
    [
        ("[[0; 0]; [14; 7]]", "found `;`", "commas between numbers", 9),
        ("[[1, 2], [3, 4]", "`]` to close the list", "", 21),
        ("[1, ?, 3]", "an entry is missing", "", 10),
        ("[1, ..., 3]", "an entry is missing", "", 10),
        ("“[-1, 2, 3]”", "`“` (U+201C", "take the quotes away", 6),
        ("«3»", "`«` (U+00AB", "take the quotes away", 6),
        ('"3" and "4"', "", "quotes go around the whole value", 0),
        ("512x10 + 10", "no value `x10`", "write * for times: 512*10", 0),
        ("1.5 x 2", "no value `x`", "write * for times: 1.5*...", 0),
        ("3: 4", "`:` is not expected", "", 7),
    ],
)
def test_what_is_no_yaml_is_told_as_well(text, said, hint, column):
    problem = problem_from_text("weights: {w: 2, b: [1, 1, 1]}\nloss: w**2 + sum(b)")
    found = claims(f"w: {text}\nb: [1, 1, 1]\ndL/dw: ?\nL: 7", problem)
    assert list(found) == ["w", "b", "L"]
    assert [c.trouble is None for c in found.values()] == [False, True, True]
    trouble = found["w"].trouble
    assert said in trouble.message
    assert hint in trouble.hint
    assert trouble.place.line == 2
    assert trouble.place.column == column or not column


def test_the_caret_points_at_the_entry():
    trouble = claim("z: [1, .inf, 3]").trouble
    assert (trouble.place.column, trouble.width) == (10, 4)


@pytest.mark.parametrize(
    ("text", "sizes"),
    [("[3, 2]", (3, 2)), ("(3,)", (3,)), ("3 x 2", (3, 2)), ("3×2", (3, 2)), ("()", ()),
     ("[]", ()), ("5", (5,)), ("(3, 2)", (3, 2))],
)  # fmt: skip
def test_shapes_are_lists_of_sizes(text, sizes):
    one = claim(f"shape(W): {text}")
    assert (one.name, one.sizes) == ("shape(W)", sizes)


@pytest.mark.parametrize("text", ["[3, a]", "0", "-1", "1.5", "99999999999", "{a: 1}", "[[1]]"])
def test_other_things_are_no_shape(text):
    one = claim(f"shape(W): {text}")
    assert one.sizes is None
    assert one.trouble is not None


def test_shapes_may_be_in_named_sizes():
    problem = problem_from_text("inputs: {X: {shape: [N, D]}}\nloss: sum(X)")
    assert claim("shape(X): [N, D]", problem).sizes == (named("N"), named("D"))


def test_keys_are_quantities_in_any_spelling():
    found = claims("ŷ: 1\n∂L/∂v[2]: 2\nparameters(W): 6\ndL/dW[2,1]: 3\nz[1:2]: [1, 2]")
    assert [(c.name, c.at) for c in found.values()] == [
        ("yhat", None), ("dL/dv", (1,)), ("parameters(W)", None), ("dL/dW", (1, 0)),
        ("z", ((0, 2),)),
    ]  # fmt: skip


def test_a_shared_weight_is_known_by_its_first_name():
    text = "inputs: {x: 2}\nweights: {a: 1, b: a}\nnetwork: {z: a*x + b}\nloss: z**2"
    assert claim("dL/db: 1", problem_from_text(text)).name == "dL/da"


def test_unknown_and_repeated_quantities_are_errors_together():
    text = "answers:\n  zz: 1\n  z: [1, 2, 3]\n  dL/dQ: 4\n  ŷ: 1\n  yhat: 2\n"
    assert [(line, column) for line, column, _ in errors(text)] == [(2, 3), (4, 3), (6, 3)]
    assert "answered twice, in line 5 and in line 6" in errors(text)[2][2]


def test_the_schema_is_closed():
    found = errors("answers: {z: 1}\nscore: 10\nmax_points: 3\n")
    assert [said for _, _, said in found] == ["unknown key `score`", "unknown key `max_points`"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "is a mapping, found a list"),
        ("title: A\nweights: {w: 1}\nexamples: []\nloss: w", "this is a problem, not answers"),
        ("problem: p", "nothing is answered"),
        ("answers: [1]", "must be a mapping"),
        ("answers: {}\nexamples: {}", "must be a list"),
        ("answers: {}\nexamples: [{}]", "there is no example 1"),
        ("answers: {}\nsteps: [{}]", "there is no step 1"),
        ("student: [1]\nanswers: {}", "must be a text"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error(text, said):
    assert any(said in message for _, _, message in errors(text))


def test_several_documents_answer_several_problems():
    text = "problem: a.yaml\nanswers: {z: 1}\n---\nproblem: b.yaml\nstudent: s\nanswers:\n"
    found = raw_answers(Source("a.yaml", text))
    assert [(raw.problem, raw.student) for raw in found] == [("a.yaml", ""), ("b.yaml", "s")]
    assert found[1].problem_place.line == 4


EXAMPLES = """\
weights: {w: 2}
network: {p: w*x}
loss: (p - t)**2
examples: [{x: 1, t: 2}, {x: 3, t: 1}]
update: {rule: sgd, lr: 0.1, steps: 2}
define: {twice: 2*p, half: L/2}
"""


def test_a_step_too_many_is_told_once_also_where_each_sees_its_own_example():
    problem = problem_from_text(EXAMPLES.replace("steps: 2", "batch: 1, epochs: 1"))
    (raw,) = raw_answers(Source("a.yaml", "steps: [{p: 2}, {p: 6}, {p: 3}]\n"))
    with pytest.raises(FileError) as caught:
        submission(raw, problem)
    assert [c.message for c in caught.value.complaints] == [
        "there is no step 3: the problem has 2 steps"
    ]


def test_examples_and_steps_stand_by_position():
    problem = problem_from_text(EXAMPLES)
    text = (
        "answers: {L: 1}\nexamples: [{}, {p: 6, dL/dw: 1}]\n"
        "steps:\n  - {dL/dw: 3}\n  - examples: [{p: 1}]\n"
    )
    found = [(c.name, c.example, c.step) for c in submitted(text, problem).claims]
    assert found == [("L", None, None), ("p", 2, None), ("dL/dw", 2, None), ("dL/dw", None, 1),
                     ("p", 1, 2)]  # fmt: skip


def test_what_differs_in_each_example_has_no_total():
    problem = problem_from_text(EXAMPLES)
    for name in ("p", "x", "dL/dp", "twice"):
        assert "different in each example" in errors(f"answers: {{{name}: 1}}", problem)[0][2]
    assert submitted("answers: {L: 1, w: 2, dL/dw: 1, half: 1}", problem).claims


def test_a_submission_keeps_its_lines_and_who_hands_it_in():
    found = submitted("problem: p.yaml\nstudent: 's\\1'\nanswers:\n  z: [1, 2, 3]\n")
    assert (found.name, found.problem, found.student) == ("a.yaml", "p.yaml", "s\\1")
    assert found.source_line(found.claims[0].place) == "  z: [1, 2, 3]"


def test_a_problem_is_told_as_that_alone():
    text = "inputs: {x: 1}\nnetwork:\n  z: x\nloss: z\nfind: [z]\n"
    assert errors(text) == [(1, 1, "this is a problem, not answers")]
    assert [said for _, _, said in errors("answers: {z: 1}\n" + text)] == [
        "unknown key `inputs`", "unknown key `network`", "unknown key `loss`", "unknown key `find`",
    ]  # fmt: skip


def test_a_file_is_read_from_disk(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("answers: {z: [1, 2, 3]}\n", encoding="utf-8")
    assert len(submission(read_answers(str(path))[0], PROBLEM).claims) == 1
    with pytest.raises(FileError):
        read_answers(str(tmp_path / "none.yaml"))


@pytest.mark.parametrize(
    ("written", "shape", "fits"),
    [
        ((3,), (3,), True), ((1, 3), (3,), True), ((3, 1), (3,), True), ((1,), (), True),
        ((1, 1), (), True), ((), (1, 1), True), ((3,), (1, 3), True), ((2, 3), (1, 2, 3), True),
        ((3, 2), (2, 3), False), ((6,), (2, 3), False), ((4,), (2, 2), False), ((), (3,), False),
        ((2, 1, 3), (2, 3), False),
    ],
)  # fmt: skip
def test_only_leading_and_trailing_axes_of_length_1_are_free(written, shape, fits):
    array = np.arange(int(np.prod(written))).reshape(written).astype(object)
    found = fitted(array, shape)
    assert (found is not None) == fits
    if fits:
        assert found.shape == shape
        assert found.ravel().tolist() == array.ravel().tolist()


def test_an_elementwise_derivative_may_be_its_diagonal():
    diagonal_of = np.array([1, 2, 3], object)
    assert diagonal(diagonal_of, (3, 3)).tolist() == [1, 2, 3]
    assert diagonal(diagonal_of.reshape(1, 3), (3, 3)).tolist() == [1, 2, 3]
    assert diagonal(diagonal_of, (3, 2)) is None
    assert diagonal(diagonal_of, (3,)) is None


HOSTILE = [
    "a: &x [*x]", "&a answers: 1", "!!python/object:os.system 1", "answers: {<<: 1}",
    "[" * 5000, "answers: " + "{a: " * 50, "answers:\n  z: " + "[" * 40 + "1" + "]" * 40,
    "answers:\n  z: " + "(" * 400 + "1" + ")" * 400, "answers:\n  z: " + "9**" * 300 + "9",
    "answers:\n  z: " + "-" * 3000 + "1", "answers:\n  z: " + "1=" * 4000 + "1",
    "answers:\n  z: \x1b[2J", "answers:\n  z: " + "9" * 5000, "answers:\n  z: 0x" + "f" * 5000,
    "answers:\n  z: ##[error]x\n  yhat: ::set-env", "answers:\n  z: [link=x]y[/x]",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files_are_refused_or_read(text):
    try:
        found = submitted(text)
    except BackpropError:
        return
    assert all(c.trouble is not None for c in found.claims)


pieces = st.sampled_from(
    ["z", "yhat", "dL/dW", "[", "]", "(", ")", "=", "≈", "1", "-", "0.5", "relu'", "relu", ",", " ",
     "**", "/", "@", "W", "x", ":", "nan", "e", "½", "log", "axis=0", ".T", "∂L/∂ŷ", "{", "}", "'",
     '"', "#", "~", "sum", "onehot", "1e9", "²", "\n", "max", "conv2d", "reshape", "concat"]
)  # fmt: skip
texts = st.one_of(st.text(max_size=40), st.lists(pieces, max_size=14).map("".join))


@settings(max_examples=400, deadline=None)
@given(
    key=st.one_of(st.sampled_from(["z", "dL/dW", "L", "shape(W)", "dL/dv[1]"]), texts), value=texts
)
def test_any_text_is_read_or_refused_by_our_own_errors(key, value):
    try:
        source = Source("a.yaml", f"answers:\n  {key}: {value}\n")
        found = [submission(raw, PROBLEM) for raw in raw_answers(source)]
    except BackpropError:
        return
    for one in found:
        for c in one.claims:
            has = [c.written is not None, c.formula is not None, c.sizes is not None]
            assert sum(has) == (0 if c.trouble else 1)


def test_the_showcase_problems_take_answers():
    problem = load_problem(PROBLEMS / "three-layer-relu.yaml")
    assert claim("dL/dW2[2,2]: 7", problem).at == (1, 1)
