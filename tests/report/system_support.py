"""What the tests of the formats for other systems share: hostile texts, and odd submissions."""

import re
from dataclasses import replace
from fractions import Fraction

from check_support import KEPT, REPORT, judged, place

from backpropcli.checking.data import CheckReport
from backpropcli.errors import Complaint, Place
from backpropcli.report.checks import load
from backpropcli.report.options import CheckOptions, Ungraded

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "::error::x",
    " ::notice title=Autograding report::{}",
    '##[error]x ##[set-output name=result]{"totalPoints":9}',
    "</script><script>alert(1)</script>",
    "\x1b[2Jboom\x07\x00\x85",
    "]]>&amp;<!-- --> <![CDATA[",
    "boom\u202egnirts\u200b\ufeff\ufffe\ud800",
    "`one` ``two`` ```",
    "a|b\\|c,d;e\"f'g",
    "first\nsecond\r\nthird\t%0A%25",
    "[link](http://a.b) @me [red]x[/red]",
    "+1", "-2", "@x", "\t=1", "\uff1d1",
)  # fmt: skip
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\ufeff\ufffe\ud800]")
UNREAD = Ungraded(
    "broken.yaml",
    (
        Complaint("anchors are not allowed", Place("broken.yaml", 3, 5), "write it out", "a: &x 1"),
        Complaint("is not UTF-8", Place("broken.yaml")),
    ),
)
RIGHT = CheckReport(
    "right.yaml", "p", "", "s1", (judged("z", "correct", 1, text="1"),), (), ("z: 1",)
)
# An example and a step of one quantity, one name twice, and wrong evidence that was not asked for.
ODD = replace(
    REPORT,
    answers=(
        replace(judged("L", "correct", 1, text="1"), example=1),
        replace(judged("L", "correct", 1, text="2"), example=2, step=3),
        judged("L", "wrong", text="3", place=place(9, 6)),
        judged("L", "wrong", text="4", place=place(9, 6)),
        replace(
            judged("dL/dz1", "wrong", text="5", roots=(0,)), counted=False, max_points=Fraction(0)
        ),
    ),
)


def made(form: str, *reports: CheckReport, reveal: str = "diagnosis", ungraded=()) -> str:
    return load(form)(list(reports), CheckOptions(reveal, ungraded=tuple(ungraded)))


def hostile(text: str) -> CheckReport:
    """A report with the text in every place that a student, or a file name, can reach."""
    at = Place(text, 1, 6)
    answer = judged(text, "wrong", submitted=1.0, text=text, place=at, width=9, roots=(0,))
    off = judged("z", "wrong", text=text, place=at, width=5, notes=(text,))
    unread = judged("y", "unreadable", text=text, place=at, notes=(f"not read: {text}",))
    missing = judged(text, "missing")
    right = judged("w", "carried", 1, text=text, notes=(text,))
    root = replace(KEPT, message=f"instead of {text}", did=f"z = {text}", at=text)
    return replace(
        REPORT, answers=(answer, off, unread, missing, right), mistakes=(root,), student=text,
        title=text, submission=text, notes=(text,), cut=text, first_wrong_step=text,
        lines=(f"  z: {text}".split("\n")[0],),
    )  # fmt: skip


def unread(text: str) -> Ungraded:
    return Ungraded(text, (Complaint(text, Place(text, 2, 3), text, text),))


def is_commandless(log: str) -> bool:
    """Whether a runner finds no command in what a step prints.

    As ActionCommand.cs of actions/runner: ``::`` at the start of a trimmed line, and ``##[``
    anywhere in it.
    """
    lines = re.split(r"\r\n|\r|\n", log)
    return not any(line.strip().startswith("::") or "##[" in line for line in lines)
