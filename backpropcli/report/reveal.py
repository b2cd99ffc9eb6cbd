"""How much of a report is given away; decided here once, for every format.

``none``: statuses and points. ``hint``: also the step that is wrong, and a question about it.
``diagnosis``: also the mistake by its name, but not the right value. ``answer``: everything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # the levels are wanted before anything heavy is imported
    from backpropcli.checking.data import Answer, CheckReport, Root

LEVELS = ("none", "hint", "diagnosis", "answer")
# Numbers that say where, not what: an index, a shape, "entry 3"; they are no values.
WHERE = r"(?<=\w)\[[\d,: ]*\]|\(\d+,[\d, ]*\)|\b(?:entry|row|column|example|step|line) [\d,]+"
NUMBER = re.compile(
    rf"(?P<where>{WHERE})|(?<![\w.])[-−]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?:/\d+)?"
)
NAME = re.compile(r"(?<![\w.])[^\W\d]")
SEPARATED = re.compile(r"[-−]?\d+(?:[,_']\d+)+")
# Where a number is told that is no secret, even if it equals one: `w1 is -0.2` of a given w1.
IS = re.compile(r"(?:^|[;:.] )(?P<name>[^\W\d][\w/]*)(?:\[[\d,: ]*\])? is $")
SAYS = "the exercise says "
OWN = " in your answers"
HIDDEN = "..."
GIVEN = ("correct", "rounded")  # statuses of an answer whose value is right already


class _Known(NamedTuple):
    """The right values that are still to be found, and the names whose values are given."""

    secrets: list[float]
    given: Collection[str]


def reduced(report: CheckReport, reveal: str) -> CheckReport:
    """The report without what this level withholds; raises ``KeyError`` for an unknown level."""
    return _REDUCED[reveal](report)


def _all(report: CheckReport) -> CheckReport:
    return report


def _without_values(report: CheckReport) -> CheckReport:
    """No right value, neither the key's nor the one that follows from the student's own."""
    secrets = [secret for answer in report.answers for secret in _secrets(answer)]
    known = _Known(secrets, report.given)
    mistakes = [
        _unspoilt(root, known, [a for a in report.answers if number in a.roots])
        for number, root in enumerate(report.mistakes)
    ]
    return replace(
        report,
        answers=tuple(_diagnosed(answer, known) for answer in report.answers),
        mistakes=tuple(mistakes),
        notes=tuple(_hidden(note, known, set(), digits=2) for note in report.notes),
    )


def _hint(report: CheckReport) -> CheckReport:
    """Where the mistake is, and a question; not what it is."""
    report = _without_values(report)
    answers = tuple(
        replace(a, links=(), notes=a.notes if a.status == "unreadable" else (), note_names=())
        for a in report.answers
    )
    return replace(report, answers=answers, mistakes=tuple(map(_asked, report.mistakes)), notes=())


def _none(report: CheckReport) -> CheckReport:
    """Statuses and points."""
    answers = tuple(
        replace(
            a, expected=None, carried=None, wrong_entries=(), entry_places=(), links=(), roots=(),
            notes=(), note_names=(),
        )
        for a in report.answers
    )  # fmt: skip
    return replace(
        report, answers=answers, mistakes=(), lines=(), notes=(), cut="", first_wrong_step=None
    )


_REDUCED = {"none": _none, "hint": _hint, "diagnosis": _without_values, "answer": _all}


def _asked(root: Root) -> Root:
    """The place of a mistake and the question about it."""
    return replace(
        root, code="", name="", message="", remedy="", scope="", carried_on=True, possible=False,
        alternatives=(), decides="", did="", right="", evidence=0.0,
    )  # fmt: skip


def _diagnosed(answer: Answer, known: _Known) -> Answer:
    """An answer without the right values; what its working should come to is one of them."""
    here, own = known._replace(secrets=_secrets(answer)), _numbers(answer)

    def said(text: str) -> str:
        return _hidden(_hidden(text, here, own), known, own, digits=2)

    links = tuple(link._replace(message=said(link.message)) for link in answer.links)
    notes = tuple(map(said, answer.notes))
    return replace(answer, expected=None, carried=None, links=links, notes=notes)


def _unspoilt(root: Root, known: _Known, explained: list[Answer]) -> Root:
    """A mistake whose sentences do not tell the right values."""
    own = {number for answer in explained for number in _numbers(answer)}

    def said(text: str) -> str:
        # A single digit is more often a factor of a rule than the value that is asked.
        return _hidden(text, known, own, digits=2)

    def formula(text: str) -> str:
        # In an equation over names a number is a constant of the exercise.
        return text if NAME.search(text.partition(" = ")[2]) else said(text)

    return replace(
        root, message=said(root.message), question=said(root.question), remedy=said(root.remedy),
        did=formula(root.did), right=formula(root.right),
        alternatives=tuple(_unspoilt(other, known, explained) for other in root.alternatives),
    )  # fmt: skip


def _secrets(answer: Answer) -> list[float]:
    """The values that are still to be found."""
    if answer.status in GIVEN:
        return []
    return [*_entries(answer.expected), *_entries(answer.carried)]


def _numbers(answer: Answer) -> set[str]:
    """The numbers that the student wrote; ``6,125`` is one of them, whatever it should mean."""
    own = {found[0] for found in NUMBER.finditer(answer.text)}
    if answer.status != "unreadable":
        return own
    for found in SEPARATED.finditer(answer.text):
        own |= {re.sub("[,_']", "", found[0]), found[0].replace(",", ".")}
    return own


def _entries(value: Any) -> Iterator[float]:
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _entries(part)
    elif value is not None and not isinstance(value, str):
        yield float(value)


def _hidden(text: str, known: _Known, own: set[str], digits: int = 1) -> str:
    """The text with right values replaced by dots, where neither student nor problem tell them."""

    def one(found: re.Match[str]) -> str:
        token = found[0]
        if found["where"] or token in own or _is_told(found, known.given):
            return token
        if sum(c.isdigit() for c in token.lstrip("-−0.")) < digits:
            return token
        return HIDDEN if any(_tells(token, secret) for secret in known.secrets) else token

    if not known.secrets or not text:
        return text
    return NUMBER.sub(one, text).replace(f" is {HIDDEN}, not ", " is not ")


def _is_told(found: re.Match[str], given: Collection[str]) -> bool:
    """Whether the sentence tells a number of the problem, or one from the student's answers."""
    before = found.string[: found.start()]
    name = IS.search(before)
    if name and name["name"] in given:
        return True
    return before.endswith(SAYS) or found.string.startswith(OWN, found.end())


def _tells(token: str, secret: float) -> bool:
    """Whether a written number is the secret one, at the decimals that it has."""
    plain = token.replace("−", "-").lower()
    if len(plain) > 64 or plain.endswith("/0"):
        return False
    top, _, below = plain.partition("/")
    value = float(top) / float(below) if below else float(top)
    mantissa, _, power = plain.partition("e")
    decimals = len(mantissa.partition(".")[2])
    unit = float(f"1e{int(power or 0) - decimals}") if decimals and not below else 0.0
    return abs(abs(value) - abs(secret)) <= 0.5 * unit + 1e-9 * abs(secret)
