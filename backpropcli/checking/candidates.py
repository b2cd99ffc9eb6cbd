"""Every way to make a known mistake in a problem, ready to be tried on its graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from math import log2

from backpropcli.checking.candidate import Candidate, Candidates, Change
from backpropcli.checking.costs import REPEATED, class_bits, total_weight
from backpropcli.checking.formula import Formula
from backpropcli.checking.graph import TOTAL, Graph, Instance
from backpropcli.language.nodes import Expr, postorder
from backpropcli.language.timeline import without_steps
from backpropcli.mistakes import catalogue
from backpropcli.mistakes.entry import Edit, Mistake
from backpropcli.mistakes.world import World

MOST_WORK = 60_000  # parts of equations that the ways to make one mistake may have in all


def candidates(graph: Graph, leave_out: Collection[str] = ()) -> Candidates:
    """All candidates of the catalogue on a graph; ``leave_out`` are names that are not tried."""
    maker, world = _Maker(graph, Candidates()), graph.world
    sizes = {name: len(postorder(e.expr)) for name, e in world.equations.items()}
    for mistake in catalogue().entries():
        if mistake.edits is not None and mistake.name not in leave_out:
            maker.add(mistake, _edits(mistake, world, sizes), world)
    for one in maker.found.all:
        for node in one.nodes:
            maker.found.by_node[node].append(one)
    return maker.found


def _edits(mistake: Mistake, world: World, sizes: Mapping[str, int]) -> list[Edit]:
    """The ways to make a mistake; of equations over very many steps not all of them."""
    assert mistake.edits is not None
    found: list[Edit] = []
    seen: set[tuple[object, ...]] = set()
    work = 0
    for edit in mistake.edits(world):
        for name in edit.changes:
            work += sizes.get(name, 0)
        if work > MOST_WORK:
            break
        key = (*edit.changes.items(), *edit.elsewhere.items())
        if key not in seen:
            seen.add(key)
            found.append(edit)
    return found


class _Maker:
    def __init__(self, graph: Graph, found: Candidates) -> None:
        self.graph, self.found = graph, found
        self.total = total_weight()
        self.formulas: dict[Expr, Formula] = {}
        self.visible: dict[tuple[str, Instance], int | None] = {}
        steps = {node.at for node in graph.nodes}
        self.instances = sorted(steps)

    def add(self, mistake: Mistake, edits: list[Edit], world: World) -> None:
        """Place the edits of a mistake in every instance, with what each costs."""
        made: list[Candidate] = []
        for edit in edits:
            fitting = all(world.fits(name, expr) for name, expr in edit.changes.items())
            if edit.elsewhere:
                made += self.moved(mistake, edit)
                continue
            for at in self.instances:
                changes = self.changes(edit, at)
                if changes and fitting:
                    made.append(Candidate(mistake, edit, at, changes, 0.0))
                elif changes:
                    self.found.misshapen.append(Candidate(mistake, edit, at, changes, 0.0))
        notice = mistake.family == "notice"
        sites = len({(one.at, one.edit.at) for one in made})
        shares: dict[tuple[Instance, str], float] = defaultdict(float)
        for one in made:
            shares[one.at, one.edit.at] += 2.0**-one.edit.bits
        lead = class_bits(mistake.prior, self.total) + log2(max(1, sites))
        for one in self.found.misshapen:
            if one.mistake is mistake:
                one.bits = lead + one.edit.bits
        for one in made:
            own = log2(shares[one.at, one.edit.at]) + one.edit.bits
            one.bits = 0.0 if notice else lead + own
            one.order = max(one.nodes)
        (self.found.notices if notice else self.found.all).extend(made)
        self.add_everywhere(made, class_bits(mistake.prior, self.total), notice)

    def add_everywhere(self, made: list[Candidate], lead: float, notice: bool) -> None:
        """One misconception at all its sites is one fault: in all examples, layers or steps."""
        groups: dict[tuple[str, ...], list[Candidate]] = defaultdict(list)
        for one in made:
            groups["", one.edit.kind].append(one)
            if self.graph.problem.time is not None:
                groups["steps", without_steps(one.edit.at), one.edit.kind].append(one)
            if len(self.instances) > 1:
                groups["examples", one.edit.at, one.edit.kind, _form(one.edit)].append(one)
        tried: set[frozenset[tuple[int, Expr]]] = set()
        for key, group in groups.items():
            chosen: dict[int, Change] = {}
            members: list[Candidate] = []
            for one in group:
                if not any(change.node in chosen for change in one.changes):
                    chosen.update({change.node: change for change in one.changes})
                    members.append(one)
            made_so = frozenset((node, change.expr) for node, change in chosen.items())
            if len(members) < 2 or made_so in tried:
                continue
            tried.add(made_so)
            first = members[0]
            bits = 0.0 if notice else lead + REPEATED + first.edit.bits + log2(max(1, len(groups)))
            whole = Candidate(
                first.mistake, first.edit, TOTAL if key[0] == "" else first.at,
                tuple(chosen.values()), bits, True, tuple(members), max(chosen),
            )  # fmt: skip
            (self.found.notices if notice else self.found.all).append(whole)

    def moved(self, mistake: Mistake, edit: Edit) -> list[Candidate]:
        """One mistake over all steps that take numbers of another step; none where one lacks."""
        found: list[Change] = []
        for step, source in edit.elsewhere.items():
            for at, there in _paired(self.graph, step, source):
                for name, expr in edit.changes.items():
                    node, formula = self.graph.places.get((at, name)), self.formula(expr)
                    if node is None or self.graph.nodes[node].kind == "total":
                        continue
                    parents = [
                        self.node(n, there if n in edit.moved else at) for n in formula.names
                    ]
                    known = tuple([p for p in parents if p is not None])
                    if len(known) < len(parents):
                        return []
                    found.append(Change(node, expr, known, formula))
        found.sort(key=lambda change: change.node)
        at = self.graph.nodes[found[0].node].at if found else TOTAL
        return [Candidate(mistake, edit, at, tuple(found), 0.0)] if found else []

    def changes(self, edit: Edit, at: Instance) -> tuple[Change, ...]:
        """The nodes that an edit changes in one instance; none where it does not apply."""
        found: list[Change] = []
        for name, expr in edit.changes.items():
            node = self.graph.places.get((at, name))
            if node is None or self.graph.nodes[node].expr is None:
                continue
            formula = self.formula(expr)
            is_total = self.graph.nodes[node].kind == "total"
            if is_total == self.graph.parts.keys().isdisjoint(formula.names):
                return ()
            parents = [self.node(n, at) for n in formula.names]
            known = tuple([p for p in parents if p is not None])
            if len(known) == len(parents):
                found.append(Change(node, expr, known, formula))
        return tuple(found)

    def node(self, name: str, at: Instance) -> int | None:
        """The node that a name means in an instance."""
        key = name, at
        if key not in self.visible:
            self.visible[key] = self.graph.visible(name, at)
        return self.visible[key]

    def formula(self, expr: Expr) -> Formula:
        found = self.formulas.get(expr)
        if found is None:
            found = self.formulas[expr] = Formula(expr)
        return found


def _paired(graph: Graph, step: int, other: int) -> list[tuple[Instance, Instance]]:
    """The instances of one step, from 0, each with its counterpart in another step."""
    update = graph.problem.update
    mine, theirs = ((update.batch(i) if update else ()) for i in (step, other))
    here, there = Instance(step + graph.first), Instance(other + graph.first)
    if len(mine) != len(theirs) or len(mine) < 2:
        return [(here, there)]
    pairs = zip(mine, theirs, strict=True)
    inner = [(here._replace(example=a + 1), there._replace(example=b + 1)) for a, b in pairs]
    return [(here, there), *inner]


def _form(edit: Edit) -> str:
    return ";".join(f"{name}={expr!r}" for name, expr in edit.changes.items())
