"""From the text of a problem file to a ``Problem``; everything wrong in it is reported at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from backpropcli.errors import ProblemError
from backpropcli.files.reader import read_documents
from backpropcli.files.source import PROBLEM_LIMITS, Source, read_source, refuse
from backpropcli.files.tree import Mapping, Node, Sequence, describe
from backpropcli.language.tokens import normal_name
from backpropcli.ops.sizes import Shape
from backpropcli.problem.asked import check_accepted, read_find
from backpropcli.problem.data import Given, Problem, Update
from backpropcli.problem.definitions import read_definitions
from backpropcli.problem.draft import Draft
from backpropcli.problem.equations import Equations, read_equations
from backpropcli.problem.examples import read_examples
from backpropcli.problem.given import read_given
from backpropcli.problem.quantities import Quantities
from backpropcli.problem.settings import choice, read_text, whole_number

if TYPE_CHECKING:
    from backpropcli.problem.time import Timed

KEYS = (
    "title",
    "statement",
    "inputs",
    "weights",
    "network",
    "time",
    "loss",
    "upstream",
    "find",
    "examples",
    "reduce",
    "seed",
    "convention",
    "update",
    "define",
    "grading",
    "notation",
    "index_from",
)
# Files of other kinds: by which sections they are known, what is said, and what to do.
OTHER_FILES = (
    (
        {"answers", "problem"},
        "these are answers, not a problem",
        "backprop check judges them; the problem is the file that `problem:` names",
    ),
    (
        {"problems"},
        "this is an assignment, not a problem",
        "backprop grade takes it with --assignment",
    ),
)


def load_problem(path: str | os.PathLike[str]) -> Problem:
    """Read a problem file, ``-`` for standard input; raises ``ProblemError`` or ``FileError``."""
    return parse_problem(read_source(str(path), PROBLEM_LIMITS))


def problem_from_text(text: str, name: str = "problem.yaml") -> Problem:
    """A problem from its YAML text; raises as ``load_problem`` does."""
    return parse_problem(Source(name, text))


def parse_problem(source: Source) -> Problem:
    """A problem from a source that has been read."""
    documents = read_documents(source, PROBLEM_LIMITS)
    draft = Draft(source)
    for keys, said, hint in OTHER_FILES:
        if any(_has(document, keys) for document in documents):
            draft.complain(said, documents[0], hint)
            raise ProblemError(draft.complaints)
    if len(documents) > 1:
        draft.complain("a problem file holds one problem, found several documents", documents[1])
    top = documents[0]
    if not isinstance(top, Mapping):
        draft.complain(f"a problem file is a mapping, found {describe(top)}", top)
        raise ProblemError(draft.complaints)
    entries = draft.entries(top, KEYS)
    problem = _built(draft, entries, top)
    refuse(draft.complaints, ProblemError)
    return problem


def _has(top: Node, sections: set[str]) -> bool:
    """Whether these are the sections of another kind of file; both kinds may have `examples`."""
    keys = {key.text for key, _ in top.entries} if isinstance(top, Mapping) else set()
    return bool(keys & sections) and not keys & {"network", "loss", "inputs"}


def _built(draft: Draft, entries: dict[str, Node], top: Mapping) -> Problem:
    _note_sequences(draft, entries)
    examples = _values(draft, entries, top)
    found = _equations(draft, entries)
    upper, upstream = _upstream(draft, entries, found)
    upper = upper or found.loss
    shapes = {name: given.shape for name, given in draft.given.items()}
    shapes.update({equation.name: equation.shape for equation in found.equations})
    update = _update(draft, entries.get("update"), [*shapes, *draft.aliases], upper, len(examples))
    quantities = Quantities(
        shapes,
        upper,
        draft.aliases,
        update,
        index_from=draft.index_from,
        computed=[equation.name for equation in found.equations],
        weights=draft.weights,
        time=draft.time,
    )
    return Problem(
        name=_stem(draft.source.name),
        file=draft.source.name,
        given=draft.given,
        equations=found.equations,
        loss=found.loss,
        upper=upper,
        upstream=upstream,
        examples=examples,
        update=update,
        layers=found.layers,
        shapes=shapes,
        sizes=frozenset(draft.sizes),
        aliases=draft.aliases,
        index_from=draft.index_from,
        time=draft.time,
        lines=tuple(draft.source.lines),
        **_texts(draft, entries),
        **_asked(draft, entries, quantities, found),
    )


def _values(draft: Draft, entries: dict[str, Node], top: Mapping) -> tuple[dict[str, Given], ...]:
    """Read inputs, weights and examples into the draft; the inputs of each example."""
    if not {"network", "time", "loss", "update", "weights"} & set(entries):
        rule = "a problem has a `network`, a `loss`, an `update` or `weights`"
        draft.complain(f"nothing to work out: {rule}", top)
    seed = whole_number(draft, entries.get("seed"), "`seed`", 0)
    draft.index_from = int(choice(draft, entries.get("index_from"), "`index_from`", ("1", "0")))
    for section in ("inputs", "weights"):
        if section in entries:
            read_given(draft, entries[section], section[:-1], seed)
    examples = read_examples(draft, entries.get("examples"), seed)
    _note_lost_names(draft, entries, top)
    return examples


def _equations(draft: Draft, entries: dict[str, Node]) -> Equations:
    column = choice(draft, entries.get("convention"), "`convention`", ("row", "column")) == "column"
    timed = _timed(draft, entries.get("time"))
    found = read_equations(draft, entries.get("network"), timed, entries.get("loss"), column)
    draft.failed |= found.failed
    _check_differentials(draft)
    return found


def _texts(draft: Draft, entries: dict[str, Node]) -> dict[str, Any]:
    return {
        "title": read_text(draft, entries.get("title"), "title"),
        "statement": read_text(draft, entries.get("statement"), "statement"),
        "reduce": choice(draft, entries.get("reduce"), "`reduce`", ("sum", "mean")),
    }


def _asked(
    draft: Draft, entries: dict[str, Node], quantities: Quantities, found: Equations
) -> dict[str, Any]:
    """What is asked of the problem, and how answers are judged and written."""
    definitions, quantities = read_definitions(draft, entries.get("define"), quantities)
    default = _default_find(draft, found, quantities.upper)
    known = {**quantities.shapes, **quantities.defined}
    known.update(dict.fromkeys(draft.time.sequences if draft.time else (), ()))
    return {
        "definitions": definitions,
        "find": read_find(draft, entries.get("find"), quantities, default),
        "find_given": "find" in entries,
        "grading": _grading(draft, entries.get("grading"), quantities),
        "notation": _notation(draft, entries.get("notation"), known),
    }


# What few problems have is imported where one has it: the command starts faster.


def _note_sequences(draft: Draft, entries: dict[str, Node]) -> None:
    """The names of sequences, before the given values are read: a given one may be ``h[0]``."""
    time, network = entries.get("time"), entries.get("network")
    if time is not None or isinstance(network, Sequence):
        from backpropcli.problem.time import sequence_names

        draft.sequences = sequence_names(time, network)


def _timed(draft: Draft, node: Node | None) -> list[Timed]:
    if node is None:
        return []
    from backpropcli.problem.time import read_time

    return read_time(draft, node)


def _upstream(
    draft: Draft, entries: dict[str, Node], found: Equations
) -> tuple[str, dict[str, Given]]:
    if "upstream" not in entries:
        return "", {}
    from backpropcli.problem.training import read_upstream

    return read_upstream(draft, entries, found)


def _update(
    draft: Draft, node: Node | None, taken: list[str], upper: str, examples: int
) -> Update | None:
    if node is None:
        return None
    from backpropcli.problem.updating import Known, read_update

    return read_update(draft, node, Known(taken, upper, examples))


def _grading(draft: Draft, node: Node | None, quantities: Quantities) -> dict[str, Any]:
    if node is None:
        return {}
    from backpropcli.problem.grading import read_grading

    grading = read_grading(draft, node)
    check_accepted(draft, [key for key, _ in grading.get("accept", {}).values()], quantities)
    return grading


def _notation(draft: Draft, node: Node | None, defined: dict[str, Shape]) -> dict[str, str]:
    if node is None:
        return {}
    from backpropcli.problem.notation import read_notation

    return read_notation(draft, node, defined)


def _default_find(draft: Draft, found: Equations, upper: str) -> list[str]:
    """Every value, the loss, and the gradient of the loss for each weight."""
    weights = draft.weights
    gradients = [f"d{upper}/d{weight}" for weight in weights] if upper else []
    return [equation.name for equation in found.equations] + gradients


def _note_lost_names(draft: Draft, entries: dict[str, Node], top: Mapping) -> None:
    """Names in sections whose key is unknown, so that their absence is not told too."""
    for key, node in top.entries:
        if key.text not in entries and isinstance(node, Mapping):
            draft.failed.update(normal_name(inner.text) for inner, _ in node.entries)


def _stem(file: str) -> str:
    return "problem" if file[0] == "<" else os.path.splitext(os.path.basename(file))[0]


def _check_differentials(draft: Draft) -> None:
    """``dW`` cannot be a value where W is one: dW/dx would be two things."""
    for name, place in draft.places.items():
        if name[0] == "d" and name[1:] in draft.places and "[" not in name:
            draft.complaints.append(
                draft.source.complaint(
                    f"a value cannot be called `{name}`: with the value `{name[1:]}` it reads as a "
                    "differential",
                    place,
                    width=len(name),
                )
            )
