"""A problem while it is read: its source, the complaints so far, and how texts are parsed."""

from __future__ import annotations

from collections.abc import Collection

from backpropcli.errors import Complaint, Place
from backpropcli.files.schema import N, complain, expect, known_entries
from backpropcli.files.source import Source
from backpropcli.files.tree import Mapping, Node, Scalar
from backpropcli.language.grammar import ExpressionError, Vocabulary
from backpropcli.language.nodes import Expr
from backpropcli.language.parser import parse
from backpropcli.language.timeline import Timeline, read_step, step_name
from backpropcli.language.tokens import is_name, normal_name, tokenize
from backpropcli.ops import FUNCTIONS
from backpropcli.problem.data import Given
from backpropcli.resolve import Scope, resolve

MAX_HINTED = 20  # looking for a near name costs more than all the rest
NAME_RULE = "a name has letters, digits and underscores, and starts with a letter"


class Draft:
    """What has been read so far; everything that is wrong is collected here."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.complaints: list[Complaint] = []
        self.index_from = 1
        self.given: dict[str, Given] = {}
        self.aliases: dict[str, str] = {}
        self.sizes: set[str] = set()
        self.places: dict[str, Place] = {}
        self.failed: set[str] = set()  # names whose values are wrong already
        self.sequences: frozenset[str] = frozenset()  # names with a step as their first index
        self.time: Timeline | None = None
        self.random = 0  # how many numbers were drawn
        self.blind = False  # a whole section is wrong: its names are not known

    @property
    def weights(self) -> list[str]:
        """The names of the weights read so far."""
        return [given.name for given in self.given.values() if given.kind == "weight"]

    def complain(self, message: str, node: Node, hint: str = "") -> None:
        """Add a complaint about a node of the file."""
        complain(message, node, self.source, self.complaints, hint)

    def expect(self, kind: type[N], node: Node, rule: str) -> N | None:
        """The node if it is of this kind; else a complaint ``rule, found a list`` and nothing."""
        return expect(kind, node, rule, self.source, self.complaints)

    def entries(self, mapping: Mapping, allowed: Collection[str]) -> dict[str, Node]:
        """The entries whose keys are allowed; each other key is a complaint."""
        return known_entries(mapping, allowed, self.source, self.complaints)

    def name_of(self, key: Scalar, what: str) -> str | None:
        """The key as the name of a new value; complains if it cannot be one, or is taken."""
        name = self.own_name(key)
        if not is_name(name) and not self.is_step(name):
            self.complain(
                f"`{key.text}` cannot be the name of {what}",
                key,
                NAME_RULE,
            )
            return None
        if name in self.places:
            self.complain(f"`{name}` is already defined in line {self.places[name].line}", key)
            return None
        if name in self.sizes:
            self.complain(
                f"`{name}` is a size already: a size and a value cannot share a name", key
            )
            return None
        self.places[name] = key.place
        return name

    def is_step(self, name: str) -> bool:
        """Whether this is a step of a sequence by its name, ``h[0]``."""
        step = read_step(name)
        return step is not None and step[0] in self.sequences and step[1] != "t"

    def own_name(self, key: Scalar) -> str:
        """The key of a new value as its name; a given state of a sequence may be ``h[0]``."""
        step = read_step(key.text) if self.is_step(key.text) else None
        return normal_name(key.text) if step is None else step_name(step[0], int(step[1]))

    def parse(
        self,
        node: Scalar,
        where: str,
        known: Collection[str],
        more: Collection[str] = (),
        now: int | None = None,
    ) -> Expr | None:
        """The expression of a text, or nothing after a complaint at its place.

        ``now`` is the step of time for which an equation of a sequence is read.
        """
        time = self.time._replace(now=now) if self.time and now is not None else self.time
        words = Vocabulary(FUNCTIONS | frozenset(more), known, self.index_from, time=time)
        try:
            return parse(node.text, words)
        except ExpressionError as error:
            self.at(node, where, error)
            return None

    def resolve(self, node: Scalar, where: str, expr: Expr, scope: Scope) -> Expr | None:
        """The expression over known names, or nothing after a complaint at its place."""
        try:
            return resolve(expr, scope)[0]
        except ExpressionError as error:
            self.at(node, where, error)
            return None

    def at(self, node: Scalar, where: str, error: ExpressionError) -> None:
        """Complain about a part of a text."""
        if self.is_consequence(node, error):
            return
        message = f"{where}: {error.message}" if where else error.message
        if not node.one_line:
            self.complain(message, node, error.hint)
            return
        place = node.place.right(error.start)
        width = max(1, error.stop - error.start)
        self.complaints.append(self.source.complaint(message, place, error.hint, width))

    def is_consequence(self, node: Scalar, error: ExpressionError) -> bool:
        """Whether a fault only follows from another one, which has been complained about."""
        if not self.complaints:
            return False
        if error.unknown and (self.blind or error.unknown in self.failed):
            return True
        words = [token.text for token in tokenize(node.text)]
        return bool(self.failed.intersection([*words, *(w.removeprefix("d") for w in words)]))

    def scope(self) -> Scope:
        """The given values as a scope."""
        shapes = {name: given.shape for name, given in self.given.items()}
        hints = len(self.complaints) < MAX_HINTED
        return Scope(
            shapes, frozenset(self.sizes), self.aliases, index_from=self.index_from, hints=hints
        )
