"""Formulas of a sheet put on a problem with drawn numbers, where mistakes are looked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from backpropcli.checking.candidate import Candidates
from backpropcli.checking.data import Claim, Root
from backpropcli.checking.draws import sized
from backpropcli.checking.formula_entries import put_value
from backpropcli.checking.graph import Graph
from backpropcli.checking.judge import Judge
from backpropcli.checking.paper import Judging
from backpropcli.checking.roots import made_roots
from backpropcli.checking.search import Search, Settings
from backpropcli.checking.sheet import Entry, Sheet, lay_out
from backpropcli.checking.status import standing
from backpropcli.evaluate.floats import evaluate
from backpropcli.language.nodes import Expr, Name, names
from backpropcli.ops.entry import Array, ShapeError

NAMED = -1  # the position of what is only named
EXACT = Judging(1e-7, 1e-10)
# Slips in digits: a formula has none.
IN_DIGITS = (
    "arithmetic-slip", "copied-stale-value", "decimal-slip", "digit-dropped", "digit-slip",
    "misread-given",
)  # fmt: skip


@dataclass(eq=False)
class OnInstance:
    """What is found in one instance, by the positions of the claims in the submission.

    ``roots`` are the mistakes with the claims that each explains.
    """

    sizes: Mapping[str, int]
    statuses: dict[int, str] = field(default_factory=dict)
    roots: list[tuple[Root, tuple[int, ...]]] = field(default_factory=list)


class FormulaSheet:
    """The formulas of a sheet with their numbers in one instance of the problem."""

    def __init__(
        self,
        graph: Graph,
        claims: Sequence[tuple[int, Claim]],
        sizes: Mapping[str, int],
        wrong: Collection[int] = (),
    ) -> None:
        """``wrong`` are the positions of the claims with mistakes in them."""
        self.graph, self.sizes = graph, sizes
        named = list(self._named(claims, wrong))
        self.positions = [*(position for position, _ in claims), *(NAMED for _ in named)]
        mine = [_in_numbers(c, sizes) for _, c in claims]
        self.sheet: Sheet = lay_out(graph, [*mine, *named])
        self._follow: set[int] | None = None
        self._after: dict[int, list[Array]] = {}
        self._leads_to: dict[int, Array] = {}
        self._put_in()
        self._drop_empty()

    def _named(
        self, claims: Sequence[tuple[int, Claim]], wrong: Collection[int]
    ) -> Iterator[Claim]:
        """Quantities that wrong formulas go on from by name: no mistake lies before them.

        One that another wrong formula passes by without naming it is left out.
        """
        nodes = {self._node(claim, claim.name): claim for _, claim in claims}
        off = {self._node(claim, claim.name) for position, claim in claims if position in wrong}
        found: dict[int, Claim] = {}
        for position, claim in claims:
            for name in names(_formula(claim)) if position in wrong else ():
                node = self._node(claim, name)
                if node is not None and node not in nodes and self.graph.nodes[node].parents:
                    said = replace(claim, quantity=name, name=name, expr=Name(name), at=None,
                                   text=name, formula=Name(name))  # fmt: skip
                    found.setdefault(node, said)
        for node, claim in found.items():
            reached = self._reached(node, {*nodes, *found}) & off
            if all(claim.name in names(_formula(nodes[one])) for one in reached):
                yield claim

    def _node(self, claim: Claim, name: str) -> int | None:
        return self.graph.find(name, claim.example or 0, claim.step or 0)

    def _reached(self, start: int, ends: Collection[int | None]) -> set[int | None]:
        """The nodes after one, up to those that were handed in or named."""
        seen: set[int | None] = set()
        stack = list(self.graph.nodes[start].children)
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                stack += [] if node in ends else self.graph.nodes[node].children
        return seen

    def _put_in(self) -> None:
        """Work out each formula in the order of the equations, with the student's own values."""
        nodes, values = self.graph.nodes, list[Array]()
        at: dict[int, list[int]] = {}
        for i, entry in enumerate(self.sheet.entries):
            if entry.node is not None:
                at.setdefault(entry.node, []).append(i)
        for i, node in enumerate(nodes):
            value = np.asarray(node.value, float)
            if node.compute is not None:
                found = np.asarray(node.compute([values[p] for p in node.parents]), float)
                value = np.broadcast_to(found, np.shape(node.value))
            for which in at.get(i, ()):
                entry = self.sheet.entries[which]
                self._leads_to[id(entry)] = entry.part(value)
                is_named = self.positions[which] == NAMED
                own = value if is_named else self._own(entry, values)
                if own is not None:
                    put_value(entry, _whole(own, np.asarray(node.value)))
                if entry.paper is not None:
                    value = entry.put_in(value, entry.paper.value)
            values.append(value)

    def _own(self, entry: Entry, values: Sequence[Array]) -> Array | None:
        """What a formula comes to with the student's own earlier values; later ones are right."""
        formula = _formula(entry.claim)
        known: dict[str, Array] = {}
        for name in names(formula):
            node = self._node(entry.claim, name)
            if node is None:
                return None
            value = values[node] if node < len(values) else self.graph.nodes[node].value
            known[name] = np.asarray(value, float)
        try:
            found = np.asarray(evaluate(formula, known), float)
        except (ShapeError, ValueError):
            return None
        return found if np.isfinite(found).all() else None

    def _drop_empty(self) -> None:
        """Leave out what has no number here."""
        pairs = list(zip(self.positions, self.sheet.entries, self.sheet.rounded, strict=True))
        kept = [p for p in pairs if p[1].paper is not None or p[1].misfit is not None]
        self.positions = [position for position, _, _ in kept]
        self.sheet = Sheet(self.graph, [e for _, e, _ in kept], [r for _, _, r in kept])

    def differing(self, claims: Collection[int]) -> int:
        """How many of these claims show in the numbers that they are wrong."""
        return sum(
            position in claims and self._differs(entry)
            for position, entry in zip(self.positions, self.sheet.entries, strict=True)
        )

    def _differs(self, entry: Entry) -> bool:
        if entry.paper is None or entry.node is None:
            return True
        key = entry.key(self.graph)
        return not np.allclose(entry.paper.value, key, rtol=1e-6, atol=1e-9)

    def _going_on(self) -> set[int]:
        """The entries that follow from one earlier wrong formula, past others that are wrong."""
        if self._follow is None:
            self._follow = set()
            entries = self.sheet.entries
            off = [i for i, entry in enumerate(entries) if entry.is_whole and self._differs(entry)]
            for source in off:
                if entries[source].paper is not None:
                    self._follow |= {w for w in off if self._follows(entries[w], entries[source])}
        return self._follow

    def _follows(self, entry: Entry, source: Entry) -> bool:
        """Whether an entry is what comes of another one's numbers and right ones."""
        if entry.paper is None or source.paper is None or source.node is None:
            return False
        if entry.node is None or entry.node not in self._reached(source.node, ()):
            return False
        if source.node not in self._after:
            values = [np.asarray(node.value, float) for node in self.graph.nodes]
            values[source.node] = source.paper.value
            for i in sorted(n for n in self._reached(source.node, ()) if n is not None):
                node = self.graph.nodes[i]
                if node.compute is not None:
                    values[i] = np.asarray(node.compute([values[p] for p in node.parents]), float)
            self._after[source.node] = values
        found = entry.part(self._after[source.node][entry.node])
        same = np.shape(found) == np.shape(entry.paper.value)
        return bool(same and np.allclose(found, entry.paper.value, rtol=1e-7, atol=1e-10))

    def judged(self, known: Candidates, settings: Settings) -> OnInstance:
        """Judge the numbers as those of a sheet, and look for the mistakes.

        A mistake that explains only some numbers of a formula does not explain it.
        """
        found = OnInstance(self.sizes)
        judge = Judge(self.sheet, EXACT)
        search = Search(judge, known if judge.is_off() else Candidates(), settings)
        made = made_roots(judge, search)
        for which, entry in enumerate(self.sheet.entries):
            if self.positions[which] != NAMED:
                status = standing(entry, which, judge, search).status
                goes_on = status == "wrong" and which in self._going_on()
                found.statuses[self.positions[which]] = "carried" if goes_on else status
        left = search.best().left
        partly = {self.positions[which] for which in left if not left[which].slips}
        for number, root in enumerate(made.roots):
            mine = {self.positions[w] for w, roots in made.by_entry.items() if number in roots}
            unlike = self._unlike(root)
            found.roots.append((root, tuple(sorted(mine - partly - unlike - {NAMED}))))
        return found

    def _unlike(self, root: Root) -> set[int]:
        """The claims that are no lost sign of this quantity: their numbers have other sizes.

        The slip may have been found beside another mistake that it was not seen with elsewhere.
        """
        if root.name != "sign-slip":
            return set()
        pairs = zip(self.positions, self.sheet.entries, strict=True)
        return {p for p, entry in pairs if entry.claim.name == root.at and not self._in_size(entry)}

    def _in_size(self, entry: Entry) -> bool:
        """Whether a formula is right, or follows, but for signs."""
        if entry.paper is None or entry.node is None:
            return False
        key = entry.key(self.graph)
        rights = key, self._leads_to[id(entry)]
        size = np.abs(np.asarray(entry.paper.value, float))
        return any(np.allclose(size, abs(right), rtol=1e-6, atol=1e-9) for right in rights)


def _in_numbers(claim: Claim, sizes: Mapping[str, int]) -> Claim:
    return replace(claim, formula=sized(_formula(claim), sizes), written=None, links=())


def _formula(claim: Claim) -> Expr:
    assert claim.formula is not None
    return claim.formula


def _whole(value: Array, key: Array) -> Array:
    """A diagonal matrix where its diagonal is given."""
    if value.ndim == 1 and key.shape == value.shape * 2:
        is_diagonal = not np.any(key - np.diag(np.diagonal(key)))
        return np.diag(value) if is_diagonal else value
    return value
