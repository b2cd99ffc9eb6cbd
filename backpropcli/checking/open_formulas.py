"""Formulas in problems without numbers: which are right, which follow, and what went wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import NamedTuple

import numpy as np

from backpropcli.checking.candidate import Candidates
from backpropcli.checking.candidates import candidates
from backpropcli.checking.data import Claim, LinkFinding, Root, Submission
from backpropcli.checking.formula_entries import as_constant
from backpropcli.checking.formula_sheet import IN_DIGITS, FormulaSheet, OnInstance
from backpropcli.checking.graph import Graph
from backpropcli.checking.in_names import common_root
from backpropcli.checking.instance import can_be_small, instance_of, instance_sizes
from backpropcli.checking.lines import formula_links
from backpropcli.checking.repairs import Repairer
from backpropcli.checking.search import Settings
from backpropcli.checking.shape_answers import root_of_repair
from backpropcli.checking.sheet import Sheet
from backpropcli.errors import EvaluationError
from backpropcli.language.nodes import Expr, names
from backpropcli.problem.data import Problem
from backpropcli.solution import solve

PAIRS = 3  # of instances, in which mistakes are looked for
TRIED = 7  # instances of each kind, to find one in which all that is wrong shows
MOST_NUMBERS = 50_000  # in an instance, for more pairs than one
# What is written in place of another quantity is that line's own mistake.
COPIES = ("derivative-for-value", "value-for-derivative")


class Known(NamedTuple):
    """An instance of the problem, ready to be judged."""

    graph: Graph
    sizes: Mapping[str, int]
    candidates: Candidates


@dataclass(eq=False)
class Judged:
    """What is found, by the positions of the claims.

    ``right`` and ``carried`` are positions, ``said`` sentences about those that are wrong;
    ``roots`` are mistakes with the claims that each explains.
    """

    positions: tuple[int, ...] = ()
    right: set[int] = field(default_factory=set)
    carried: set[int] = field(default_factory=set)
    said: dict[int, str] = field(default_factory=dict)
    links: dict[int, tuple[LinkFinding, ...]] = field(default_factory=dict)
    roots: list[tuple[Root, tuple[int, ...]]] = field(default_factory=list)

    @property
    def explained(self) -> set[int]:
        """The claims of which something is said."""
        return {*self.said, *(p for _, mine in self.roots for p in mine)}


class OpenFormulas:
    """Judges the formulas of one problem for quantities that have no number in it."""

    def __init__(self, problem: Problem, leave_out: Collection[str] = ()) -> None:
        self.problem = problem
        self.leave_out = (*leave_out, *IN_DIGITS)
        self._known: dict[tuple[int, tuple[str, ...], bool], Known | None] = {}

    def with_constants(self, handed_in: Submission, graph: Graph) -> Submission:
        """The submission with numbers as constant formulas where a quantity has no number."""
        claims = tuple(
            replace(claim, formula=as_constant(claim.written), written=None)
            if claim.written is not None
            and claim.trouble is None
            and graph.find(claim.name, claim.example or 0, claim.step or 0) is None
            else claim
            for claim in handed_in.claims
        )
        return replace(handed_in, claims=claims)

    def judged(self, sheet: Sheet, seconds: float) -> Judged:
        """Judge the formulas of a sheet for what has no number on its graph."""
        claims = [
            (position, entry.claim)
            for position, entry in enumerate(sheet.entries)
            if entry.node is None and entry.formula is not None
        ]
        found = Judged(tuple(position for position, _ in claims))
        verdicts = {p: sheet.entries[p].formula for p in found.positions}
        found.right = {p for p, verdict in verdicts.items() if verdict and verdict.same}
        wrong = set(found.positions) - found.right
        if not wrong and not any(len(claim.links) > 1 for _, claim in claims):
            return found
        pairs = list(self.pairs(claims, wrong))
        if not pairs:
            return found
        found.links = {p: formula_links(c, [(k.graph, k.sizes) for k, _ in pairs[0]])
                       for p, c in claims if len(c.links) > 1}  # fmt: skip
        if wrong:
            settings = Settings(seconds / (2 * PAIRS), self.leave_out)
            judged = [
                [one.judged(known.candidates, settings) for known, one in pair] for pair in pairs
            ]
            known = [one for one, _ in pairs[0]]
            self.explain(found, judged, wrong, sheet, known, settings)
        return found

    def explain(
        self,
        found: Judged,
        judged: Sequence[Sequence[OnInstance]],
        wrong: set[int],
        sheet: Sheet,
        known: Sequence[Known],
        settings: Settings,
    ) -> None:
        """Name what is wrong: sure names, then what would make it right, then possible names."""
        first, *more = judged
        found.carried = {p for p in wrong if all(s.statuses.get(p) == "carried" for s in first)}
        open_ones = wrong - found.carried
        others = [one for pair in more for one in pair]
        named = self.compare(first, others, open_ones, sheet)
        found.roots = [(root, mine) for root, mine in named if not root.possible]
        self.repair(found, open_ones, sheet, known[0])
        for position in sorted(open_ones - found.explained):
            found.roots += self.alone(position, sheet, known, settings)
        everything = [one for pair in judged for one in pair]
        for a, b in combinations(everything, 2):
            left = open_ones - found.explained
            if left and (a.sizes != b.sizes or not a.sizes):
                others = [one for one in everything if one not in (a, b)]
                found.roots += self.compare((a, b), others, left, sheet)

    def compare(
        self, pair: Sequence[OnInstance], more: Sequence[OnInstance], wrong: set[int], sheet: Sheet
    ) -> list[tuple[Root, tuple[int, ...]]]:
        """What is found in two instances; what others do not show is only possible."""
        a, b = pair
        program, quantity = sheet.graph.program, {p: sheet.entries[p].claim.quantity for p in wrong}
        told: list[tuple[Root, tuple[int, ...]]] = []
        untold: set[int] = set()
        for root, mine in a.roots:
            others = [(other, which) for other, which in b.roots if set(which) & set(mine)]
            named = common_root(root, [other for other, _ in others], (a.sizes, b.sizes), program)
            shared = {p for _, which in others for p in which} & set(mine) & wrong
            if named is None or (named.name in COPIES and named.at not in map(quantity.get, mine)):
                untold.update(mine)
                continue
            untold.update(set(mine) - shared)
            told.append((named, tuple(sorted(shared))))
        found = []
        for root, mine in told:
            kept = tuple(p for p in mine if p not in untold)
            if kept:
                explains = tuple(dict.fromkeys(quantity[p] for p in kept))
                sure = all(_shows(one, root, kept) for one in more)
                root = replace(root, explains=explains, possible=root.possible or not sure)
                found.append((root, kept))
        return found

    def alone(
        self, position: int, sheet: Sheet, known: Sequence[Known], settings: Settings
    ) -> list[tuple[Root, tuple[int, ...]]]:
        """What is surely wrong with one formula that is looked at without the others.

        It need not follow from a wrong one before it.
        """
        claims = [(position, sheet.entries[position].claim)]
        judged = [
            FormulaSheet(one.graph, claims, one.sizes, [position]).judged(one.candidates, settings)
            for one in known
        ]
        found = self.compare(judged, (), {position}, sheet)
        return [(root, mine) for root, mine in found if not root.possible]

    def repair(self, found: Judged, wrong: set[int], sheet: Sheet, known: Known) -> None:
        """Say what would make right what no mistake explains."""
        repairer = Repairer(sheet.graph.program, known.graph, known.sizes)
        for position in sorted(wrong - found.explained):
            claim, verdict = sheet.entries[position].claim, sheet.entries[position].formula
            assert claim.formula is not None
            if verdict is None or claim.name in names(claim.formula):
                continue
            repair = repairer.found(claim.formula, claim.name, claim.at)
            root = root_of_repair(repair, claim, sheet.graph.program) if repair else None
            if root is not None:
                found.roots.append((root, (position,)))
            elif repair is not None:
                found.said[position] = repair.said

    def pairs(
        self, claims: Sequence[tuple[int, Claim]], wrong: Collection[int]
    ) -> Iterator[list[tuple[Known, FormulaSheet]]]:
        """Pairs of instances with different sizes, the most telling ones first."""
        seen: list[tuple[Known, FormulaSheet]] = []
        for _ in range(PAIRS if wrong else 1):
            found = [self.chosen(claims, wrong, kind, seen) for kind in (0, 1)]
            pair = [one for one in found if one is not None]
            if len(pair) < 2:
                return
            seen += pair
            yield pair
            if sum(np.size(node.value) for node in pair[0][0].graph.nodes) > MOST_NUMBERS:
                return

    def chosen(
        self,
        claims: Sequence[tuple[int, Claim]],
        wrong: Collection[int],
        kind: int,
        but: Sequence[tuple[Known, FormulaSheet]],
    ) -> tuple[Known, FormulaSheet] | None:
        """The instance of a kind in which most of what is wrong shows; another than ``but``."""
        best: tuple[int, Known, FormulaSheet] | None = None
        for known in self.instances(claims, kind):
            if any(known is one for one, _ in but):
                continue
            usable = [c for c in claims if c[1].name not in names(_formula(c[1]))]
            sheet = FormulaSheet(known.graph, usable, known.sizes, wrong)
            shown = sheet.differing(wrong)
            if best is None or shown > best[0]:
                best = shown, known, sheet
            if shown == len(wrong):
                break
        return best[1:] if best is not None else None

    def instances(self, claims: Sequence[tuple[int, Claim]], kind: int) -> Iterator[Known]:
        """Instances of the problem with one set of sizes."""
        used = {n for _, claim in claims for n in (claim.name, *names(_formula(claim)))}
        also = tuple(sorted(name for name in used if "/" in name))
        formulas = [_formula(claim) for _, claim in claims]
        small = all(c.at is None for _, c in claims) and can_be_small(self.problem, formulas)
        for number in range(kind, 2 * TRIED, 2):
            known = self.known(number, also, small)
            if known is not None:
                yield known

    def known(self, number: int, also: tuple[str, ...], small: bool) -> Known | None:
        """An instance, worked out once; nothing where its numbers leave their domain."""
        key = number, also, small
        if key not in self._known:
            sizes = instance_sizes(self.problem, number, small)
            try:
                graph = Graph(solve(instance_of(self.problem, number, sizes), also))
            except EvaluationError:
                self._known[key] = None
                return None
            self._known[key] = Known(graph, sizes, candidates(graph, self.leave_out))
        return self._known[key]


def _shows(one: OnInstance, root: Root, positions: Collection[int]) -> bool:
    """Whether an instance has the mistake too, or does not show that anything is wrong."""
    for position in positions:
        if one.statuses.get(position) != "wrong":
            continue
        mine = [other for other, which in one.roots if position in which]
        known = {(r.name, r.at) for other in mine for r in (other, *other.alternatives)}
        if (root.name, root.at) not in known:
            return False
    return True


def _formula(claim: Claim) -> Expr:
    assert claim.formula is not None
    return claim.formula
