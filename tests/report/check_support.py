"""A report built by hand: one mistake with two wrong answers, and an answer of each other kind."""

from dataclasses import replace
from fractions import Fraction

from backpropcli.checking.data import Answer, CheckReport, LinkFinding, Root
from backpropcli.errors import Place
from backpropcli.report.checks import load
from backpropcli.report.options import CheckOptions

FORMATS = ("table", "json", "markdown", "plain")
SYSTEMS = ("classroom", "github", "github_summary", "gradescope", "junit", "prairielearn")
LEVELS = ("none", "hint", "diagnosis", "answer")
LINES = (
    "problem: three-layer-relu.yaml",
    "student: s123",
    "answers:",
    "  z1: [-1, 2, 3]",
    "  dL/dW3[2]: -2*(1.5 - 5)*6 = 42",
    "  dL/dz2: [-7.25, 7.5, -14.75]",
    "  dL/dW1: [[0, 9.5], [28.5, 14], [14, 7]]",
    "  yhat: 4 + =",
    "  L: (1.5 - 5)**2/2 = 12.25/2 = 6.75",
)


def place(line: int, column: int) -> Place:
    return Place("answers.yaml", line, column)


def judged(quantity: str, status: str, points: object = 0, **more: object) -> Answer:
    return Answer(quantity, None, None, status, Fraction(points), Fraction(1), **more)


KEPT = Root(
    "BP301",
    "square-factor-kept",
    "dL/dyhat",
    "the 2 of the square meets the 1/2 of the loss",
    "What becomes of the 1/2 in the loss?",
    ("dL/dW3[2]", "dL/dz2"),
    remedy="differentiate the loss with its 1/2",
    did="dL/dyhat = 2*(yhat - y)",
    right="dL/dyhat = yhat - y",
    follow=2,
    alternatives=(Root("BP305", "missing-batch-mean", "dL/dyhat", "no 1/N", "A mean?", ()),),
    decides="dL/dh1",
)
ANSWERS = (
    judged("z1", "correct", 1, submitted=[-1.0, 2.0, 3.0], expected=[-1.0, 2.0, 3.0],
           text="[-1, 2, 3]", place=place(4, 7), width=10),
    judged("dL/dW3[2]", "wrong", submitted=42.0, expected=21.375, roots=(0,),
           text="-2*(1.5 - 5)*6 = 42", place=place(5, 14), width=19,
           links=(LinkFinding("-2*(1.5 - 5)*6 = 42", True, place(5, 14), 19),)),
    judged("dL/dz2", "wrong", submitted=[-7.25, 7.5, -14.75], expected=[-3.625, 3.75, -7.375],
           text="[-7.25, 7.5, -14.75]", place=place(6, 11), width=20, roots=(0,),
           wrong_entries=((0,), (2,)), entry_places=((place(6, 12), 5), (place(6, 24), 6))),
    judged("dL/dW1", "wrong", "1/3", submitted=[[0.0, 9.5], [28.5, 14.0], [14.0, 7.0]],
           expected=[[0.0, 0.0], [14.25, 7.0], [7.0, 3.5]], text="[[0, 9.5], [28.5, 14], [14, 7]]",
           carried=[[0.0, 0.0], [28.5, 14.0], [14.0, 7.125]], place=place(7, 11), width=31,
           notes=("this line is off: the second row is 14.25 after the mask",)),
    judged("yhat", "unreadable", expected=5.625, text="4 + =", place=place(8, 9), width=5,
           notes=("an operand is missing after +",)),
    judged("L", "wrong", submitted=6.75, expected=6.125, text="(1.5 - 5)**2/2 = 12.25/2 = 6.75",
           place=place(9, 6), width=31,
           links=(LinkFinding("(1.5 - 5)**2/2 = 12.25/2", True, place(9, 6), 24),
                  LinkFinding("12.25/2 = 6.75", False, place(9, 23), 14,
                              "12.25/2 is 6.125, not 6.75"))),
    judged("dL/db3", "missing", expected=3.875),
    judged("h1", "rounded", 1, submitted=2.7, expected=2.6875, text="2.7", place=place(4, 7)),
    judged("z2", "carried", 1, submitted=9.25, expected=8.875, carried=9.251, text="9.25",
           place=place(4, 7), notes=("the diagonal was given",), note_names=("diagonal",)),
)  # fmt: skip
SECRETS = ("21.375", "3.625", "7.375", "14.25", "7.125", "5.625", "6.125", "3.875", "2.6875",
           "8.875", "9.251")  # fmt: skip
REPORT = CheckReport(
    "answers.yaml", "three-layer-relu", "Three-layer network", "s123", ANSWERS, (KEPT,), LINES,
    ("The sheet counts from 1.",), first_wrong_step="dL/dW3[2]",
)  # fmt: skip


def shown(form: str, reveal: str = "diagnosis", report: CheckReport = REPORT, **more) -> str:
    return load(form)([report], CheckOptions(reveal, **more))


def with_root(**changes: object) -> CheckReport:
    return replace(REPORT, mistakes=(replace(KEPT, **changes),))
