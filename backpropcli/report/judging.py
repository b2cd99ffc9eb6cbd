"""Words for a judged answer, a score and a mistake that the formats share."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from backpropcli.checking.data import Answer, CheckReport, Root
from backpropcli.writing import NumberStyle, number

POINTS = NumberStyle(significant=3)
MOST_WRITTEN = 60  # characters of what was written that a line shows
MOST_NAMES = 8
SEE = "see below"
MOST_ENTRIES = 12  # entries of an axis
NOTES = {
    "rounded": "right but for rounding",
    "carried": "follows from your own earlier value",
}
MARKS = {
    "correct": "✓",
    "rounded": "≈",
    "carried": "→",
    "wrong": "✗",
    "missing": "–",
    "unreadable": "?",
}
ASCII_MARKS = {
    "correct": "+",
    "rounded": "~",
    "carried": ">",
    "wrong": "x",
    "missing": "-",
    "unreadable": "?",
}


def mark(status: str, unicode: bool) -> str:
    """A sign and the word: "✓ correct"."""
    return f"{(MARKS if unicode else ASCII_MARKS)[status]} {status}"


def plural(count: int, one: str, several: str = "") -> str:
    """A count with its noun: "1 point", "2 points"."""
    return f"{count} {one if count == 1 else several or one + 's'}"


def score_words(report: CheckReport) -> str:
    """The points: "5 of 8 points (62 %)"; only a full score is called 100 %."""
    score, most = report.score, report.max_score
    said = f"{number(score, POINTS)} of {number(most, POINTS)} point{'' if most == 1 else 's'}"
    return f"{said} ({int(100 * score / most)} %)" if most else said


def points_words(answer: Answer) -> str:
    """The points of an answer: "0.5/1"; nothing where it gives none."""
    if not answer.counted:
        return ""
    return f"{number(answer.points, POINTS)}/{number(answer.max_points, POINTS)}"


def case_words(thing: Answer | Root) -> str:
    """The example and the step of an answer or a mistake: ", example 2"."""
    example = f", example {thing.example}" if thing.example else ""
    return example + (f", step {thing.step}" if thing.step else "")


def written_words(answer: Answer) -> str:
    """What was handed in, in one line and cut."""
    text = " ".join(answer.text.split())
    return text if len(text) <= MOST_WRITTEN else text[: MOST_WRITTEN - 4] + " ..."


def answer_words(answer: Answer, roots: list[Root]) -> str:
    """A short note on an answer: why it is off, or what is remarkable about it."""
    if answer.status == "wrong" and roots:
        said = sorted(dict.fromkeys(_because(answer, root) for root in roots), key=_is_cause)
        if answer.counted and answer.points == answer.max_points:
            said.append("charged elsewhere")
        return "; ".join([*said, *answer.notes])
    if answer.status == "wrong":
        return SEE
    said = [SEE] if answer.status == "unreadable" else list(answer.notes)
    if not said and answer.status in NOTES:
        said = [NOTES[answer.status]]
    if answer.expected is not None and answer.status != "correct":
        said.append(f"right: {value_words(answer.expected)}")
    if not all(link.ok for link in answer.links):
        said.append("an equals sign of the working does not hold")
    return "; ".join(said)


def _because(answer: Answer, root: Root) -> str:
    return SEE if root.at == answer.quantity else f"because of {root.at}"


def _is_cause(said: str) -> bool:
    return said != SEE


def value_words(value: Any) -> str:
    """A number, or nested lists of numbers, in one line."""
    if not isinstance(value, (list, tuple)):
        return value if isinstance(value, str) else "-" if value is None else number(value)
    parts = [value_words(part) for part in value[:MOST_ENTRIES]]
    return "[" + ", ".join(parts + ["..."] * (len(value) > MOST_ENTRIES)) + "]"


def name_words(root: Root) -> str:
    """The code and the name of a mistake: "BP301 square-factor-kept"; nothing if withheld."""
    return f"{'possibly ' * root.possible}{root.code} {root.name}" if root.name else ""


def is_notice(root: Root) -> bool:
    """Whether it only draws attention to something, by the digit of its family."""
    return root.code[2:3] == "9"


def is_arithmetic(root: Root) -> bool:
    """Whether it tells which equals sign of a working does not hold."""
    return root.code[2:3] == "7"


def mistake_words(root: Root, reveal: str) -> Iterator[tuple[str, str, bool]]:
    """What there is to say about a mistake: text, label, and whether the text is a formula."""
    if reveal == "hint":
        yield root.question, "", False
    if root.message:
        yield ("One possible cause: " if root.possible else "") + root.message, "", False
    if root.scope:
        yield "Made throughout.", "", False
    if root.did:
        yield root.did, "you seem to have computed", True
    if root.right:
        yield root.right, "should be", True
    if root.remedy and root.remedy != root.right:
        yield root.remedy, "to do it right", False
    yield from _reach(root)
    named = {other.name: other.code for other in root.alternatives if other.name != root.name}
    if named:
        others = ", ".join(f"{name} ({code})" for name, code in named.items())
        yield others, "the same numbers also come from", False
    if root.decides:
        yield f"{root.decides} would tell them apart: work it out too.", "", False


def _reach(root: Root) -> Iterator[tuple[str, str, bool]]:
    """What else is wrong because of it, and what is right in spite of it."""
    if len(root.explains) > 1:  # the line of a single one is shown
        names = ", ".join(root.explains[:MOST_NAMES])
        more = len(root.explains) - MOST_NAMES
        yield names + (f" and {more} more" if more > 0 else ""), "explains", True
    if root.follow:
        later = plural(root.follow, "later value follows", "later values follow")
        yield f"{later} correctly from it.", "", False
    if not root.carried_on:
        yield "Not carried on: you seem to have gone on with the right value.", "", False


def passed(report: CheckReport, percent: Fraction) -> bool:
    """Whether a share of the points was reached; without points, whether nothing is off."""
    if not report.max_score:
        return all(a.status in ("correct", "rounded", "carried") for a in report.answers)
    return 100 * report.score >= percent * report.max_score
