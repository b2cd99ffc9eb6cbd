"""Formulas whose parts do not fit together: which part, and what would fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from backpropcli.checking.data import Claim, Submission
from backpropcli.checking.sides import split_sides
from backpropcli.checking.values import limits
from backpropcli.checking.written import Piece
from backpropcli.language.grammar import ExpressionError
from backpropcli.language.nodes import Apply, Expr, Name, call, fold, is_op, postorder, with_args
from backpropcli.language.parser import parse
from backpropcli.language.text import to_text
from backpropcli.on_paper import LIKELIER
from backpropcli.ops import FUNCTIONS
from backpropcli.problem.data import Problem
from backpropcli.problem.definitions import all_quantities, meaning
from backpropcli.problem.quantities import CALLED

PRODUCTS = ("matmul", "dotted", "outer", "mul")
JOINED = (*PRODUCTS, "add", "sub", "div", "maximum", "minimum")
MOST = 60  # ways that are tried
DEEPEST = 3  # parts that are mended in one formula
# The work of looking for ways, in one formula and in all of a sheet: a trial costs TRIAL and one
# for each part of the formula. Counted, not timed: a slow machine has to make the same report.
MOST_WORK, MOST_WORK_OF_ALL, TRIAL = 6_000, 30_000, 10


@dataclass(frozen=True, eq=False)
class Way:
    """A way to make a formula fit: the whole formula then, and what was done.

    ``part`` is what was written and ``instead`` what fits; without a ``part`` it is the whole.
    ``turned`` is a name that is transposed; ``kind`` is "turned", "exchanged", "several", or the op
    that is meant.
    """

    formula: Expr
    kind: str
    part: str
    instead: str
    turned: str = ""


@dataclass(frozen=True, eq=False)
class Misfit:
    """A claim with a formula whose parts do not fit, and the ways to mend it."""

    position: int
    claim: Claim
    ways: tuple[Way, ...]


def mended(handed_in: Submission, problem: Problem) -> tuple[Submission, list[Misfit]]:
    """The submission with formulas that fit after all, and those whose parts do not fit."""
    if not any(c.trouble is not None and c.sizes is None for c in handed_in.claims):
        return handed_in, []
    mender = Mender(problem)
    claims: list[Claim] = []
    misfits: list[Misfit] = []
    for position, claim in enumerate(handed_in.claims):
        found = mender.look_at(position, claim)
        claims.append(found if isinstance(found, Claim) else claim)
        if isinstance(found, Misfit):
            misfits.append(found)
    return replace(handed_in, claims=tuple(claims)), misfits


class Mender:
    """Looks at the unreadable formulas of one problem's answers."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.quantities = all_quantities(problem)
        calls = FUNCTIONS | set(CALLED)
        self.words = self.quantities.words(calls)
        self.work_of_all, self.work = MOST_WORK_OF_ALL, 0
        self.most, self.room = limits(problem)

    def look_at(self, position: int, claim: Claim) -> Claim | Misfit:
        """The claim as it is, or with a formula that fits after all, or why it does not fit."""
        if claim.trouble is None or claim.sizes is not None:
            return claim
        if len(split_sides(Piece(claim.text, claim.place, claim.width, False))) > 1:
            return claim
        try:
            parsed = parse(claim.text, self.words)
        except ExpressionError:
            return claim
        try:
            self.meaning(parsed)
        except ExpressionError as error:
            part = self.part(parsed, error)
            return claim if part is None else self.misfit(position, claim, parsed, part)
        return claim

    def misfit(self, position: int, claim: Claim, parsed: Expr, part: Apply) -> Claim | Misfit:
        """What can be done about a formula of which one part does not fit."""
        if is_op(part, "matmul", "outer"):
            by_number = Apply("mul", part.args, (), part.span)
            formula = self.meaning_or_none(_put(parsed, part, by_number))
            if formula is not None and self.is_by_number(part):
                return replace(claim, formula=formula, trouble=None)
        self.work = min(MOST_WORK, self.work_of_all)
        self.work_of_all -= self.work
        ways = tuple(islice(self.ways(parsed, part), MOST))
        self.work_of_all += self.work
        return Misfit(position, claim, ways)

    def is_by_number(self, part: Apply) -> bool:
        """Whether one side of a product is a single number."""
        return any(meaning(arg, self.quantities, self.problem.sizes)[1] == () for arg in part.args)

    def part(self, parsed: Expr, error: ExpressionError) -> Apply | None:
        """The part whose operands are well-formed and do not fit together."""
        for node in postorder(parsed):
            if not is_op(node, *JOINED) or node.span != (error.start, error.stop):
                continue
            if len(node.args) != 2:
                continue
            if all(self.meaning_or_none(arg) is not None for arg in node.args):
                return node
        return None

    def ways(self, parsed: Expr, part: Apply) -> Iterator[Way]:
        """The ways to make a part fit, and with it the whole; those with fewer changes first."""
        open_ones = [(parsed, part)]
        for depth in range(DEEPEST):
            further: list[tuple[Expr, Apply]] = []
            for whole, misfit in open_ones:
                for way in self.tried(whole, misfit, further):
                    text = to_text(way.formula, self.problem.index_from)
                    yield Way(way.formula, "several", "", text) if depth else way
            open_ones = further

    def tried(self, parsed: Expr, part: Apply, further: list[tuple[Expr, Apply]]) -> Iterator[Way]:
        """The ways with one change; where another part does not fit, it goes to ``further``."""
        for way in _ways(part, self.problem.index_from):
            whole = _put(parsed, part, way.formula)
            self.work = max(0, self.work - TRIAL - sum(1 for _ in postorder(whole)))
            if not self.work:
                return
            try:
                yield replace(way, formula=self.meaning(whole))
            except ExpressionError as error:
                other = self.part(whole, error)
                if other is not None:
                    further.append((whole, other))

    def meaning(self, parsed: Expr) -> Expr:
        """The expression over known quantities; raises ``ExpressionError``."""
        return meaning(parsed, self.quantities, self.problem.sizes, self.most, LIKELIER, self.room)[
            0
        ]

    def meaning_or_none(self, parsed: Expr) -> Expr | None:
        """The expression over known quantities, or nothing where its parts do not fit."""
        try:
            return self.meaning(parsed)
        except ExpressionError:
            return None


def _put(root: Expr, old: Expr, new: Expr) -> Expr:
    """The expression with another part in one place."""

    def visit(node: Expr, args: list[Expr]) -> Expr:
        return new if node is old else with_args(node, tuple(args))

    return fold(root, visit)


def _ways(part: Apply, index_from: int) -> Iterator[Way]:
    if part.implicit:
        part = Apply("matmul", part.args, (), part.span)
    left, right = part.args
    text = to_text(part, index_from)

    def way(op: str, a: Expr, b: Expr, kind: str, turned: Expr | None = None) -> Way:
        new = Apply(op, (a, b), (), part.span)
        name = turned.name if isinstance(turned, Name) else ""
        return Way(new, kind, text, to_text(new, index_from), name)

    turned = [(a, b) for a in (left, _turned(left)) for b in (right, _turned(right))]
    for a, b in turned[1:]:
        one = (left if b is right else right) if (a is left) != (b is right) else None
        yield way(part.op, a, b, "turned", _inner(one) if one is not None else None)
    if is_op(part, *PRODUCTS):
        for a, b in turned:
            if part.op != "mul":
                yield way(part.op, b, a, "exchanged")
            else:
                yield way("matmul", a, b, "matmul")
        if part.op != "mul":
            yield way("mul", left, right, "mul")
        yield way("outer", left, right, "outer")
        yield way("outer", right, left, "outer")


def _turned(expr: Expr) -> Expr:
    """The transpose, without a double one."""
    return expr.args[0] if is_op(expr, "transpose") else call("transpose", expr)


def _inner(expr: Expr) -> Expr:
    return expr.args[0] if is_op(expr, "transpose") else expr
