"""Gradebooks, read with the csv module by the rules of each importer."""

import csv
import io
import re
from fractions import Fraction

import pytest
from system_support import HOSTILE, UNSEEN

from backpropcli.grading.data import Judged, Named, Outcome
from backpropcli.report.gradebooks import Book, lines, names, render
from backpropcli.report.gradebooks.plain import quantities

KEPT = Named("BP301", "square-factor-kept", "dL/dyhat", "the right value is 21.375", False)
JUDGED = (
    Judged("L", None, None, "correct", 1.0, 1.0),
    Judged("yhat", 2, None, "wrong", 0.5, 2.0),
    Judged("dL/dz1", None, None, "wrong", 0.0, 0.0),
)
ADA = Outcome("s1", "s1.yaml", "hw", "graded", 1.5, 3.0, JUDGED, (KEPT, KEPT),
              first_wrong_step="dL/dyhat")  # fmt: skip
THIRD = Outcome("s2", "s2.yaml", "hw", "graded", 1 / 3, 3.0)
BROKEN = Outcome("s3", "s3.yaml", "hw", "ungradable", 0.0, 0.0, reason="s3.yaml:1:1: <b>no YAML")
CRASHED = Outcome("s4", "s4.yaml", "hw", "error", 0.0, 0.0, reason="took too long")
ABSENT = Outcome("s5", "", "hw", "missing", 0.0, 3.0)
CLASS = (ADA, THIRD, BROKEN, CRASHED, ABSENT)
FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
CANVAS_ROSTER = {
    "s1": {"Student": "Lovelace, Ada", "ID": "101", "SIS User ID": "u1", "SIS Login ID": "s1",
           "Section": "A"},
    "s9": {"Student": "Noether, Emmy", "ID": "109", "SIS User ID": "", "SIS Login ID": "s9",
           "Section": "B"},
}  # fmt: skip
MOODLE_ROSTER = {
    "s1": {"First name": "Ada", "Last name": "Lovelace", "ID number": "11",
           "Email address": "Ada@example.org"},
    "s3": {"First name": "Émilie", "Last name": "du Châtelet, Marquise", "ID number": "13",
           "Email address": "emilie@example.org"},
}  # fmt: skip


def read(text: str) -> list[list[str]]:
    """The rows, all of one length."""
    assert "\r" not in text
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert len({len(row) for row in rows}) == 1
    return rows


def records(text: str) -> list[dict[str, str]]:
    header, *rows = read(text)
    return [dict(zip(header, row, strict=True)) for row in rows]


def import_canvas(text: str, known: dict[str, str]) -> dict:
    """As GradebookImporter: the headers, the maxima and the grade of each student.

    ``known`` are the students of the course by their numbers.
    """
    separators = {}
    for separator in ";,":
        sizes = {len(next(csv.reader([line], delimiter=separator))) for line in
                 text.split("\n")[:3]}  # fmt: skip
        separators[separator] = sizes.pop() if len(sizes) == 1 else 0
    assert separators[";"] <= separators[","]
    header, *rows = read(text)
    assert len(header) > 3
    assert "Student" in header[0]
    assert "ID" in header[1]
    count = 3
    if re.search(r"SIS\s+Login\s+ID", header[2]):
        count += 1
    elif re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3]):
        count += 2 + bool(re.search(r"Integration\s+ID", header[4]))
    assert "Section" in header[count - 1]
    other = r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)"
    columns = [name for name in header[count:] if not re.search(other, name)]
    found = {"columns": columns, "points": [], "grades": {}, "new": []}
    for row in rows:
        if "Points Possible" in row[0]:
            found["points"].append(row[count])
            continue
        assert not all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", c, re.I) for c in row)
        who = row[1] if row[1] in known else row[3]
        found["grades"][who] = row[count]
        if row[1] not in known and row[3] not in known.values():
            found["new"].append(row[0])
    return found


def import_moodle(text: str, by: str, users: set[str], most: float = 100.0) -> dict:
    """As gradeimport_csv_load_data; raises ``ValueError`` where the whole import is aborted."""
    found = {}
    for row in records(text):
        who = row[by]
        if not who:
            continue
        if who not in users:
            raise ValueError(f"unknown user {who}")
        header = list(row)
        assert header[-1] == "Feedback"  # never without the column of its grade
        value = row[header[-2]]
        grade = None if value in ("", "-") else float(value)
        if grade is not None and grade > most:
            raise ValueError("grade too big")
        found[who] = (grade, row["Feedback"])
    return found


def test_there_is_a_file_for_every_gradebook() -> None:
    assert names() == ("plain", "canvas", "moodle", "nbgrader")


def test_plain_has_a_row_for_each_submission() -> None:
    book = Book("Homework", quantities=quantities(ADA), roster=MOODLE_ROSTER)
    rows = records(render("plain", CLASS, book))
    assert [row["status"] for row in rows] == [
        "graded", "graded", "ungradable", "error", "missing",
    ]  # fmt: skip
    assert rows[0] == {
        "student": "s1", "last_name": "Lovelace", "first_name": "Ada", "problem": "hw",
        "file": "s1.yaml", "status": "graded", "score": "1.5", "max_score": "3", "percent": "50",
        "L": "1", "yhat, example 2": "0.5", "first_wrong_step": "dL/dyhat", "mistakes": "BP301",
        "reason": "",
    }  # fmt: skip
    assert (rows[1]["score"], rows[1]["percent"]) == ("0.333333", "11.111111")
    assert rows[2]["last_name"] == "du Châtelet, Marquise"
    assert rows[2]["score"] == rows[3]["score"] == rows[4]["score"] == ""
    assert rows[3]["reason"] == "took too long"


def test_plain_keeps_nothing() -> None:
    def endless():
        while True:
            yield ADA

    rows = lines("plain", endless(), Book("Homework"))
    assert [next(rows) for _ in range(3)][1].startswith('"s1",')


def test_canvas_takes_it() -> None:
    book = Book("Homework 1", "4711", CANVAS_ROSTER)
    found = import_canvas(render("canvas", CLASS, book), {"101": "s1", "109": "s9", "102": "s2"})
    assert found["columns"] == ["Homework 1 (4711)"]
    assert found["points"] == ["3"]
    assert found["grades"] == {
        "101": "1.5", "109": "", "s2": "0.33", "s3": "", "s4": "", "s5": "",
    }  # fmt: skip
    assert found["new"] == ["s3", "s4", "s5"]
    rows = records(render("canvas", CLASS, book))
    assert (rows[1]["Student"], rows[1]["SIS User ID"], rows[1]["Section"]) == (
        "Lovelace, Ada", "u1", "A",
    )  # fmt: skip


def test_canvas_without_an_id_and_without_a_roster() -> None:
    text = render("canvas", CLASS, Book("Homework"))
    found = import_canvas(text, {"101": "s1"})
    assert found["columns"] == ["Homework"]
    assert found["grades"]["s1"] == "1.5"


def test_canvas_gets_no_number_that_is_not_its_own() -> None:
    """A course's own student number must not meet the number of another user of Canvas."""
    for header in ("name", "Student"):
        roster = {"s1": {"id": "101", header: "Ada Lovelace", "email": "a@b.org"}}
        row = records(render("canvas", [ADA], Book("Homework", "1", roster)))[1]
        assert (row["Student"], row["ID"], row["SIS Login ID"]) == ("Ada Lovelace", "", "s1")


@pytest.mark.parametrize("name", ["Points Possible", "xPoints Possible", "Final Score"])
def test_canvas_takes_no_student_for_the_maxima_and_no_title_for_a_total(name: str) -> None:
    roster = {"s1": {"Student": name, "ID": "101", "SIS Login ID": "s1", "Section": "A"}}
    found = import_canvas(render("canvas", [ADA], Book(name, "7", roster)), {"101": "s1"})
    assert found["points"] == ["3"]
    assert found["grades"] == {"101": "1.5"}
    assert len(found["columns"]) == 1
    assert found["columns"][0].endswith(" (7)")


@pytest.mark.parametrize(("by", "ada"), [("ID number", "11"), ("Email address", "Ada@example.org")])
def test_moodle_takes_it(by: str, ada: str) -> None:
    users = {"11", "13", "Ada@example.org", "emilie@example.org"}
    text = render("moodle", CLASS, Book("Homework", roster=MOODLE_ROSTER))
    found = import_moodle(text, by, users)
    assert len(found) == 2  # unknown students would abort it
    assert found[ada] == (
        1.5,
        "1.5 of 3 points; first wrong step: dL/dyhat; BP301 square-factor-kept",
    )
    assert (None, "not graded: s3.yaml:1:1: &lt;b&gt;no YAML") in found.values()


def test_moodle_without_a_roster_has_the_ids_under_which_students_handed_in() -> None:
    mail = ADA._replace(student="Ada@example.org")
    text = render("moodle", [mail, THIRD], Book("Homework"))
    assert [(r["Email address"], r["ID number"]) for r in records(text)] == [
        ("Ada@example.org", ""), ("", "s2"),
    ]  # fmt: skip
    assert import_moodle(text, "ID number", {"s2"})["s2"][0] == 0.33333


def test_moodle_gets_no_grade_above_its_maximum() -> None:
    big = [ADA._replace(score=240.0, max_score=240.0), THIRD._replace(score=60.0, max_score=240.0)]
    text = render("moodle", big, Book("Homework"))
    assert read(text)[0][2] == "Homework (out of 100)"
    found = import_moodle(text, "ID number", {"s1", "s2"})
    assert [grade for grade, _ in found.values()] == [100, 25]
    with pytest.raises(ValueError, match="too big"):
        import_moodle(text.replace(",100,", ",240,"), "ID number", {"s1", "s2"})


def test_nbgrader_has_the_columns_of_its_export() -> None:
    rows = records(render("nbgrader", CLASS, Book("hw", roster=MOODLE_ROSTER)))
    assert ",".join(rows[0]) == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,"
        "late_submission_penalty,score,max_score"
    )
    by_id = {row["student_id"]: row for row in rows}
    assert by_id["s1"] == {
        "assignment": "hw", "duedate": "", "timestamp": "", "student_id": "s1",
        "last_name": "Lovelace", "first_name": "Ada", "email": "Ada@example.org",
        "raw_score": "1.5", "late_submission_penalty": "0", "score": "1.5", "max_score": "3",
    }  # fmt: skip
    assert by_id["s3"]["score"] == ""  # no grade is made of what could not be read
    assert by_id["s5"]["score"] == "0"  # as nbgrader: nothing handed in


def test_points_of_several_problems_are_added() -> None:
    second = [
        ADA._replace(problem="two", score=2.0, max_score=2.0),
        BROKEN._replace(student="s2", problem="two"),
        ABSENT._replace(student="s6", problem="two", max_score=2.0),
        ABSENT._replace(student="s6"),
        ADA._replace(student="s7"),
        ABSENT._replace(student="s7", problem="two", max_score=2.0),
    ]
    rows = records(render("canvas", [ADA, THIRD, *second], Book("hw")))
    found = {row["SIS Login ID"] or row["Student"].strip(): row["hw"] for row in rows}
    # s2: a part could not be graded. s6: nothing. s7: the problem that is missing scores 0.
    assert found == {"Points Possible": "5", "s1": "3.5", "s2": "", "s6": "", "s7": "1.5"}


@pytest.mark.parametrize(
    ("book", "row", "column"), [("canvas", 0, 5), ("nbgrader", 0, 10), ("moodle", 0, 2)]
)
def test_a_problem_that_nobody_answered_counts(book: str, row: int, column: int) -> None:
    """3 points of the problem that ADA answered, and 200 of another one."""
    assignment = Book("Homework", problems={"hw": 3.0, "other": 200.0})
    found = read(render(book, [ADA], assignment))[1 + row][column]
    # Moodle has the grade out of 100, the others the maximum
    assert float(found) == pytest.approx(1.5 * 100 / 203 if book == "moodle" else 203, abs=1e-5)


def test_feedback_on_a_file_of_no_problem_names_none() -> None:
    stray = BROKEN._replace(student="s1", problem="", max_score=0.0, reason="no such problem")
    two = ADA._replace(problem="two")
    (row,) = records(render("moodle", [ADA, two, stray], Book("hw", reveal="none")))
    assert row["Feedback"] == (
        "hw: 1.5 of 3 points | two: 1.5 of 3 points | not graded: no such problem"
    )


def test_of_two_outcomes_of_a_problem_the_later_counts() -> None:
    rows = records(render("canvas", [ADA, ADA._replace(score=3.0)], Book("hw")))
    assert [row["hw"] for row in rows] == ["3", "3"]


def test_feedback_tells_no_more_than_the_level() -> None:
    said = {
        reveal: records(render("moodle", [ADA], Book("hw", reveal=reveal)))[0]["Feedback"]
        for reveal in ("none", "hint", "diagnosis", "answer")
    }
    assert said["none"] == "1.5 of 3 points"
    assert said["hint"] == "1.5 of 3 points; first wrong step: dL/dyhat"
    assert "BP301" in said["diagnosis"]
    assert not any("21.375" in text for text in said.values())


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_text(name: str, text: str) -> None:
    outcome = Outcome(
        text, text, text, "graded", -1.0, 2.0, (Judged(text, None, None, "wrong", -1.0, 2.0),),
        (Named(text, text, text, text, False),), reason=text, first_wrong_step=text,
    )  # fmt: skip
    broken = Outcome("s2", text, text, "ungradable", reason=text)
    row = dict.fromkeys(("Student", "last_name", "first_name", "Email", "Section"), text)
    book = Book(text, "12", {text: row, "s2": {}}, quantities(outcome))
    out = render(name, [outcome, broken], book)
    rows = read(out)
    assert len(rows) == 3 + (name == "canvas")
    assert out.count("\n") == len(rows)  # Canvas reads the first lines one by one
    for cells in rows:
        for value in cells:
            assert not UNSEEN.search(value)
            assert not FORMULA.match(value) or value in ("-1", "-50")  # numbers of ours
    # A spreadsheet that splits at semicolons meets no formula either: all text is quoted.
    for line in out.split("\n"):
        outside = re.sub(r'"(?:[^"]|"")*"', '""', line)
        assert re.fullmatch(r'(?:""|-?[\d.]*)(?:,(?:""|-?[\d.]*))*', outside)
    if name == "canvas":
        import_canvas(out, {})


def test_numbers_have_no_exponent_and_nan_is_no_grade() -> None:
    tiny = ADA._replace(score=float(Fraction(1, 10**6)), max_score=1e15)
    rows = records(render("plain", [tiny, ADA._replace(score=float("nan"))], Book("hw")))
    assert (rows[0]["score"], rows[0]["max_score"]) == ("0.000001", "1000000000000000")
    assert rows[1]["score"] == ""
