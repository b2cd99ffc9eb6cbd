"""``python -m tests.problems.remake_index`` writes problems/README.md anew from the files there.

A problem says in comments what the index shows: ``# Topic: ...``, one of ``TOPICS``;
``# Shows: ...``; and ``# Source: ...`` where others have published it. A sheet of answers says
which mistakes were made in it, one in each comment ``# Mistake: NAME at QUANTITY`` (``NAME or
NAME`` where two say the same of it; ``unexplained`` where none says it), or ``# Mistake: none``.
A comment that begins with more than one blank goes on with the one before.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

PROBLEMS = Path(__file__).parents[2] / "problems"
ANSWERS = PROBLEMS / "answers"
PAGE = PROBLEMS / "README.md"
TOPICS = {
    "First steps": "Single numbers and the chain rule.",
    "Linear models": "One layer: lines, margins, probabilities.",
    "Networks of layers": "Two layers and more, up to a skip connection.",
    "Classifiers": "Softmax and cross-entropy.",
    "Vectors and Jacobians": "Derivatives of vectors, with numbers and without.",
    "Convolution and pooling": "Images and signals.",
    "Sequences and attention": "Recurrent cells, embeddings, attention.",
    "Normalisation and regularisation": "What keeps a network in bounds.",
    "Gradient descent and optimizers": "One step and several.",
    "Other losses": "Pairs, rewards, generators, factors.",
    "Sizes and counting": "Shapes, parameters and operations.",
    "How to write a problem": "What else a file can say.",
}
HEAD = """\
# Problems

Each file is one exercise: `backprop solve problems/NAME.yaml` works it out. For each there is a
sheet of answers with ordinary mistakes in it: `backprop check problems/answers/NAME.yaml` finds and
names them. Numbers that others have published are cited, and the tests compare them.
[class/](class/) holds an example class for `backprop grade`.

This page is made from the files by `make gallery`.
"""
COMMENT = re.compile(r"# (Topic|Shows|Source|Mistake): +(.+(?:\n#  +.+)*)")


class Mistaken(NamedTuple):
    """A mistake made in a sheet (its names, where several say the same), and where it was made."""

    names: tuple[str, ...]
    at: str


class Sheet(NamedTuple):
    """A sheet of answers to a problem, and what was done wrong in it."""

    path: Path
    problem: str
    mistakes: tuple[Mistaken, ...]


class Entry(NamedTuple):
    """What the index says of a problem."""

    path: Path
    topic: str
    shows: str
    source: str


def comments(path: Path) -> list[tuple[str, str]]:
    """The comments of a file that begin with a key, each in one line."""
    text = path.read_text(encoding="utf-8")
    return [(key, re.sub(r"\n#? *", " ", value)) for key, value in COMMENT.findall(text)]


def entries() -> list[Entry]:
    """Every problem, by topic and then as the files are named."""
    found = []
    for path in sorted(PROBLEMS.glob("*.yaml")):
        said = comments(path)
        assert [key for key, _ in said if key in ("Topic", "Shows")] == ["Topic", "Shows"], (
            path.name
        )
        told = dict(said)
        assert told["Topic"] in TOPICS, f"{path.name}: there is no topic {told['Topic']}"
        found.append(Entry(path, told["Topic"], told["Shows"], told.get("Source", "")))
    return found


def sheets() -> list[Sheet]:
    """Every sheet of answers to a problem."""
    found = []
    for path in sorted(ANSWERS.glob("*.yaml")):
        (name,) = re.findall(
            r"^problem: \.\./([\w-]+)\.yaml", path.read_text("utf-8"), re.MULTILINE
        )
        made = [value.partition(" at ") for key, value in comments(path) if key == "Mistake"]
        assert made, f"{path.name} does not say what was done wrong in it"
        mistakes = tuple(Mistaken(tuple(names.split(" or ")), at) for names, _, at in made if at)
        assert mistakes or [names for names, _, _ in made] == ["none"], path.name
        found.append(Sheet(path, name, mistakes))
    return found


def _link(sheet: Sheet) -> str:
    made = ", ".join(mistake.names[0] for mistake in sheet.mistakes)
    return f"[{made or 'none'}](answers/{sheet.path.name})"


def _row(entry: Entry, answered: list[Sheet]) -> str:
    name = entry.path.stem
    source = f" Source: {entry.source}" if entry.source else ""
    links = "; ".join(_link(sheet) for sheet in answered if sheet.problem == name)
    stop = "" if entry.shows.endswith("?") else "."
    return f"| [{name}]({entry.path.name}) | {entry.shows}{stop}{source} | {links} |"


def render() -> str:
    """The page as Markdown."""
    lines = HEAD.split("\n")
    known, answered = entries(), sheets()
    for topic, about in TOPICS.items():
        chosen = [entry for entry in known if entry.topic == topic]
        if chosen:
            lines += [f"## {topic}", "", about, ""]
            lines += ["| problem | what it shows | answers with |", "|---|---|---|"]
            lines += [*(_row(entry, answered) for entry in chosen), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
