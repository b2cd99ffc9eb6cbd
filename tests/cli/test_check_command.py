"""``backprop check``: its arguments, its options, its exit codes."""

import json
import re
from fractions import Fraction

import pytest
from cli_support import RELU, process, run

from backpropcli.checking.data import Answer, CheckReport, Root
from backpropcli.errors import Complaint, EvaluationError, Place, ProblemError
from backpropcli.files.source import FileError

FORMATS = ("table", "plain", "json", "markdown")
RIGHT = "answers:\n  yhat: 5\n  L: 6.125\n  dL/dW3: [31.5, 21, -14]\n"
TWICE = """\
answers:
  z1: [-1, 2, 3]
  dL/dyhat: 7
  dL/dW3: [63, 42, -28]
  dL/dz2: [-7, 7, -14]
"""


def judged(quantity, status, points):
    return Answer(quantity, None, None, status, Fraction(points), Fraction(1), text="1")


ROOT = Root("BP301", "square-factor-kept", "z", "kept the ##[2]", "Which?", ("z",))
GOOD = CheckReport("good.yaml", "p", "", "", (judged("z", "correct", 1),), ())
HALF = CheckReport(
    "half.yaml", "p", "", "", (judged("z", "correct", 1), judged("y", "missing", 0)), (ROOT,)
)


@pytest.fixture
def checked(monkeypatch, tmp_path):
    """``check_file`` replaced by one that goes by the file's name; what it was asked."""
    asked = []
    answers = {
        "good.yaml": [GOOD],
        "half.yaml": [HALF],
        "two.yaml": [GOOD, HALF],
        "-": [GOOD],
        "unreadable.yaml": FileError(Complaint("cannot be read", Place("unreadable.yaml"))),
        "problem.yaml": ProblemError(Complaint("no network", Place("p.yaml", 1, 1))),
        "zero.yaml": EvaluationError(Complaint("division by zero")),
        "broken.yaml": RuntimeError("broken"),
    }

    def check_file(path, problem=None, time_budget=1.0):
        asked.append((path, problem, time_budget))
        if isinstance(answers[path], Exception):
            raise answers[path]
        return answers[path]

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BACKPROP_DEBUG", raising=False)
    monkeypatch.setattr("backpropcli.checking.check.check_file", check_file)
    return asked


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (["good.yaml"], 0),
        (["half.yaml"], 1),
        (["good.yaml", "half.yaml"], 1),
        (["two.yaml"], 1),
        (["unreadable.yaml"], 3),
        (["problem.yaml"], 2),
        (["zero.yaml"], 2),
        (["broken.yaml"], 4),
        (["half.yaml", "unreadable.yaml", "good.yaml"], 3),
        (["half.yaml", "unreadable.yaml", "problem.yaml"], 2),
        (["problem.yaml", "broken.yaml", "unreadable.yaml", "half.yaml"], 4),
    ],
)
def test_the_most_serious_exit_code_counts(files, code, checked, capsys):
    ran = run(capsys, "check", "-f", "plain", *files)
    assert ran.code == code
    assert [path for path, _, _ in checked] == files
    graded = [f for f in files if f in ("good.yaml", "half.yaml", "two.yaml")]
    assert all(name in ran.out for name in graded if name != "two.yaml")
    assert bool(ran.err) == (len(graded) < len(files))


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--min-score", "50"), 0),
        (("--min-score", "50.01"), 1),
        (("--min-score", "0"), 0),
        (("--exit-zero",), 0),
        (("--min-score", "101"), 2),
        (("--min-score", "half"), 2),
    ],
)
def test_min_score_and_exit_zero(options, code, checked, capsys):
    assert run(capsys, "check", *options, "half.yaml").code == code


@pytest.mark.parametrize(
    ("file", "code"), [("unreadable.yaml", 3), ("problem.yaml", 2), ("broken.yaml", 4)]
)
def test_exit_zero_hides_low_scores_only(file, code, checked, capsys):
    assert run(capsys, "check", "--exit-zero", "half.yaml", file).code == code


def test_problem_and_time_are_handed_on(checked, capsys):
    run(capsys, "check", "good.yaml")
    run(capsys, "check", "good.yaml", "-p", "other.yaml", "--time", "0.25")
    assert checked == [("good.yaml", None, 1.0), ("good.yaml", "other.yaml", 0.25)]
    assert run(capsys, "check", "good.yaml", "--time", "0").code == 2


def test_reports_in_several_formats(checked, tmp_path, capsys):
    ran = run(
        capsys, "check", "two.yaml", "-f", "plain", "--report", "json=r.json",
        "--report", "markdown=r.md", "--exit-zero",
    )  # fmt: skip
    assert ran.code == 0
    assert ran.out.startswith("Score: 1 of 1 point (100 %)")
    assert [r["submission"] for r in json.loads((tmp_path / "r.json").read_text())] == [
        "good.yaml", "half.yaml",
    ]  # fmt: skip
    assert (tmp_path / "r.md").read_text().startswith("# 1 of 1 point")


def test_json_is_an_object_for_one_file_and_a_list_for_several(checked, capsys):
    assert json.loads(run(capsys, "check", "-f", "json", "good.yaml").out)["score"] == 1
    several = run(capsys, "check", "-f", "json", "good.yaml", "unreadable.yaml").out
    assert [one["submission"] for one in json.loads(several)] == ["good.yaml", "unreadable.yaml"]


def test_json_holds_what_cannot_be_graded(checked, tmp_path, capsys):
    ran = run(capsys, "check", "-f", "json", "problem.yaml", "--report", "json=r.json")
    assert (ran.code, ran.err) == (2, "p.yaml:1:1: no network\n")
    found = json.loads(ran.out)
    assert found == json.loads((tmp_path / "r.json").read_text())
    assert (found["submission"], found["status"], found["score"]) == (
        "problem.yaml", "ungraded", None,
    )  # fmt: skip
    assert found["errors"] == [
        {"message": "no network", "file": "p.yaml", "line": 1, "column": 1, "hint": None}
    ]
    graded = json.loads(run(capsys, "check", "-f", "json", "good.yaml").out)
    assert graded["errors"] == []
    assert graded.keys() == found.keys()
    several = ("two.yaml", "unreadable.yaml", "broken.yaml", "good.yaml")
    data = json.loads(run(capsys, "check", "-f", "json", *several).out)
    assert [(one["submission"], one["status"]) for one in data] == [
        ("good.yaml", "graded"), ("half.yaml", "graded"), ("unreadable.yaml", "ungraded"),
        ("broken.yaml", "ungraded"), ("good.yaml", "graded"),
    ]  # fmt: skip
    assert data[3]["errors"][0]["message"] == "internal error: RuntimeError: broken"


def test_reveal_reaches_the_formats(checked, capsys):
    for reveal, named, asks in (("none", 0, 0), ("hint", 0, 1), ("diagnosis", 1, 0)):
        out = run(capsys, "check", "-f", "plain", "--reveal", reveal, "half.yaml").out
        assert ("square-factor-kept" in out, "Which?" in out) == (bool(named), bool(asks))
    assert run(capsys, "check", "--reveal", "all", "half.yaml").code == 2


@pytest.mark.parametrize("form", FORMATS)
def test_workflow_commands_are_broken_up(form, checked, tmp_path, capsys):
    out = run(capsys, "check", "-f", form, "half.yaml").out
    run(capsys, "check", "half.yaml", "--report", f"{form}=out.txt")
    assert "##[" not in out
    assert "##[" not in (tmp_path / "out.txt").read_text()
    if form == "json":
        assert json.loads(out)["mistakes"][0]["message"] == "kept the ##[2]"


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ((), "Usage"),
        (("good.yaml", "-o", "good.yaml"), "would be lost"),
        (("good.yaml", "-o", "./good.yaml"), "would be lost"),
        (("good.yaml", "-p", "p.yaml", "-o", "p.yaml"), "would be lost"),
        (("good.yaml", "--report", "json=good.yaml"), "would be lost"),
        (("good.yaml", "-o", "named-by-the-answers.yaml"), "is not written over"),
        (("good.yaml", "-o", "r", "--report", "json=r"), "written twice"),
        (("good.yaml", "--report", "word=r"), "FORMAT=FILE with a format of table, classroom"),
        (("good.yaml", "--report", "json"), "FORMAT=FILE"),
        (("good.yaml", "--report", "json=-"), "FORMAT=FILE"),
        (("good.yaml", "-f", "word"), "word"),
        (("-", "-"), "only once"),
        (("-", "-p", "-"), "only once"),
    ],
)
def test_usage_errors(arguments, fragment, checked, tmp_path, capsys):
    for name in ("good.yaml", "p.yaml", "named-by-the-answers.yaml"):
        (tmp_path / name).write_text("kept")
    ran = run(capsys, "check", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert fragment in " ".join(ran.err.split())
    assert all(path.read_text() == "kept" for path in tmp_path.iterdir())
    assert not checked


def test_output_to_a_file_and_to_a_minus(checked, tmp_path, capsys):
    shown = run(capsys, "check", "good.yaml", "-o", "-")
    assert shown == run(capsys, "check", "good.yaml")
    assert run(capsys, "check", "good.yaml", "-o", "out.txt") == (0, "", "")
    assert "correct" in (tmp_path / "out.txt").read_text()


def test_a_file_tells_what_could_not_be_graded(checked, tmp_path, capsys):
    (tmp_path / "out.txt").write_text("a report of an hour ago")
    ran = run(capsys, "check", "unreadable.yaml", "-o", "out.txt")
    assert (ran.code, ran.out) == (3, "")
    assert (tmp_path / "out.txt").read_text().startswith("unreadable.yaml cannot be graded.\n")
    ran = run(capsys, "check", "unreadable.yaml", "good.yaml", "--report", "markdown=out.txt")
    assert (ran.code, "unreadable.yaml" in ran.out) == (3, False)
    assert "# Cannot be graded: `unreadable.yaml`" in (tmp_path / "out.txt").read_text()
    assert run(capsys, "check", "unreadable.yaml", "-f", "json", "-o", "out.txt").code == 3
    assert json.loads((tmp_path / "out.txt").read_text())["status"] == "ungraded"


def test_colour_where_it_is_asked_for(checked, capsys):
    assert "\x1b[" in run(capsys, "check", "--color", "always", "good.yaml").out
    assert "\x1b" not in run(capsys, "check", "good.yaml").out


def test_help(capsys):
    ran = run(capsys, "check", "--help")
    assert (ran.code, ran.err) == (0, "")
    for option in ("--problem", "--report", "--reveal", "--min-score", "--exit-zero", "--time"):
        assert option in ran.out


@pytest.fixture
def sheets(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "right.yaml").write_text(RIGHT)
    (tmp_path / "twice.yaml").write_text(TWICE)
    return tmp_path


def test_right_answers_pass(sheets, capsys):
    ran = run(capsys, "check", "-f", "json", "-p", RELU, "right.yaml")
    statuses = {a["quantity"]: a["status"] for a in json.loads(ran.out)["answers"]}
    assert ran.err == ""
    assert [statuses[q] for q in ("yhat", "L", "dL/dW3")] == ["correct"] * 3


@pytest.mark.parametrize("form", FORMATS)
def test_a_doubled_gradient_is_named_and_not_given_away(form, sheets, capsys):
    ran = run(capsys, "check", "-f", form, "-p", RELU, "twice.yaml")
    assert (ran.code, ran.err) == (1, "")
    assert "square-factor-kept" in ran.out
    assert "31.5" not in ran.out  # dL/dW3[1]
    assert "31.5" in run(
        capsys, "check", "-f", form, "-p", RELU, "--reveal", "answer", "twice.yaml"
    ).out  # fmt: skip


@pytest.mark.parametrize("columns", ["40", "80", "132"])
def test_a_table_fits_its_window(columns, sheets, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    lines = run(capsys, "check", "-p", RELU, "twice.yaml").out.splitlines()
    assert max(map(len, lines)) <= int(columns)


def test_the_same_bytes_every_time(sheets, capsys):
    for form in FORMATS:
        first = run(capsys, "check", "-f", form, "-p", RELU, "twice.yaml")
        assert first == run(capsys, "check", "-f", form, "-p", RELU, "twice.yaml")


def test_standard_input_as_a_process():
    ran = process("check", "-f", "plain", "-p", RELU, "-", stdin=RIGHT.encode())
    assert (ran.returncode, ran.stderr) in ((0, b""), (1, b""))
    assert b"yhat: correct" in ran.stdout


@pytest.mark.parametrize(
    ("text", "arguments", "code"),
    [
        ("answers: &a {z: *a}\n", ("-p", RELU), 3),
        ("answer:\n  z1: 1\n", ("-p", RELU), 3),
        ("answers:\n  z1: 1 +\n", ("-p", RELU), 1),
        ("problem: none.yaml\nanswers:\n  z1: 1\n", (), 2),
        ("answers:\n  z1: 1\n", (), 2),
        (RIGHT, ("-p", "none.yaml"), 2),
    ],
)
def test_files_that_cannot_be_used(text, arguments, code, sheets, capsys):
    (sheets / "a.yaml").write_text(text)
    ran = run(capsys, "check", "-f", "plain", "a.yaml", *arguments)
    assert ran.code == code
    assert "Traceback" not in ran.err
    assert ("unreadable" in ran.out) == (code == 1)


def test_a_missing_problem_is_told_with_who_names_it(sheets, capsys):
    (sheets / "a.yaml").write_text("student: s\nproblem: none.yaml\nanswers:\n  z1: 1\n")
    ran = run(capsys, "check", "a.yaml")
    assert ran.err.startswith("none.yaml: cannot be read: ")
    assert ran.err.endswith(" (named in a.yaml:2:10)\n")
    assert "named in" not in run(capsys, "check", "a.yaml", "-p", "none.yaml").err


def test_a_problem_is_no_answers_and_answers_are_no_problem(sheets, capsys):
    ran = run(capsys, "check", RELU)
    assert (ran.code, ran.out, ran.err.count("\n  hint:")) == (3, "", 1)
    assert re.search(r":\d+:1: this is a problem, not answers\n", ran.err)
    assert "backprop solve" in ran.err
    ran = run(capsys, "solve", "right.yaml")
    assert (ran.code, ran.out, ran.err.count("\n  hint:")) == (2, "", 1)
    assert "right.yaml:1:1: these are answers, not a problem\n" in ran.err
    assert "backprop check" in ran.err


def test_a_missing_answers_file(sheets, capsys):
    ran = run(capsys, "check", "missing.yaml", "-p", RELU)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("missing.yaml: ")
