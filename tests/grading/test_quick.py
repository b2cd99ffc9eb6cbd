"""What is remembered of a class changes no byte of what becomes of it."""

import json
from itertools import product
from random import Random

import pytest
from grading_support import PROBLEMS, class_of, small_problem

from backpropcli.grading.again import MOST, Memory, RightAnswers
from backpropcli.grading.codec import encode, encode_again, rest
from backpropcli.grading.collect import Found, collect
from backpropcli.grading.data import Judged, Known, Named, Outcome
from backpropcli.grading.exercises import load_exercises
from backpropcli.grading.judging import Judge, Setup, judge
from backpropcli.grading.supervisor import Supervisor
from backpropcli.grading.worker import Task

# One number in many spellings, and numbers that are near it.
SPELLINGS = {
    "z": ("3", "3.0", "6/2", "+3", "3e0", "2.99", "-3", "30", "0.3", "3.5", "[3]", ""),
    "L": ("4", "4.00", "8/2", "2", "-4", "40", "4.04"),
    "dL/dz": ("4", "4.0", "2", "-4", "1", "[4]"),
    "dL/dw": ("6", "6.0", "3", "-6", "1.5", "0"),
}


def sheet(values, random):
    """A sheet in the usual layout; how it looks is a matter of chance."""
    student = random.choice(("", "student:\n", f"student: s{random.randrange(9)}\n"))
    note = random.choice(("", "  # a number", " #"))
    head = random.choice(("", "# Answers\n\n", "problem: square.yaml\n"))
    lines = [f"  {name}: {value}{note}\n" for name, value in values.items()]
    if random.random() < 0.1:
        random.shuffle(lines)
    return head + (student if "problem" in head or not head else "") + "answers:\n" + "".join(lines)


def judged_twice(folder, problem, pattern=""):
    """Each file's line by a judge that remembers, met twice, and by one that does not."""
    setup = Setup(str(folder), load_exercises([problem]).exercises, pattern=pattern)
    quick, slow = Judge(setup), Judge(setup)
    slow.quick = None
    files = collect(str(folder)).files
    passes = [[quick.judged(file) for file in files] for _ in range(2)]
    return files, quick, passes, [slow.judged(file) for file in files]


def test_hundreds_of_sheets_have_the_same_lines(tmp_path):
    random = Random(5)
    texts = {}
    for number in range(400):
        values = {name: random.choice(found) for name, found in SPELLINGS.items()}
        if number % 2:  # half of a class has everything right
            values = {name: random.choice(found[:3]) for name, found in SPELLINGS.items()}
        for name in [name for name in values if random.random() < 0.1]:
            del values[name]
        texts[f"s{number:03d}"] = sheet(values or {"z": "3"}, random)
    folder = class_of(tmp_path / "class", **texts)
    files, quick, passes, slow = judged_twice(folder, small_problem(tmp_path))
    assert passes[0] == slow
    assert passes[1] == slow
    assert len(files) == 400
    assert len(quick.quick.memory.known) < 300


def test_odd_and_hostile_sheets_have_the_same_lines(tmp_path):
    texts = {
        "flow": "answers: {z: 3, L: 4, dL/dz: 4, dL/dw: 6}\n",
        "twice": "answers:\n  z: 3\n  z: 3\n",
        "same": "answers:\n  z: 3\n  z[1]: 3\n",
        "unknown": "answers:\n  zz: 3\n",
        "other": "problem: other.yaml\nanswers:\n  z: 3\n",
        "open": "answers:\n  z:\n  L:\n",
        "crlf": "answers:\r\n  z: 3\r\n",
        "bom": "\ufeffanswers:\n  z: 3\n",
        "ragged": "answers:\n  z: [[1, 2], [3]]\n",
        "deep": "answers:\n  z: " + "[" * 60 + "]" * 60 + "\n",
        "long": "answers:\n  z: " + "3" * 9000 + "\n",
        "huge": "answers:\n  z: 1e999999\n",
        "zero": "answers:\n  z: 1/0\n",
        "formula": "answers:\n  z: w*x\n  dL/dw: 2*(z - 1)*x = 6\n",
        "block": "answers:\n  z:\n    - 3\n",
        "shape": "answers:\n  L: [4, 4]\n",
        "beyond": "answers:\n  z: 3\n  dz/dw: 1.5\n",
        "empty": "",
        "anchor": "answers:\n  z: &a 3\n  L: *a\n",
        "tag": "answers:\n  z: !!int 3\n",
        "bytes": "answers:\n  z: \x07\n",
        "null": "student: null\nanswers:\n  z: 3\n",
    }
    folder = class_of(tmp_path / "class", **texts)
    class_of(folder / "of_a_student", a=texts["flow"], b="answers:\n  z: 3\n")
    for pattern in ("", r"(o)"):
        _, _, passes, slow = judged_twice(folder, small_problem(tmp_path), pattern)
        assert passes == [slow, slow]


def test_sheets_with_several_usual_mistakes_have_the_same_lines(tmp_path):
    right = {
        "z1": "[-1, 2, 3]", "h1": "[0, 2, 3]", "z2": "[9, 6, -4]", "yhat": "5", "L": "6.125",
        "dL/dyhat": "3.5", "dL/dW3": "[31.5, 21, -14]",
    }  # fmt: skip
    wrong = ({"dL/dyhat": "-3.5"}, {"h1": "[-1, 2, 3]"}, {"L": "12.25"}, {"z1": "[-1, 2.0, 3.00]"})
    texts = {}
    for number, parts in enumerate(product((False, True), repeat=len(wrong))):
        values = dict(right)
        for change, made in zip(wrong, parts, strict=True):
            values |= change if made else {}
        for copy in "ab":
            texts[f"s{number}{copy}"] = sheet(values, Random(number)).replace("square", "net")
    folder = class_of(tmp_path / "class", **texts)
    problem = (PROBLEMS / "three-layer-relu.yaml").read_text()
    (tmp_path / "net.yaml").write_text(problem)
    files, quick, passes, slow = judged_twice(folder, tmp_path / "net.yaml")
    assert passes == [slow, slow]
    # 16 contents; the two that differ from right ones only in spelling need not be kept apart
    assert len(quick.quick.memory.known) == 15
    assert len(files) == 32


def test_a_file_is_judged_once_and_the_same_answers_not_again(tmp_path, monkeypatch):
    text = "student: {}\nanswers:\n  z: {}\n  L: 4\n"
    folder = class_of(
        tmp_path / "class", a=text.format("p", 5), b=text.format("q", 5),
        c=text.format("r", "3.0"), d=text.format("s", "9/3"),
    )  # fmt: skip
    judge = Judge(Setup(str(folder), load_exercises([small_problem(tmp_path)]).exercises))
    asked = []
    ordinary = judge.outcomes
    monkeypatch.setattr(judge, "outcomes", lambda path: asked.append(path) or ordinary(path))
    lines = [judge.judged(file) for file in collect(str(folder)).files]
    assert asked == ["a.yaml", "c.yaml"]
    assert [line.keys[0][0] for line in lines] == ["p", "q", "r", "s"]
    assert [json.loads(line.text)[3][0][1] for line in lines] == [f"{x}.yaml" for x in "abcd"]


def test_what_ran_out_of_time_or_tells_a_place_is_not_kept(tmp_path, monkeypatch):
    folder = class_of(tmp_path / "class", a="answers:\n  z: 5\n", b="answers:\n  z: 5\n")
    judge = Judge(Setup(str(folder), load_exercises([small_problem(tmp_path)]).exercises))
    ordinary = judge.outcomes
    for change in ({"reason": "cut"}, {"status": "ungradable"}):
        cut = [one._replace(**change) for one in ordinary("a.yaml")]
        monkeypatch.setattr(judge, "outcomes", lambda path, cut=cut: cut)
        judge.judged(collect(str(folder)).files[0])
        assert not judge.quick.memory.known


def test_the_file_that_changes_while_it_is_judged_is_not_kept(tmp_path, monkeypatch):
    folder = class_of(tmp_path / "class", a="answers:\n  z: 3.5\n")
    judge = Judge(Setup(str(folder), load_exercises([small_problem(tmp_path)]).exercises))
    ordinary = judge.outcomes

    def change(path):
        (folder / path).write_text("answers:\n  z: 5\n")
        return ordinary(path)

    monkeypatch.setattr(judge, "outcomes", change)
    judge.judged(collect(str(folder)).files[0])
    assert not judge.quick.memory.known


@pytest.mark.parametrize(
    ("answers", "mark"),
    [
        ("z:3\nL:4.0\n", "z\nL"),
        ("dL/dw:12/2\n", "dL/dw"),
        ("z:3\nL:4.1\n", ""),
        ("z:[3]\n", ""),  # a number in brackets is another spelling, left to the checker
        ("z:3\nL:\n", ""),
        ("q:3\n", ""),
        ("z:\n-3\n", ""),
    ],
)
def test_sheets_on_which_all_is_right_are_told_by_their_quantities(tmp_path, answers, mark):
    (exercise,) = load_exercises([small_problem(tmp_path)]).exercises
    checker = Judge(Setup(str(tmp_path), (exercise,))).checker(exercise)
    assert RightAnswers(checker).mark(answers) == mark


def test_the_memory_is_bounded_and_keeps_what_is_met():
    memory, known = Memory(2), Known("p", "graded", "]")
    for mark in ("a", "b", "a", "c"):
        memory.put(mark, known) if memory.get(mark) is None else None
    assert list(memory.known) == ["a", "c"]
    assert MOST <= 10_000


def test_a_line_that_is_put_together_is_the_line_as_json():
    judged = (Judged("z", None, None, "wrong", 0.5, 1 / 3),)
    named = (Named("BP1", 'a "name"', "z", "é ] \\ \u2028", True),)
    outcome = Outcome('s"1', "a\\é.yaml", "p", "graded", 1.5, 2.0, judged, named, (("z", "1"),))
    file = Found("a\\é.yaml", 12, 34)
    whole = json.dumps([*file, [outcome]], separators=(",", ":")).encode() + b"\n"
    assert encode(file, [outcome]) == whole
    assert encode_again(file, outcome.student, outcome.file, rest(outcome)) == whole
    assert encode(file, []) == json.dumps([*file, []], separators=(",", ":")).encode() + b"\n"


def test_workers_tell_each_other_what_they_found(tmp_path):
    texts = {f"s{n:03d}": f"answers:\n  z: {3 + n % 7}\n  L: 4\n" for n in range(60)}
    folder = class_of(tmp_path / "class", **texts)
    setup = Setup(str(folder), load_exercises([small_problem(tmp_path)]).exercises)
    files = collect(str(folder)).files
    batches = [[Task(n, files[n]) for n in range(at, at + 5)] for at in range(0, 60, 5)]
    supervisor = Supervisor(judge, setup, jobs=2)
    lines = {}
    for results in supervisor.run(batches):
        lines |= {found.number: found.line for found in results}
    slow = Judge(setup)
    slow.quick = None
    assert [lines[n] for n in range(60)] == [slow.judged(file).text for file in files]
    marks = [learned.mark for _, learned in supervisor.told]
    assert len(set(marks)) == 7
    assert len(marks) <= 2 * 7  # two may find the same at the same time, and not later

    first, second = Judge(setup), Judge(setup)
    expected = first.judged(files[0])
    second.learn(first.news())
    second.outcomes = None  # it has no need to judge
    assert second.judged(files[0]) == expected
    assert first.news() == ()
