"""What rules and slips have in common when they are told: texts, names, what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backpropcli.checking.data import Root
from backpropcli.checking.graph import Node
from backpropcli.checking.judge import Judge
from backpropcli.checking.search import Search
from backpropcli.checking.shown import SlipFound
from backpropcli.mistakes.entry import Mistake


class Facts(dict[str, str]):
    """What fills the placeholders of a text; an unknown one stays empty."""

    def __missing__(self, key: str) -> str:
        return ""


@dataclass(eq=False)
class Found:
    """A root with what it is ordered by, and the entries that it explains."""

    order: int
    root: Root
    entries: list[int]
    is_rule: bool
    slip: SlipFound | None = None


class Teller:
    """Turns a part of an account into a root; this is what all parts need."""

    def __init__(self, judge: Judge, search: Search) -> None:
        self.judge, self.search = judge, search
        self.graph, self.sheet = judge.graph, judge.sheet

    def root(self, mistake: Mistake, facts: Mapping[str, str], node: Node, **more: Any) -> Root:
        """A root with the texts of a mistake, at the example and step of a node."""
        filled = Facts(facts)
        labels = {"example": node.at.example or None,
                  "step": self.graph.step_of(node)}  # fmt: skip
        return Root(
            code=mistake.code,
            name=mistake.name,
            message=mistake.message.format_map(filled),
            question=mistake.question.format_map(filled),
            remedy=mistake.remedy.format_map(filled),
            **{**labels, **more},
        )

    def quantities(self, entries: Sequence[int]) -> tuple[str, ...]:
        """The quantities of entries, each once."""
        return tuple(dict.fromkeys(self.sheet.entries[w].claim.quantity for w in entries))

    def followers(self, entries: Sequence[int]) -> int:
        """How many later answers follow rightly from these."""
        start = {self.sheet.entries[w].node for w in entries}
        later: set[int] = set()
        stack = [n for n in start if n is not None]
        while stack:
            for child in self.graph.nodes[stack.pop()].children:
                if child not in later:
                    later.add(child)
                    stack.append(child)
        count = 0
        for which, verdict in self.judge.verdicts.items():
            node = self.sheet.entries[which].node
            if node in later and node not in start and bool(np.all(verdict.follows)):
                count += bool(verdict.tainted and not np.all(verdict.right))
        return count
