"""The command that grades a class."""

import csv
import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from cli_support import PROBLEMS, RELU, RIGHT, SQUARE, class_of_three, environment, process, run

CLASS = PROBLEMS / "class" / "submissions"
ROSTER = PROBLEMS / "class" / "roster.csv"

LOST = "no grade: cyd.yaml: line 2: the file ends within a list or mapping"


@pytest.fixture
def folder(tmp_path):
    """A class of three: one is right, one lost the 2 of the square, one cannot be read."""
    return class_of_three(tmp_path, bob="answers: {z: 3, L: 4, dL/dz: 2, dL/dw: 3}\n")


def grade(capsys, folder, *arguments):
    problem = folder / "square.yaml"
    return run(capsys, "grade", folder / "class", "-p", problem, "--jobs", "1", *arguments)


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_example_class(capsys, tmp_path):
    output, summary = tmp_path / "grades.csv", tmp_path / "summary.json"
    ran = run(
        capsys, "grade", CLASS, "-p", RELU, "--roster", ROSTER, "-o", output,
        "--summary", f"json={summary}", "--strict",
    )  # fmt: skip
    assert ran.code == 3
    assert ran.out == ""
    assert ran.err.splitlines()[-1].startswith(
        "31 submissions: 29 graded, 1 ungradable, 1 missing ->"
    )
    found = {row["student"]: row for row in rows(output.read_text())}
    assert list(found) == [f"s{n:03d}" for n in range(1, 32)]
    # 13 quantities of a point each; an entry that is asked beside its matrix is part of it.
    by_hand = {
        "s001": 13,  # all right
        "s003": 12,  # no relu mask: dL/dW1 is wrong, its entry [2,1] and what follows are not
        "s004": 12,  # dL/dyhat doubled, and all later values follow from it
        "s007": 11,  # W2 not transposed: dL/dW1 and its entry are wrong, dL/db1 has that cause too
        "s009": 12,  # the loss without its half
        "s013": 12 + 2 / 3,  # one of three entries of dL/dW3 is off
        "s014": 10,  # dL/dW1, its entry and dL/db1 are missing
        "s029": 8,  # z1, h1, z2, dL/dW2 and its entry are missing
    }
    assert {s: float(found[s]["score"]) for s in by_hand} == pytest.approx(by_hand)
    assert found["s003"]["mistakes"] == "BP202"
    assert found["s009"]["mistakes"] == "BP305"
    assert (found["s028"]["status"], found["s028"]["score"]) == ("ungradable", "")
    assert (found["s031"]["status"], found["s031"]["score"]) == ("missing", "")
    (told,) = json.loads(summary.read_text())["problems"]
    assert told["submissions"] == {"graded": 29, "missing": 1, "ungradable": 1}
    assert sum(told["scores"]["bars"]) == 29
    masks = next(m for m in told["mistakes"] if m["name"] == "missing-relu-mask")
    # s003, s006, s012, s017 and s027 forgot it
    assert (masks["submissions"], masks["at"]) == (5, {"dL/dz1": 5})
    twice = {"quantity": "dL/dW1", "written": "[[0, 0], [14, 7], [12, 5]]", "submissions": 2}
    assert told["unexplained"][0] == twice


def test_the_gradebook_is_printed_without_a_file(capsys, folder):
    ran = grade(capsys, folder)
    assert ran.code == 0
    found = [(row["student"], row["status"], row["score"]) for row in rows(ran.out)]
    assert found == [("ann", "graded", "4"), ("bob", "graded", "3"), ("cyd", "ungradable", "")]
    assert ran.err == f"{LOST}\n3 submissions: 2 graded, 1 ungradable\n"
    assert grade(capsys, folder, "--quiet").err == ""


def test_strict_tells_of_what_cannot_be_graded_by_its_exit_code(capsys, folder):
    assert grade(capsys, folder, "--strict").code == 3
    (folder / "class" / "cyd.yaml").unlink()
    assert grade(capsys, folder, "--strict").code == 0


def test_reports_go_to_a_folder_a_pattern_or_one_file(capsys, folder):
    ran = grade(
        capsys, folder, "-o", folder / "g.csv", "--report", f"markdown={folder}/feedback/",
        "--report", f"gradescope={folder}/gs/{{student}}/results.json",
        "--report", f"json={folder}/all.json", "--report", f"junit={folder}/all.xml",
        "--report", f"plain={folder}/all.txt", "--reveal", "hint",
    )  # fmt: skip
    assert ran.code == 0
    assert sorted(p.name for p in (folder / "feedback").iterdir()) == ["ann.md", "bob.md", "cyd.md"]
    assert json.loads((folder / "gs" / "bob" / "results.json").read_text())["score"] == 3
    told = [
        (r["student"], r["status"], r["score"])
        for r in json.loads((folder / "all.json").read_text())
    ]
    assert told == [("ann", "graded", 4), ("bob", "graded", 3), ("cyd", "ungraded", None)]
    suites = ET.parse(folder / "all.xml").getroot()
    assert suites.get("tests") == str(len(list(suites.iter("testcase")))) == "9"
    assert suites.get("failures") == str(len(list(suites.iter("failure")))) == "1"
    assert suites.get("errors") == "1"
    text = (folder / "all.txt").read_text()
    assert text.count("Score: ") == 2
    assert "cyd.yaml cannot be graded." in text
    assert "BP" not in text  # a hint names no mistake


def test_what_a_student_calls_themselves_cannot_lead_out_of_the_folder(capsys, folder):
    (folder / "class" / "bob.yaml").write_text('student: "../../bob"\n' + RIGHT)
    (folder / "class" / "cyd.yaml").write_text('student: "=1+1"\n' + RIGHT)
    out = folder / "out"
    assert grade(capsys, folder, "-o", folder / "g.csv", "--report", f"plain={out}/").code == 0
    assert sorted(p.name for p in out.iterdir()) == ["%2E.%2F..%2Fbob.txt", "%3D1+1.txt", "ann.txt"]
    assert [row["student"] for row in rows((folder / "g.csv").read_text())] == [
        "../../bob", "'=1+1", "ann",
    ]  # fmt: skip


def test_a_long_name_does_not_stop_the_reports_of_others(capsys, folder):
    (folder / "class" / "bob.yaml").write_text(f"student: {'é' * 5000}\n" + RIGHT)
    (folder / "class" / "dan.yaml").write_text(f"student: {'学' * 5000}\n" + RIGHT)
    out = folder / "out"
    assert grade(capsys, folder, "-o", folder / "g.csv", "--report", f"plain={out}/").code == 0
    assert len(list(out.iterdir())) == 4


def test_a_report_has_the_name_of_a_student_in_any_language(capsys, folder):
    for name in ("Jörg Müller", "José", "שלום", "学生", "a/b"):
        (folder / "class" / name).mkdir(parents=True)
        (folder / "class" / name / "x.yaml").write_text(RIGHT)
    out = folder / "out"
    call = ["--id-pattern", r"(.*)/x.yaml", "-o", folder / "g.csv", "--report", f"plain={out}/"]
    assert grade(capsys, folder, *call).code == 0
    assert {path.name for path in out.iterdir()} == {
        "ann.txt", "bob.txt", "cyd.txt", "Jörg Müller.txt", "José.txt", "שלום.txt", "学生.txt",
        "a%2Fb.txt",
    }  # fmt: skip


def test_quantities_of_examples_have_columns_of_their_own(capsys, folder):
    (folder / "two.yaml").write_text(
        "weights: {w: 2}\nnetwork: {z: w*x}\nloss: z**2\nexamples: [{x: 1}, {x: 3}]\n"
        "find: {z: 2, dL/dw: 4}\n"
    )  # dL/dw = 2*2*1 + 2*6*3 = 40
    sheet = "answers: {dL/dw: 40}\nexamples: [{z: 2}, {z: 5}]\n"
    (folder / "class" / "ann.yaml").write_text(sheet)
    ran = run(capsys, "grade", folder / "class", "-p", folder / "two.yaml", "--jobs", "1")
    (ann, *_) = rows(ran.out)
    told = [ann[name] for name in ("z, example 1", "z, example 2", "dL/dw", "score")]
    assert told == ["1", "0", "4", "5"]
    assert "z" not in ann


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_a_summary_on_the_terminal_takes_the_place_of_the_gradebook(capsys, folder, form):
    ran = grade(capsys, folder, "--summary", form)
    assert ran.code == 0
    assert "2 graded, 1 ungradable." in ran.out
    assert "Mean 87.5 %" in ran.out  # of 100 % and 75 %
    assert "student" not in ran.out
    assert "ann" not in ran.out
    assert "bob" not in ran.out


@pytest.mark.parametrize("book", ["canvas", "moodle", "nbgrader"])
def test_every_gradebook_has_each_student(capsys, folder, book):
    ran = grade(capsys, folder, "--csv", book)
    assert ran.code == 0
    for student in ("ann", "bob", "cyd"):
        assert student in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["class"], "the problem is missing"),
        (["class", "-p", "none.yaml"], "none.yaml"),
        (["class", "-p", "class/cyd.yaml"], "cyd.yaml"),
        (["class", "-p", "hw.yaml"], "this is an assignment, not a problem"),
        (["class", "--assignment", "square.yaml"], "this is a problem, not an assignment"),
        (["nowhere", "-p", "square.yaml"], "cannot be read as a folder"),
        (["class", "-p", "square.yaml", "--resume"], "--resume needs"),
        (["class", "-p", "square.yaml", "-o", "square.yaml"], "would be lost"),
        (["class", "-p", "square.yaml", "-o", "class/ann.yaml"], "not written over"),
        (["class", "-p", "square.yaml", "-o", "g", "--summary", "json=g"], "written twice"),
        (["class", "-p", "square.yaml", "-o", "g", "--report", "json=g.journal"], "written twice"),
        (["class", "-p", "square.yaml", "--report", "json=fb/", "--report", "gradescope=./fb/"],
         "written twice"),
        (["class", "-p", "square.yaml", "--report", "json=class/{student}.yaml"], "written over"),
        (["class", "-p", "square.yaml", "--report", "none=x"], "not FORMAT=PATH"),
        (["class", "-p", "square.yaml", "--report", "gradescope=x"], "no file for a whole class"),
        (["class", "-p", "square.yaml", "--summary", "html"], "not FORMAT"),
        (["class", "-p", "square.yaml", "--id-pattern", "("], "id pattern"),
        (["class", "-p", "square.yaml", "-o", "no/such/g.csv"], "a folder that does not exist"),
        (["class/ann.yaml", "-p", "square.yaml"], "backprop check judges one file"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_told_with_exit_code_2(capsys, folder, monkeypatch, arguments, said):
    monkeypatch.chdir(folder)
    (folder / "hw.yaml").write_text("title: Homework\nproblems: [square.yaml]\n")
    ran = run(capsys, "grade", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert (folder / "class" / "ann.yaml").read_text() == RIGHT


def test_jobs_do_not_change_a_byte(capsys, folder):
    for number in range(12):
        (folder / "class" / f"d{number}.yaml").write_text(RIGHT.replace("4", str(number % 5)))
    one = grade(capsys, folder, "-o", folder / "1.csv", "--report", f"json={folder}/1.json")
    two = run(
        capsys, "grade", folder / "class", "-p", folder / "square.yaml", "--jobs", "2",
        "-o", folder / "2.csv", "--report", f"json={folder}/2.json",
    )  # fmt: skip
    assert (one.code, two.code) == (0, 0)
    for name in ("csv", "json"):
        assert (folder / f"1.{name}").read_bytes() == (folder / f"2.{name}").read_bytes()


def test_nothing_but_the_outputs_is_left_behind(capsys, folder, monkeypatch):
    temporary = folder / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    assert grade(capsys, folder, "-o", folder / "g.csv").code == 0
    assert grade(capsys, folder).code == 0
    assert sorted(os.listdir(folder)) == ["class", "g.csv", "square.yaml", "tmp"]
    assert os.listdir(temporary) == []


def test_there_is_no_bar_in_a_pipe(folder):
    ran = process("grade", folder / "class", "-p", folder / "square.yaml", "--jobs", "1")
    assert ran.returncode == 0
    assert ran.stderr.decode() == f"{LOST}\n3 submissions: 2 graded, 1 ungradable\n"
    assert b"\x1b" not in ran.stdout


def test_the_bar_is_on_a_terminal_and_leaves_it_clean(folder):
    """Stderr is a terminal, stdout a pipe: the gradebook stays what it is without one."""
    terminal, end = os.openpty()
    arguments = ["grade", str(folder / "class"), "-p", str(folder / "square.yaml"), "--jobs", "1"]
    ran = subprocess.run(
        [sys.executable, "-m", "backpropcli", *arguments],
        stdout=subprocess.PIPE, stderr=end, env=environment(TERM="xterm", COLUMNS="60"),
        timeout=60, check=True,
    )  # fmt: skip
    os.close(end)
    with open(terminal, "rb", buffering=0) as file:
        shown = file.read(65536).decode()
    assert "grading" in shown
    assert "3/3" in shown
    assert "/s" in shown
    assert shown.endswith("3 submissions: 2 graded, 1 ungradable\r\n")
    assert ran.stdout == process(*arguments).stdout


def test_a_folder_too_high_up_is_noticed(capsys, folder):
    (folder / "class" / "ann.yaml").rename(folder / "class" / "cyd2.yaml")
    (folder / "outer").mkdir()
    (folder / "class").rename(folder / "outer" / "class")
    ran = run(capsys, "grade", folder / "outer", "-p", folder / "square.yaml", "--jobs", "1")
    assert ran.code == 0
    said = f"taken for one student's; is {folder}/outer/class the class?"
    assert said in ran.err


def test_ids_that_a_pattern_would_find_are_noticed(capsys, folder):
    for name in ("ann", "bob", "cyd"):
        (folder / "class" / f"{name}.yaml").rename(folder / "class" / f"{name}_1_2_hw.yaml")
    ran = grade(capsys, folder)
    assert "the files are named as by Canvas: --id-pattern canvas finds the ids\n" in ran.err
    ran = grade(capsys, folder, "--id-pattern", "(ann|bob)_1")
    assert "1 file does not fit the id pattern, of 3: the id is the name of the file\n" in ran.err


def test_files_skipped_for_one_reason_are_told_together(capsys, folder):
    for number in range(5):
        (folder / "class" / f"page{number}.pdf").write_text("x")
    (folder / "class" / ".git").mkdir()
    assert grade(capsys, folder).err.splitlines() == [
        LOST,
        "skipped: .git: hidden",
        "skipped: 5 files such as page0.pdf: no file of answers (.yaml, .yml)",
        "3 submissions: 2 graded, 1 ungradable",
    ]


def test_answers_that_cannot_be_read_are_told(capsys, folder):
    """They give no points, and perhaps a person can read them."""
    (folder / "class" / "cyd.yaml").write_text('answers: {z: "3, 0", L: 4}\n')
    (folder / "square.yaml").write_text(SQUARE.replace("dL/dz: 1", "dL/dz: 0"))
    (folder / "class" / "bob.yaml").write_text("answers: {z: three, L: 4, dL/dz: four}\n")
    ran = grade(capsys, folder)
    assert [row["z"] for row in rows(ran.out)] == ["1", "0", "0"]
    assert ran.err.splitlines() == [
        "unreadable answer: bob.yaml: z",
        "unreadable answer: cyd.yaml: z",
        "3 submissions: 3 graded",
    ]


def test_a_folder_for_each_problem_is_no_student(capsys, folder):
    for name in ("ann", "bob", "cyd"):
        (folder / "class" / f"{name}.yaml").unlink()
        (folder / "class" / "square").mkdir(exist_ok=True)
        (folder / "class" / "square" / f"{name}.yaml").write_text(RIGHT)
    pattern = r"([^/]+)\.ya?ml$"
    assert (
        "the folder square has the name of a problem, and is taken for a student's: "
        f"--id-pattern '{pattern}' takes the names of the files\n"
    ) in grade(capsys, folder).err
    ran = grade(capsys, folder, "--id-pattern", pattern)
    assert [row["student"] for row in rows(ran.out)] == ["ann", "bob", "cyd"]
    assert ran.err == "3 submissions: 3 graded\n"


def test_a_problem_under_another_name_than_the_sheets_give_it_is_noticed(capsys, folder):
    for name in ("ann", "bob", "cyd", "dan"):
        (folder / "class" / f"{name}.yaml").write_text("problem: hw1.yaml\n" + RIGHT)
    told = "line 1: the answers are for the problem hw1.yaml, not for square"
    assert grade(capsys, folder).err.splitlines() == [
        f"no grade: 4 files such as ann.yaml: {told}",
        "4 submissions name another problem; if it is the same one, call its file by that name "
        "for -p",
        "4 submissions: 4 ungradable",
    ]


def test_the_column_of_the_gradebook_has_a_name(capsys, folder):
    ran = grade(capsys, folder, "--csv", "canvas", "--column", "Homework 1 (4711)")
    assert ran.out.splitlines()[0].endswith(',"Homework 1 (4711)"')


def test_reports_of_several_problems_do_not_overwrite_each_other(capsys, folder):
    (folder / "other.yaml").write_text(SQUARE)
    (folder / "class" / "bob.yaml").write_text(
        f"problem: square\n{RIGHT}---\nproblem: other\n{RIGHT}"
    )
    both = ["-p", folder / "other.yaml", "-o", folder / "g.csv", "--report"]
    ran = grade(capsys, folder, *both, f"json={folder}/out/{{student}}.json")
    assert ran.code == 2
    assert "needs {problem} too" in ran.err
    assert not (folder / "g.csv").exists()
    assert grade(capsys, folder, *both, f"plain={folder}/out/").code == 0
    names = {path.name for path in (folder / "out").iterdir()}
    assert {"bob-square.txt", "bob-other.txt"} <= names


def test_the_command_never_loads_sympy(folder):
    script = (
        "import sys; from backpropcli.cli.main import run\n"
        "code = run(sys.argv[1:]); print(code, 'sympy' in sys.modules, file=sys.stderr)"
    )
    arguments = ["grade", str(folder / "class"), "-p", str(folder / "square.yaml"), "--jobs", "1"]
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True, text=True, env=environment(), timeout=60, check=True,
    )  # fmt: skip
    assert ran.stderr.splitlines()[-1] == "0 False"
