"""The catalogue of proofs: a file is one proof; ``found`` says where a problem has use for it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from backpropcli.derivation.data import Derivation
from backpropcli.derivation.proof import Proof
from backpropcli.program import Program
from backpropcli.registry import modules_beside


def stated_proofs(program: Program) -> Iterator[Proof]:
    """The proofs of the rules that a problem's equations use, each once, with their settings."""
    seen: set[str] = set()
    for name in modules_beside(__file__):
        for proof in import_module(f"{__name__}.{name}").found(program):
            if proof.derivation.title not in seen:
                seen.add(proof.derivation.title)
                yield proof


def proofs_for(program: Program) -> list[Derivation]:
    """The derivations in index form of the rules that a problem's equations use."""
    return [proof.derivation for proof in stated_proofs(program)]
