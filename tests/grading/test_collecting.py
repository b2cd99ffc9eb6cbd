"""Folders as they come from other systems, and which file of a student counts."""

import os

import pytest
from grading_support import RIGHT, SMALL, class_of, small_problem

from backpropcli.errors import BackpropError
from backpropcli.grading.run import Plan, grade

PLAN = Plan(jobs=1)
HALF = "answers: {z: 3, L: 4}\n"  # 2 of 4 points


def graded(folder, problem, **options):
    return grade(folder, problem, plan=PLAN, **options)


def told(folder, problem, **options):
    with graded(folder, problem, **options) as grades:
        return {one.student: (one.status, one.score) for one in grades}


def roster(tmp_path, text):
    path = tmp_path / "roster.csv"
    path.write_text(text)
    return path


def test_a_download_from_canvas(tmp_path):
    """Name, perhaps LATE, number of the student, number of the file, name of the file."""
    folder = class_of(
        tmp_path / "class", axann_LATE_101_9001_answers=RIGHT, **{"boxbo_102_9002_hw_1_2-1": HALF}
    )
    listed = roster(
        tmp_path,
        "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
        '"Ax, Ann",101,7,ann1,A\n"Box, Bo",102,101,bo1,A\n"Cox, Cy",103,9,cy1,A\n',
    )
    problem = small_problem(tmp_path)
    assert told(folder, problem, id_pattern="canvas") == {
        "101": ("graded", 4.0), "102": ("graded", 2.0),
    }  # fmt: skip
    # 101 is the number of one student and the SIS id of another: nobody may guess.
    with graded(folder, problem, id_pattern=r"_(\d+)_\d+_", roster=listed) as grades:
        assert grades.strangers == ["101"]
        assert {one.student: one.status for one in grades if one.student != "101"} == {
            "ann1": "missing", "bo1": "graded", "cy1": "missing",
        }  # fmt: skip
    # In a download of Canvas it is what stands in `ID`, and neither an SIS id nor a login.
    right = {"ann1": ("graded", 4.0), "bo1": ("graded", 2.0)}
    assert told(folder, problem, id_pattern="canvas", roster=listed) == {
        **right, "cy1": ("missing", 0.0),
    }  # fmt: skip
    listed.write_text(listed.read_text().replace(",cy1,", ",101,"))
    assert told(folder, problem, id_pattern="canvas", roster=listed) == {
        **right, "101": ("missing", 0.0),
    }  # fmt: skip


@pytest.mark.parametrize(
    "path", ["{}_assignsubmission_file/my answers.yaml", "{}_assignsubmission_file_answers.yml"]
)
def test_a_download_from_moodle(tmp_path, path):
    """Name and number of the participant, as a folder or in the name of the file."""
    folder = tmp_path / "class"
    for name, text in (("Ann de Ax_91001", RIGHT), ("Bo Box_91002", HALF), ("Bo Box_91003", HALF)):
        file = folder / path.format(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    problem = small_problem(tmp_path)
    assert set(told(folder, problem, id_pattern="moodle")) == {
        "Ann de Ax_91001", "Bo Box_91002", "Bo Box_91003",
    }  # fmt: skip
    worksheet = roster(
        tmp_path,
        "Identifier,Full name,Email address\nParticipant 91001,Ann de Ax,a@x.org\n"
        "Participant 91002,Bo Box,b@x.org\nParticipant 91003,Bo Box,c@x.org\n",
    )
    assert told(folder, problem, id_pattern="moodle", roster=worksheet) == {
        "Participant 91001": ("graded", 4.0),
        "Participant 91002": ("graded", 2.0),
        "Participant 91003": ("graded", 2.0),
    }
    # A list without these numbers knows people by name, if only one has it. An id number that
    # happens to be the number of another participant means nothing.
    people = roster(
        tmp_path,
        "First name,Surname,ID number\nAnn,de Ax,1\nBo,Box,2\nBo,Box,3\nCy,Cox,91001\n",
    )
    with graded(folder, problem, id_pattern="moodle", roster=people) as grades:
        assert grades.strangers == ["Bo Box_91002", "Bo Box_91003"]
        found = {one.student: one.status for one in grades}
    assert found == {
        "1": "graded", "2": "missing", "3": "missing", "91001": "missing",
        "Bo Box_91002": "graded", "Bo Box_91003": "graded",
    }  # fmt: skip


def test_names_are_found_as_a_mac_writes_them(tmp_path):
    """A u and two dots in the name of the folder, one character in the list."""
    folder = class_of(tmp_path / "class" / "Ju\u0308 Li_91001_assignsubmission_file", a=RIGHT)
    class_of(tmp_path / "class" / "Zoe\u0308_91002_assignsubmission_file", a=HALF)
    people = roster(tmp_path, "Full name,ID number\nJ\u00fc Li,1\nZo\u00eb,2\n")
    problem = small_problem(tmp_path)
    assert told(folder.parent, problem, id_pattern="moodle", roster=people) == {
        "1": ("graded", 4.0), "2": ("graded", 2.0),
    }  # fmt: skip


def test_a_repository_for_each_student(tmp_path):
    """The problem lies beside the answers, and so do files that have nothing to do with them."""
    problem = small_problem(tmp_path)
    for student in ("hw1-ann", "hw1-bo"):
        class_of(tmp_path / "class" / student, answers=RIGHT, problem=SMALL, site="name: x\n")
    with graded(tmp_path / "class", problem, id_pattern="^hw1-([^/]+)/") as grades:
        assert [(one.student, one.file) for one in grades] == [
            ("ann", "hw1-ann/answers.yaml"), ("bo", "hw1-bo/answers.yaml"),
        ]  # fmt: skip
        assert dict(grades.skipped) == {
            f"hw1-{s}/problem.yaml": "a copy of the problem" for s in ("ann", "bo")
        }
        assert sorted(one.path for one in grades.older) == ["hw1-ann/site.yaml", "hw1-bo/site.yaml"]
    with graded(tmp_path / "class", problem, files=["answers.*"]) as grades:
        assert len(grades) == 2
        assert grades.older == []
        assert len(grades.skipped) == 4


def test_files_may_be_asked_for_by_name_or_path(tmp_path):
    folder = tmp_path / "class"
    class_of(folder / "ann", hw1=RIGHT, hw2=HALF)
    problem = small_problem(tmp_path)
    assert told(folder, problem, files=["hw1.yaml"]) == {"ann": ("graded", 4.0)}
    assert told(folder, problem, files=["no", "ann/hw2*"]) == {"ann": ("graded", 2.0)}
    with pytest.raises(BackpropError, match="no files of answers"):
        graded(folder, problem, files=["hw3.yaml"])


def test_what_can_be_read_goes_before_what_cannot(tmp_path):
    folder = class_of(tmp_path / "class" / "ann", first=RIGHT, second=HALF, third="answers: [")
    for age, name in ((30, "first"), (20, "second"), (10, "third")):
        os.utime(folder / f"{name}.yaml", (1e9 - age, 1e9 - age))
    with graded(tmp_path / "class", small_problem(tmp_path)) as grades:
        assert [(one.file, one.score) for one in grades] == [("ann/second.yaml", 2.0)]
        assert [tuple(one) for one in grades.older] == [
            ("ann/first.yaml", "for ann another one counts: ann/second.yaml"),
            (
                "ann/third.yaml",
                "cannot be read, and for ann another one counts: ann/second.yaml",
            ),
        ]


def test_of_files_of_one_time_the_last_by_name_counts(tmp_path):
    """As systems name what is handed in again: answers, answers-1, answers-2, answers-10."""
    names = ("answers", "answers-1", "answers-2", "answers-10")
    folder = class_of(tmp_path / "class" / "ann", **dict.fromkeys(names, HALF))
    problem = small_problem(tmp_path)
    for last in reversed(names):
        for path in folder.iterdir():
            os.utime(path, (1e9, 1e9))
        with graded(tmp_path / "class", problem) as grades:
            assert [one.file for one in grades] == [f"ann/{last}.yaml"]
        (folder / f"{last}.yaml").unlink()


def test_a_file_of_no_problem_counts_only_where_something_is_missing(tmp_path):
    small_problem(tmp_path, "one")
    two = tmp_path / "two.yaml"
    two.write_text(SMALL.replace("A square", "Another"))
    class_of(tmp_path / "class" / "ann", one=RIGHT, two=RIGHT, site="name: x\n")
    class_of(tmp_path / "class" / "bo", one=RIGHT, solution="answers: [")
    with graded(tmp_path / "class", [tmp_path / "one.yaml", two]) as grades:
        assert [(one.student, one.problem, one.status) for one in grades] == [
            ("ann", "one", "graded"), ("ann", "two", "graded"),
            ("bo", "one", "graded"), ("bo", "", "ungradable"),
        ]  # fmt: skip
        (stray,) = grades.older
    assert stray.path == "ann/site.yaml"


def test_the_title_of_an_assignment(tmp_path):
    small_problem(tmp_path)
    folder = class_of(tmp_path / "class", ann=RIGHT)
    for text, title in (("title: Homework 3\n", "Homework 3"), ("", "A square")):
        (tmp_path / "hw.yaml").write_text(text + "problems: [square.yaml]\n")
        with grade(folder, assignment=tmp_path / "hw.yaml", plan=PLAN) as grades:
            assert grades.title == title
    (tmp_path / "hw.yaml").write_text("title: [a]\nproblems: [square.yaml]\n")
    with pytest.raises(BackpropError, match="`title` is a text"):
        grade(folder, assignment=tmp_path / "hw.yaml", plan=PLAN)


def test_an_archive_has_to_be_unpacked(tmp_path):
    (tmp_path / "class.zip").write_bytes(b"PK")
    with pytest.raises(BackpropError, match="unpack the archive first"):
        graded(tmp_path / "class.zip", small_problem(tmp_path))
