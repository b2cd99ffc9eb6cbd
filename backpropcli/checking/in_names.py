"""Texts about two instances of a problem as one text in its names: none of their numbers stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from backpropcli.checking.data import Root
from backpropcli.checking.telling import Facts
from backpropcli.language.text import to_text
from backpropcli.mistakes import catalogue
from backpropcli.program import Program

NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?")
Sizes = Mapping[str, int]


def in_names(first: str, second: str, sizes: tuple[Sizes, Sizes]) -> str | None:
    """The text that both have in common, named sizes in place of their numbers.

    None where they differ in anything else: in numbers of one instance, or in words.
    """
    if NUMBER.split(first) != NUMBER.split(second):
        return None
    found = list(zip(NUMBER.findall(first), NUMBER.findall(second), strict=True))
    named = [a if a == b else _size(a, b, sizes) for a, b in found]
    if any(name is None for name in named):
        return None
    parts = iter([name for name in named if name is not None])
    return NUMBER.sub(lambda _: next(parts), first)


def _size(first: str, second: str, sizes: tuple[Sizes, Sizes]) -> str | None:
    """What is one number in the first instance and another in the second."""
    names = list(sizes[0])
    for name in names:
        if (first, second) == (str(sizes[0][name]), str(sizes[1][name])):
            return name
    for i, a in enumerate(names):
        for b in names[i:]:
            pair = tuple(str(one[a] * one[b]) for one in sizes)
            if (first, second) == pair:
                return f"{a}*{b}"
    return None


def common_root(
    root: Root, others: list[Root], sizes: tuple[Sizes, Sizes], program: Program
) -> Root | None:
    """A mistake of one instance in names, if it is among those of the other.

    What stands beside it as an alternative there may be the first here; only what leads to the
    same numbers in both is told.
    """
    choices = [root, *root.alternatives]
    known = {_mark(other): other for one in others for other in (one, *one.alternatives)}
    both = [(one, known[_mark(one)]) for one in choices if _mark(one) in known]
    told = [_in_names(a, b, sizes, program) for a, b in both]
    kept = [one for one in told if one is not None]
    if not kept:
        return None
    first, *rest = kept
    return replace(
        first,
        alternatives=tuple(rest),
        possible=root.possible and first.name == root.name,
        evidence=root.evidence,
        scope=first.scope,
        explains=root.explains,
        follow=0,
    )


def _mark(root: Root) -> tuple[object, ...]:
    return root.name, root.at, root.example, root.step


def _in_names(a: Root, b: Root, sizes: tuple[Sizes, Sizes], program: Program) -> Root | None:
    did = in_names(a.did, b.did, sizes) or ""
    right = _equation(a.at, program) if a.right else ""
    message, question, remedy = (
        in_names(x, y, sizes)
        for x, y in ((a.message, b.message), (a.question, b.question), (a.remedy, b.remedy))
    )
    if message is None:
        return None
    if right:  # the equation of the problem itself, where the instance writes numbers
        facts = Facts({"at": a.at, "right": right.partition(" = ")[2]})
        remedy = remedy or catalogue()[a.name].remedy.format_map(facts)
    return replace(
        a, message=message, question=question or "", remedy=remedy or "", did=did,
        right=right or in_names(a.right, b.right, sizes) or "", alternatives=(), decides="",
    )  # fmt: skip


def _equation(name: str, program: Program) -> str:
    equation = program.equation(name)
    if equation is None:
        return ""
    return f"{name} = {to_text(equation.expr, program.problem.index_from)}"
