"""Reading a homework problem: our reader of events, and all of the problem, against PyYAML."""

from __future__ import annotations

from collections.abc import Iterator

import yaml
from startup import PROBLEM
from timing import Row, in_turns

from backpropcli.files.reader import read_documents
from backpropcli.files.source import Source
from backpropcli.problem.load import problem_from_text

TEXT = PROBLEM.read_text()


def rows() -> Iterator[Row]:
    """PyYAML's loaders convert scalars; ours keeps each as text with its place."""
    fast = getattr(yaml, "CSafeLoader", None)
    name = "yaml CSafeLoader" if fast else "yaml SafeLoader"
    times = in_turns(
        {
            name: lambda: yaml.load(TEXT, Loader=fast or yaml.SafeLoader),
            "reader": lambda: read_documents(Source("a.yaml", TEXT)),
            "problem": lambda: problem_from_text(TEXT),
        },
        rounds=15,
        calls=10,
    )
    size = f"{len(TEXT) / 1000:.1f} KB"
    yield Row(f"reader of events, {size}", times["reader"], name, times[name])
    yield Row(f"whole problem, {size}", times["problem"], name, times[name])
