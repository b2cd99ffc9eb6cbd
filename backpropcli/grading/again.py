"""What was judged before need not be judged again: outcomes by the answers that led to them.

Without reports, which quote the file, the outcome of a submission in the usual layout depends on
its answers alone: on the texts of its quantities and numbers, in their order. A class hands in
the same right numbers, and the same wrong ones after the same mistake, again and again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from backpropcli.checking.check import Checker
from backpropcli.checking.claims import Target, known_of
from backpropcli.files.numbers import read_number
from backpropcli.grading.data import Known
from backpropcli.language.grammar import ExpressionError
from backpropcli.language.nodes import At
from backpropcli.ops.entry import Array
from backpropcli.ops.shaping import selector

MOST = 8192  # outcomes, of about 1.5 KB each
MOST_LINES = 65_536
MOST_SHEETS = 2048


class Memory:
    """The outcomes that were met last, by a mark of their answers."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.known: OrderedDict[str, Known] = OrderedDict()

    def get(self, mark: str) -> Known | None:
        """What is known of these answers."""
        found = self.known.get(mark)
        if found is not None:
            self.known.move_to_end(mark)
        return found

    def put(self, mark: str, known: Known) -> None:
        """Remember an outcome; the one that was not met for longest is forgotten."""
        self.known[mark] = known
        if len(self.known) > self.most:
            self.known.popitem(last=False)


class RightAnswers:
    """Tells sheets on which each number is the key itself, to the last bit.

    Such a sheet is right however its numbers are spelled (`2`, `2.0`, `4/2`): only the quantities
    that it answers matter, and all sheets that answer the same ones have the same outcome.
    """

    def __init__(self, checker: Checker) -> None:
        self.graph = checker.graph(())
        self.targets = known_of(checker.problem)
        self.lines: dict[str, str] = {}  # the quantity of each right line, "" for other lines
        self.sheets: dict[str, str] = {}  # the quantities of each right sheet

    def mark(self, answers: str) -> str:
        """The quantities of a sheet on which all is right, one a line; else nothing."""
        known = self.sheets.get(answers)
        if known is None:
            known = self._mark(answers)
            if known and len(self.sheets) < MOST_SHEETS:
                self.sheets[answers] = known
        return known

    def _mark(self, answers: str) -> str:
        found = []
        for line in answers.splitlines():
            quantity = self.lines.get(line)
            if quantity is None:
                quantity = line.partition(":")[0] if self.is_right(line) else ""
                if len(self.lines) < MOST_LINES:
                    self.lines[line] = quantity
            if not quantity:
                return ""
            found.append(quantity)
        return "\n".join(found)

    def is_right(self, line: str) -> bool:
        """Whether a line `quantity:value` says the key itself."""
        quantity, _, text = line.partition(":")
        try:
            key = self.key(self.targets.target(quantity)) if text else None
        except ExpressionError:
            return False
        return key is not None and _same(_nested(text), key.tolist())

    def key(self, target: Target) -> Array | None:
        """The numbers that a quantity has; nothing for one that has none here."""
        node = self.graph.find(target.name)
        if node is None:
            return None
        value = np.asarray(self.graph.nodes[node].value, float)
        if target.at is None:
            return value
        part: Array = np.asarray(value[selector(At(target.at))])
        return part


def _same(found: object, key: object) -> bool:
    """Whether nested lists of numbers are the same ones, in the same shape."""
    if isinstance(found, list) and isinstance(key, list):
        return len(found) == len(key) and all(map(_same, found, key))
    return found is not None and found == key


def _nested(text: str) -> float | list[object] | None:
    """The value of a line: a number, a list of numbers, or a list of such lists."""
    if not text.startswith("["):
        value = read_number(text)
        return None if value is None else float(value)
    inner = text[1:-1]
    parts: Sequence[str] = inner.split(",")
    if inner.startswith("["):
        parts = [f"[{row}]" for row in inner[1:-1].split("],[")]
    return [_nested(part) for part in parts]
