"""Collecting, identities, problems, rosters, and the order of results."""

import os

import pytest
from grading_support import RELU, RIGHT, class_of, small_problem

from backpropcli.errors import BackpropError
from backpropcli.grading.run import Plan, grade

PLAN = Plan(jobs=1)
OTHER = """\
inputs: {a: 3}
weights: {b: 5}
network:
  s: a + b
loss: s**2
find: [s, dL/db]
"""  # s = 8, dL/db = 16


def outcomes(*arguments, **options):
    with grade(*arguments, plan=PLAN, **options) as grades:
        return list(grades)


def test_the_points_of_a_sheet(tmp_path):
    # z, L right; dL/dz lost the 2; dL/dw = 2*1.5 follows from it
    folder = class_of(tmp_path / "class", a="answers: {z: 3, L: 4, dL/dz: 2, dL/dw: 3}\n", b=RIGHT)
    first, second = outcomes(folder, small_problem(tmp_path))
    assert (first.student, first.score, first.max_score) == ("a", 3.0, 4.0)
    statuses = {one.quantity: (one.status, one.points) for one in first.judged}
    assert statuses == {
        "z": ("correct", 1), "L": ("correct", 1), "dL/dz": ("wrong", 0), "dL/dw": ("carried", 1),
    }  # fmt: skip
    assert first.first_wrong_step == "dL/dz"
    assert (second.student, second.score, second.named) == ("b", 4.0, ())


def test_unreadable_files_are_lines_with_their_reason(tmp_path):
    folder = class_of(
        tmp_path / "class", ok=RIGHT, open="answers: [", prose="I was ill.\n", empty="",
        bomb="a: &a [1]\nanswers: {z: *a}\n", deep="answers: " + "[" * 30000,
        unknown="answers: {q: 1}\n",
    )  # fmt: skip
    (folder / "latin.yaml").write_bytes(b"answers: {z: 3} # \xe9\n")
    (folder / "large.yaml").write_bytes(b"#" * 300_000)
    found = {one.student: one for one in outcomes(folder, small_problem(tmp_path))}
    assert found.pop("ok").status == "graded"
    assert len(found) == 8
    for one in found.values():
        assert one.status == "ungradable"
        assert one.reason
        assert "\n" not in one.reason
        assert str(tmp_path) not in one.reason
    assert "not UTF-8" in found["latin"].reason
    assert "larger than 256 KiB" in found["large"].reason


def test_odd_files_are_skipped_and_told(tmp_path):
    folder = class_of(tmp_path / "class", a=RIGHT)
    (tmp_path / "outside.yaml").write_text(RIGHT)
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "b.yaml").write_text(RIGHT)
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "linked").symlink_to(tmp_path / "others")
    os.mkfifo(folder / "pipe.yaml")
    (folder / "notes.txt").write_text("hello")
    (folder / ".hidden.yaml").write_text(RIGHT)
    with grade(folder, small_problem(tmp_path), plan=PLAN) as grades:
        assert [one.student for one in grades] == ["a"]
        why = dict(grades.skipped)
    assert sorted(why) == [".hidden.yaml", "link.yaml", "linked", "notes.txt", "pipe.yaml"]
    assert "link" in why["linked"]
    assert "pipe" in why["pipe.yaml"]


def test_whose_a_file_is(tmp_path):
    folder = tmp_path / "class"
    class_of(folder, plain=RIGHT, told="student: s7\n" + RIGHT)
    class_of(folder / "s8", answers="student: s9\n" + RIGHT)
    problem = small_problem(tmp_path)
    assert [one.student for one in outcomes(folder, problem)] == ["plain", "s7", "s8"]
    with_pattern = outcomes(folder, problem, id_pattern=r"(\w+)\.yaml")
    assert [one.student for one in with_pattern] == ["answers", "plain", "told"]


@pytest.mark.parametrize("pattern", ["(", "s123"])
def test_a_pattern_that_names_nobody_is_refused(tmp_path, pattern):
    folder = class_of(tmp_path / "class", a=RIGHT)
    with pytest.raises(BackpropError, match="id pattern"):
        grade(folder, small_problem(tmp_path), id_pattern=pattern, plan=PLAN)


def test_the_newest_of_several_counts_and_the_others_are_told(tmp_path):
    folder = tmp_path / "class"
    class_of(folder / "s1", old=RIGHT, new="answers: {z: 3}\n", older=RIGHT)
    for age, name in ((30, "older"), (20, "old"), (10, "new")):
        os.utime(folder / "s1" / f"{name}.yaml", (1e9 - age, 1e9 - age))
    class_of(folder / "s2", a="answers: {z: 3}\n", b=RIGHT)  # the same time: by name
    for name in "ab":
        os.utime(folder / "s2" / f"{name}.yaml", (1e9, 1e9))
    with grade(folder, small_problem(tmp_path), plan=PLAN) as grades:
        found = [(one.student, one.file, one.score) for one in grades]
        assert sorted(one.path for one in grades.older) == [
            "s1/old.yaml", "s1/older.yaml", "s2/a.yaml",
        ]  # fmt: skip
    assert found == [("s1", "s1/new.yaml", 1.0), ("s2", "s2/b.yaml", 4.0)]


def test_nobody_takes_the_place_of_another_by_a_name_in_a_file(tmp_path):
    folder = class_of(tmp_path / "class", ann=RIGHT, bob="student: ann\nanswers: {z: 7}\n")
    os.utime(folder / "ann.yaml", (1e9, 1e9))
    with grade(folder, small_problem(tmp_path), plan=PLAN) as grades:
        assert [(one.student, one.file, one.score) for one in grades] == [("ann", "ann.yaml", 4.0)]
        assert [one.path for one in grades.older] == ["bob.yaml"]


def test_the_problem_of_a_submission_is_compared_and_never_opened(tmp_path):
    (tmp_path / "easy.yaml").write_text(SMALLER)
    folder = class_of(
        tmp_path / "class",
        right="problem: ../square.yaml\n" + RIGHT,
        stem="problem: square\n" + RIGHT,
        capitals="problem: Square.YAML\n" + RIGHT,
        windows="problem: C:\\hw\\square.yaml\n" + RIGHT,
        other="problem: ../easy.yaml\nanswers: {z: 3}\n",
        secret="problem: /etc/passwd\nanswers: {z: 3}\n",
    )
    found = {one.student: one for one in outcomes(folder, small_problem(tmp_path))}
    assert {s for s, one in found.items() if one.status == "graded"} == {
        "right", "stem", "capitals", "windows",
    }  # fmt: skip
    assert (
        found["other"].reason == "line 1: the answers are for the problem easy.yaml, not for square"
    )
    assert "passwd" in found["secret"].reason


SMALLER = "inputs: {x: 3}\nnetwork: {z: x}\nfind: [z]\n"


def test_several_problems_with_points(tmp_path):
    small_problem(tmp_path)
    (tmp_path / "sum.yaml").write_text(OTHER)
    (tmp_path / "hw.yaml").write_text(
        "problems: [{file: square.yaml, points: 10}, {file: sum.yaml, points: 3}]\n"
    )
    (tmp_path / "roster.csv").write_text("id\nboth\nnone\nsum\n")
    sheet = "problem: sum.yaml\nanswers: {s: 8, dL/db: 7}\n"
    folder = class_of(
        tmp_path / "class", both="problem: square\n" + RIGHT + "---\n" + sheet, sum=sheet,
        nameless="answers: {s: 8}\n",
    )  # fmt: skip
    found = outcomes(folder, assignment=tmp_path / "hw.yaml", roster=tmp_path / "roster.csv")
    told = [(one.student, one.problem, one.status, one.score, one.max_score) for one in found]
    assert told == [
        ("both", "square", "graded", 10.0, 10.0),
        ("both", "sum", "graded", 1.5, 3.0),
        ("nameless", "", "ungradable", 0.0, 0.0),
        ("none", "square", "missing", 0.0, 10.0),
        ("none", "sum", "missing", 0.0, 3.0),
        ("sum", "square", "missing", 0.0, 10.0),
        ("sum", "sum", "graded", 1.5, 3.0),
    ]


def test_a_file_or_its_folder_may_have_the_name_of_the_problem(tmp_path):
    (tmp_path / "sum.yaml").write_text(OTHER)
    folder = class_of(tmp_path / "class" / "ann", square=RIGHT, SUM="answers: {s: 8, dL/db: 7}\n")
    class_of(tmp_path / "class" / "bob" / "Square", answers=RIGHT)
    with grade(folder.parent, [small_problem(tmp_path), tmp_path / "sum.yaml"], plan=PLAN) as found:
        assert [(one.student, one.problem, one.status) for one in found] == [
            ("ann", "square", "graded"), ("ann", "sum", "graded"), ("bob", "square", "graded"),
        ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["[]", "problems: {file: square.yaml}", "problems: [{points: 3}]", "title: x",
     "problems: [{file: square.yaml, points: 0}]", "problems: [{file: square.yaml, worth: 3}]",
     "problems: [square.yaml, square.yaml]", "problems: []"],
)  # fmt: skip
def test_a_bad_assignment_is_refused(tmp_path, text):
    small_problem(tmp_path)
    (tmp_path / "hw.yaml").write_text(text)
    with pytest.raises(BackpropError):
        grade(class_of(tmp_path / "class", a=RIGHT), assignment=tmp_path / "hw.yaml", plan=PLAN)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("id,name,email", "s1,Ann Ax,a@x.org"),
        ("Student;E-Mail", "s1;a@x.org"),
        ("name,Username", "Ann Ax,s1"),
        ("Student,ID,SIS User ID,SIS Login ID,Section", '"Ax, Ann",77,9,s1,A'),
        ("First name\tLast name\tStudent ID", "Ann\tAx\tS1"),
        ("sep=;\nid;name", "s1;Ann Ax"),
        ("id,name", '="s1",Ann Ax'),
        ("id,name", '"=""s1""","Ax, Ann"'),
    ],
)
def test_rosters_of_several_kinds(tmp_path, header, row):
    (tmp_path / "roster.csv").write_text(f"\ufeff{header}\n{row}\n{row.replace('1', '2')}\n")
    folder = class_of(tmp_path / "class", s1=RIGHT, guest=RIGHT)
    with grade(
        folder, small_problem(tmp_path), roster=tmp_path / "roster.csv", plan=PLAN
    ) as grades:
        found = {one.student.lower(): one.status for one in grades}
        assert grades.strangers == ["guest"]
    assert found == {"s1": "graded", "s2": "missing", "guest": "graded"}


@pytest.mark.parametrize("text", ["", "color,size\nred,3\n", "id\ns1\ns1\n", "id\n"])
def test_a_bad_roster_is_refused(tmp_path, text):
    (tmp_path / "roster.csv").write_text(text)
    folder = class_of(tmp_path / "class", a=RIGHT)
    with pytest.raises(BackpropError):
        grade(folder, small_problem(tmp_path), roster=tmp_path / "roster.csv", plan=PLAN)


def test_what_is_wrong_with_a_roster_is_told_with_its_place(tmp_path):
    folder, problem = class_of(tmp_path / "class", a=RIGHT), small_problem(tmp_path)
    (tmp_path / "roster.csv").write_text("sep=;\nid;name\ns1;a\ns1;b\n")
    with pytest.raises(BackpropError, match=r"roster\.csv:4:1: s1 is listed twice"):
        grade(folder, problem, roster=tmp_path / "roster.csv", plan=PLAN)
    (tmp_path / "roster.csv").write_text("Matrikelnummer,Name\n1,Ann\n")
    with pytest.raises(BackpropError, match="only `Matrikelnummer`, `Name`"):
        grade(folder, problem, roster=tmp_path / "roster.csv", plan=PLAN)


@pytest.mark.parametrize("resume", [False, True])
def test_a_journal_is_written_over_no_other_file(tmp_path, resume):
    folder, problem = class_of(tmp_path / "class", a=RIGHT), small_problem(tmp_path)
    plan = Plan(jobs=1, journal=str(tmp_path / "notes.txt"), resume=resume)
    (tmp_path / "notes.txt").write_text("call Ann")
    with pytest.raises(BackpropError, match="is no journal"):
        grade(folder, problem, plan=plan)
    assert (tmp_path / "notes.txt").read_text() == "call Ann"
    for left in ("", '{"jour', '{"journal": 1, "run'):  # what a kill may leave
        (tmp_path / "notes.txt").write_text(left)
        with grade(folder, problem, plan=plan) as grades:
            assert len(grades) == 1


def test_a_changed_file_is_judged_again_and_another_problem_refused(tmp_path):
    folder = class_of(tmp_path / "class", a=RIGHT, b=RIGHT)
    problem = small_problem(tmp_path)
    kept = Plan(jobs=1, journal=str(tmp_path / "journal"), resume=True)
    grade(folder, problem, plan=kept).close(keep=True)
    (folder / "b.yaml").write_text("answers: {z: 3}\n")
    grades = grade(folder, problem, plan=kept)
    assert [one.score for one in grades] == [4.0, 1.0]
    grades.close(keep=True)
    with pytest.raises(BackpropError, match="another run"):
        grade(class_of(tmp_path / "relu", a=RIGHT), RELU, plan=kept)


def test_names_with_controls_are_shown_as_escapes(tmp_path):
    folder = class_of(tmp_path / "class", a='student: "=cmd()"\n' + RIGHT)
    (folder / "\x1b[2Jx\ny.yaml").write_text(RIGHT)
    (folder / os.fsdecode(b"\xff.yaml")).write_text(RIGHT)
    found = {one.student for one in outcomes(folder, small_problem(tmp_path))}
    assert found == {"=cmd()", "\\udcff", "\\x1b[2Jx\\ny"}


def test_nothing_to_grade_is_an_error(tmp_path):
    (tmp_path / "class").mkdir()
    with pytest.raises(BackpropError, match="no files of answers"):
        grade(tmp_path / "class", small_problem(tmp_path), plan=PLAN)
    with pytest.raises(BackpropError, match="cannot be read as a folder"):
        grade(tmp_path / "nowhere", small_problem(tmp_path), plan=PLAN)
