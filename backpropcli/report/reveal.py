"""How much of a report is given away; decided here once, for every format.

``none``: statuses and points. ``hint``: also the step that is wrong, and a question about it.
``diagnosis``: also the mistake by its name, but not the right value. ``answer``: everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the levels are wanted before anything heavy is imported
    from backpropcli.checking.data import Answer, CheckReport, Root

LEVELS = ("none", "hint", "diagnosis", "answer")
# Numbers that say where, not what: an index, a shape, "entry 3"; they are no values.
WHERE = r"(?<=\w)\[[\d,: ]*\]|\(\d+,[\d, ]*\)|\b(?:entry|row|column|example|step|line) [\d,]+"
NUMBER = re.compile(
    rf"(?P<where>{WHERE})|(?<![\w.])[-−]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?:/\d+)?"
)
SEPARATED = re.compile(r"[-−]?\d+(?:[,_']\d+)+")
HIDDEN = "..."
GIVEN = ("correct", "rounded")  # statuses of an answer whose value is right already


def reduced(report: CheckReport, reveal: str) -> CheckReport:
    """The report without what this level withholds; raises ``KeyError`` for an unknown level."""
    return _REDUCED[reveal](report)


def _all(report: CheckReport) -> CheckReport:
    return report


def _without_values(report: CheckReport) -> CheckReport:
    """No right value, neither the key's nor the one that follows from the student's own."""
    secrets = [secret for answer in report.answers for secret in _secrets(answer)]
    mistakes = [
        _unspoilt(root, secrets, [a for a in report.answers if number in a.roots])
        for number, root in enumerate(report.mistakes)
    ]
    return replace(
        report,
        answers=tuple(_diagnosed(answer, secrets) for answer in report.answers),
        mistakes=tuple(mistakes),
        notes=tuple(_hidden(note, secrets, set(), digits=2) for note in report.notes),
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


def _diagnosed(answer: Answer, secrets: list[float]) -> Answer:
    """An answer without the right values; what its working should come to is one of them."""
    here, own = _secrets(answer), _numbers(answer)

    def said(text: str) -> str:
        return _hidden(_hidden(text, here, own), secrets, own, digits=2)

    links = tuple(link._replace(message=said(link.message)) for link in answer.links)
    notes = tuple(map(said, answer.notes))
    return replace(answer, expected=None, carried=None, links=links, notes=notes)


def _unspoilt(root: Root, secrets: list[float], explained: list[Answer]) -> Root:
    """A mistake whose sentences do not tell the right values."""
    own = {number for answer in explained for number in _numbers(answer)}

    def said(text: str) -> str:
        # A single digit is more often a factor of a rule than the value that is asked.
        return _hidden(text, secrets, own, digits=2)

    return replace(
        root, message=said(root.message), question=said(root.question), remedy=said(root.remedy),
        did=said(root.did), right=said(root.right),
        alternatives=tuple(_unspoilt(other, secrets, explained) for other in root.alternatives),
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


def _hidden(text: str, secrets: list[float], own: set[str], digits: int = 1) -> str:
    """The text with right values replaced by dots, where the student did not write them."""

    def one(found: re.Match[str]) -> str:
        token = found[0]
        if (
            found["where"]
            or token in own
            or sum(c.isdigit() for c in token.lstrip("-−0.")) < digits
        ):
            return token
        return HIDDEN if any(_tells(token, secret) for secret in secrets) else token

    return NUMBER.sub(one, text) if secrets and text else text


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
