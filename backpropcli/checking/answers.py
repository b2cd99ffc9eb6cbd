"""Answers files: from untrusted text to the claims of submissions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from backpropcli.checking.claims import ClaimReader
from backpropcli.checking.data import Claim, Submission
from backpropcli.checking.written import diagonal, fitted, is_blank, is_left_open
from backpropcli.errors import Complaint, Place
from backpropcli.files.reader import read_documents
from backpropcli.files.schema import complain, expect, known_entries
from backpropcli.files.source import ANSWERS_LIMITS, Source, read_source, refuse
from backpropcli.files.tree import Mapping, Node, Scalar, Sequence, describe
from backpropcli.files.visible import visible_name
from backpropcli.problem.data import Problem

__all__ = ["RawAnswers", "diagonal", "fitted", "raw_answers", "read_answers", "submission"]

SECTIONS = ("answers", "examples", "steps")
KEYS = ("problem", "student", *SECTIONS)
OF_PROBLEMS = {"inputs", "weights", "network", "loss"}


@dataclass(frozen=True, eq=False)
class RawAnswers:
    """One document of an answers file, before its quantities are looked up in the problem.

    ``examples`` has a mapping for each example, and ``steps`` for each step of an update, in
    order; a step may have examples of its own.
    """

    source: Source = field(repr=False)
    problem: str
    problem_place: Place
    student: str
    answers: Mapping
    examples: tuple[Mapping, ...] = ()
    steps: tuple[Mapping, ...] = ()


def read_answers(path: str) -> list[RawAnswers]:
    """Read an answers file, ``-`` for standard input; raises ``FileError``."""
    return raw_answers(read_source(path, ANSWERS_LIMITS))


def raw_answers(source: Source) -> list[RawAnswers]:
    """The documents of an answers file; raises ``FileError`` with all that is wrong."""
    complaints: list[Complaint] = []
    documents = read_documents(source, ANSWERS_LIMITS, loose=SECTIONS)
    found = [_document(top, source, complaints) for top in documents]
    refuse(complaints)
    return found


def submission(raw: RawAnswers, problem: Problem) -> Submission:
    """What a document claims about the quantities of a problem.

    An answer that cannot be read is a claim with ``trouble``. Raises ``FileError`` for quantities
    that the problem does not have, or that are answered twice.
    """
    complaints: list[Complaint] = []
    reader = ClaimReader(raw.source, problem, complaints)
    _check_counts(raw, problem, complaints)
    claims: list[Claim] = []
    for mapping, example, step in _parts(_within(raw, problem), complaints):
        claims += reader.claims(mapping, example, step)
    refuse(complaints)
    return Submission(
        raw.source.name,
        raw.problem,
        raw.problem_place,
        raw.student,
        tuple(claims),
        tuple(raw.source.lines),
    )


def _document(top: Node, source: Source, complaints: list[Complaint]) -> RawAnswers:
    if not isinstance(top, Mapping):
        complain(f"an answers file is a mapping, found {describe(top)}", top, source, complaints)
        return RawAnswers(source, "", top.place, "", Mapping((), top.place, False))
    before = len(complaints)
    if _is_problem(top):
        hint = "backprop solve works it out; answers stand in a file of their own, under `answers:`"
        complain("this is a problem, not answers", top, source, complaints, hint)
        return RawAnswers(source, "", top.place, "", Mapping((), top.place, False))
    entries = known_entries(top, KEYS, source, complaints)
    if not set(SECTIONS) & set(entries) and len(complaints) == before:
        hint = "the values stand under `answers:`, each as `quantity: value`"
        complain("nothing is answered here", top, source, complaints, hint)
    problem = entries.get("problem")
    return RawAnswers(
        source,
        _text(problem, "problem", source, complaints),
        (problem or top).place,
        visible_name(_text(entries.get("student"), "student", source, complaints)),
        _mapping(entries.get("answers"), top.place, "`answers`", source, complaints),
        _mappings(entries.get("examples"), "examples", source, complaints),
        _mappings(entries.get("steps"), "steps", source, complaints),
    )


def _is_problem(top: Mapping) -> bool:
    """Whether these are the sections of a problem file; both kinds may have `examples`."""
    keys = {key.text for key, _ in top.entries}
    return bool(keys & OF_PROBLEMS) and not keys & {"answers", "steps", "problem"}


def _text(node: Node | None, key: str, source: Source, complaints: list[Complaint]) -> str:
    if node is None:
        return ""
    scalar = expect(Scalar, node, f"`{key}` must be a text", source, complaints)
    return scalar.text.strip() if scalar and not is_blank(scalar) else ""


def _mapping(
    node: Node | None, place: Place, what: str, source: Source, complaints: list[Complaint]
) -> Mapping:
    """A mapping of quantities to values; an empty one where nothing was filled in."""
    nothing = Mapping((), place, False)
    if node is None or (isinstance(node, Scalar) and is_left_open(node)):
        return nothing
    rule = f"{what} must be a mapping of quantities to values"
    return expect(Mapping, node, rule, source, complaints) or nothing


def _mappings(
    node: Node | None, key: str, source: Source, complaints: list[Complaint]
) -> tuple[Mapping, ...]:
    """A list of mappings, one for each example or step; `{}` or nothing skips one."""
    if node is None or (isinstance(node, Scalar) and is_left_open(node)):
        return ()
    rule = f"`{key}` must be a list of mappings, `{{}}` for one that is skipped"
    sequence = expect(Sequence, node, rule, source, complaints)
    return tuple(
        _mapping(item, item.place, f"{key[:-1]} {number}", source, complaints)
        for number, item in enumerate(sequence.items if sequence else (), 1)
    )


def _check_counts(raw: RawAnswers, problem: Problem, complaints: list[Complaint]) -> None:
    """Complain about examples or steps beyond those of the problem."""
    examples, steps = _counts(problem)
    for key, items, count in (("example", raw.examples, examples), ("step", raw.steps, steps)):
        if len(items) > count:
            said = f"there is no {key} {count + 1}: the problem has {_plural(count, key)}"
            complain(said, items[count], raw.source, complaints)


def _counts(problem: Problem) -> tuple[int, int]:
    """How many examples and steps a problem has."""
    update = problem.update
    return len(problem.examples), update.steps if update is not None and update.counted else 0


def _within(raw: RawAnswers, problem: Problem) -> RawAnswers:
    """The document without examples and steps that the problem does not have."""
    examples, steps = _counts(problem)
    return replace(raw, examples=raw.examples[:examples], steps=raw.steps[:steps])


def _plural(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def _parts(
    raw: RawAnswers, complaints: list[Complaint]
) -> Iterator[tuple[Mapping, int | None, int | None]]:
    """Each mapping of quantities with the numbers of its example and its step, from 1."""
    yield raw.answers, None, None
    for number, mapping in enumerate(raw.examples, 1):
        yield mapping, number, None
    for step, mapping in enumerate(raw.steps, 1):
        inner = [node for key, node in mapping.entries if key.text == "examples"]
        kept = tuple(entry for entry in mapping.entries if entry[0].text != "examples")
        yield mapping._replace(entries=kept), None, step
        for node in inner:
            items = _mappings(node, "examples", raw.source, complaints)
            for number, item in enumerate(items, 1):
                yield item, number, step
