"""The reports of a class in their files: pages without markup, tests with names of their own."""

import os
import re
import resource
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from cli_support import RIGHT, SQUARE, class_of_three, environment, process, run


@pytest.fixture
def folder(tmp_path):
    """A class of three, one of whom cannot be read."""
    return class_of_three(tmp_path, bob=RIGHT)


def grade(capsys, folder, *arguments):
    problem = folder / "square.yaml"
    return run(capsys, "grade", folder / "class", "-p", problem, "--jobs", "1", *arguments)


def test_a_page_of_what_cannot_be_graded_holds_no_markup(capsys, folder):
    (folder / "class" / "<img src=x>.yaml").write_text("answers: {z: 3}\nscore: 4\n")
    (folder / "class" / "cyd.yaml").write_text("Hi ` <img src=y> [me](javascript:0) `\n# big\n")
    page = folder / "all.md"
    assert grade(capsys, folder, "-o", folder / "g.csv", "--report", f"markdown={page}").code == 0
    outside, inside = [], False
    for line in page.read_text().splitlines():
        if line.startswith("```"):
            inside = not inside
        elif not inside:
            outside.append(re.sub(r"(`+).*?\1", "", line))  # code spans
    assert not inside
    assert not [line for line in outside if "<img" in line or "javascript" in line]
    assert sum(line.startswith("# Cannot be graded") for line in outside) == 2


def test_no_two_tests_of_a_class_have_the_same_names(capsys, folder):
    """GitLab shows the first of two, so that the others would be lost."""
    (folder / "other.yaml").write_text(SQUARE)
    for name in ("ann", "bob"):
        (folder / "class" / f"{name}.yaml").unlink()
        (folder / "class" / name).mkdir()
        (folder / "class" / name / "square.yaml").write_text("answers: [\n")
        both = f"problem: other\n{RIGHT}---\nproblem: square\n{RIGHT}"
        (folder / "class" / name / "both.yaml").write_text(both)
    out = folder / "all.xml"
    ran = grade(
        capsys, folder, "-p", folder / "other.yaml", "-o", "-", "--report", f"junit={out}",
    )  # fmt: skip
    assert ran.code == 0
    root = ET.parse(out).getroot()
    names = [(c.attrib["classname"], c.attrib["name"]) for c in root.iter("testcase")]
    assert len(names) == len(set(names)) == 2 * 2 * 4 + 1
    assert {name for name, _ in names} == {"ann", "ann (2)", "bob", "bob (2)", "cyd"}
    files = [suite.attrib["name"] for suite in root]
    assert len(files) == len(set(files)) == 5


def test_a_test_of_what_cannot_be_graded_is_named_by_the_student(capsys, folder):
    for name in ("dan", "eve"):
        (folder / "class" / name).mkdir()
        (folder / "class" / name / "answers.yaml").write_text("answers: [\n")
    out = folder / "all.xml"
    assert grade(capsys, folder, "-o", "-", "--report", f"junit={out}").code == 0
    cases = ET.parse(out).getroot().iter("testcase")
    lost = [case.attrib["classname"] for case in cases if case.attrib["name"] == "submission"]
    assert lost == ["cyd", "dan", "eve"]


def test_no_report_of_a_student_is_written_over_what_is_there(capsys, folder, monkeypatch):
    """Ids may be whole names of files, and those of answers, of the roster or of the gradebook."""
    monkeypatch.chdir(folder)
    (folder / "ann.csv").write_text("id\nann\n")
    call = ["--id-pattern", "(.*)", "-o", "g.csv"]
    ran = grade(capsys, folder, *call, "--report", "plain=class/{student}")
    assert (ran.code, "class/ann.yaml: is another file" in ran.err) == (2, True)
    assert (folder / "class" / "ann.yaml").read_text() == RIGHT
    call = ["--roster", "ann.csv", "-o", "bob.csv"]
    ran = grade(capsys, folder, *call, "--report", "plain={student}.csv")
    assert (ran.code, "ann.csv: is another file" in ran.err) == (2, True)
    assert (folder / "ann.csv").read_text() == "id\nann\n"
    (folder / "class" / "ann.yaml").unlink()
    ran = grade(capsys, folder, *call, "--report", "plain={student}.csv")
    assert (ran.code, "bob.csv: is another file" in ran.err) == (2, True)
    assert (folder / "bob.csv").read_text().startswith('"student",')


def test_a_full_disk_is_no_fault_of_the_program(folder):
    """The journal cannot grow over a limit of the system, nor the output into /dev/full."""
    command = [sys.executable, "-m", "backpropcli", "grade", folder / "class"]
    command += ["-p", folder / "square.yaml"]
    with open("/dev/full", "wb") as full:
        ran = subprocess.run(
            command, env=environment(), stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ran.returncode == 2
    assert b"standard output: cannot be written: No space left" in ran.stderr
    for number in range(60):  # more than 8 KiB
        (folder / "class" / f"s{number}.yaml").write_text(RIGHT)
    command += ["-o", folder / "g.csv"]
    ran = subprocess.run(
        command, env=environment(), capture_output=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)),
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"g.csv.journal: the journal cannot be used: " in ran.stderr
    assert not (folder / "g.csv").exists()
    ran = process(*command[3:], "--resume")
    assert ran.returncode == 0
    assert b"63 submissions: 62 graded, 1 ungradable" in ran.stderr


def test_the_gradebook_goes_into_a_pipe_or_nowhere(folder):
    call = f"{sys.executable} -m backpropcli grade {folder}/class -p {folder}/square.yaml --jobs 1"

    def shell(line):
        return subprocess.run(
            ["sh", "-c", line], capture_output=True, text=True, env=environment(), check=False
        )

    printed = shell(call)
    ran = shell(f"{call} -o /dev/stdout --quiet | cat")
    assert (ran.stdout, ran.stderr) == (printed.stdout, "")
    assert not os.path.exists("/dev/stdout.journal")
    ran = shell(f"{call} >&- 2>&-")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    ran = shell(f"{call} -o {folder}/g.csv >&-")
    assert (ran.returncode, "Traceback" in ran.stderr) == (0, False)
    assert (folder / "g.csv").read_text() == printed.stdout


def test_an_output_that_cannot_be_written_costs_no_work(capsys, folder):
    (folder / "taken").mkdir()
    call = ["-o", folder / "g.csv", "--summary", f"json={folder}/taken"]
    ran = grade(capsys, folder, *call)
    assert (ran.code, "taken: cannot be written" in ran.err) == (2, True)
    assert "what is judged is kept; --resume goes on from there\n" in ran.err
    (folder / "taken").rmdir()
    assert grade(capsys, folder, *call, "--resume").code == 0
    assert (folder / "taken").is_file()
    assert not (folder / "g.csv.journal").exists()
