"""Text to tokens, with the spellings that people use brought to one.

``ŷ`` is ``yhat``, ``∂L/∂W₁`` is ``dL/dW1``, ``σ`` is ``sigmoid``, ``−`` is ``-``.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi",
    "π": "pi", "ρ": "rho", "σ": "sigmoid", "τ": "tau", "φ": "phi", "ϕ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega", "Δ": "Delta", "Θ": "Theta", "Φ": "Phi", "Ω": "Omega",
    "Σ": "Sigma", "Λ": "Lambda", "Γ": "Gamma", "Ψ": "Psi", "ϵ": "epsilon", "ℓ": "l",
    "µ": "mu",
}  # fmt: skip
MARKS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u0307": "dot"}
SUBSCRIPTS = {chr(0x2080 + i): str(i) for i in range(10)}
FRACTIONS = {"½": "0.5", "¼": "0.25", "¾": "0.75"}
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
OPERATORS = {"−": "-", "–": "-", "×": "*", "⊙": "*", "∘": "*", "∗": "*", "⋅": "·", "∙": "·"}
SINGLE = "+-*/@^()[],.=:'·⊗ᵀ"


class Token(NamedTuple):
    """A piece of the text: its kind, its normal spelling, and where it stands."""

    kind: str  # "number", "name", "end", "bad", or the operator itself
    text: str
    start: int
    stop: int


def normal_name(text: str) -> str:
    """A name in plain letters: ``W₁`` is ``W1``, ``ŷ`` is ``yhat``; others stay as they are."""
    tokens = tokenize(text)
    if len(tokens) == 2 and tokens[0].kind == "name":
        return tokens[0].text
    return text


def is_name(text: str) -> bool:
    """Whether the text is one plain name: ASCII letters, digits, underscores."""
    return text.isascii() and text.isidentifier()


def tokenize(text: str) -> list[Token]:
    """The tokens of a text, closed by one of kind "end"; what fits nothing is "bad"."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char.isspace():
            at += 1
            continue
        token = _number(text, at) or _word(text, at) or _operator(text, at)
        tokens.append(token)
        at = token.stop
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def _digits(text: str, at: int) -> int:
    while at < len(text) and text[at] in "0123456789":
        at += 1
    return at


def _number(text: str, start: int) -> Token | None:
    if text[start] in FRACTIONS:
        return Token("number", FRACTIONS[text[start]], start, start + 1)
    at = _digits(text, start)
    if text[at : at + 1] == "." and (at > start or text[at + 1 : at + 2] in tuple("0123456789")):
        at = _digits(text, at + 1)
    if at == start:
        return None
    if text[at : at + 1] in ("e", "E"):
        sign = 1 if text[at + 1 : at + 2] in ("+", "-", "−") else 0
        stop = _digits(text, at + 1 + sign)
        if stop > at + 1 + sign:
            at = stop
    return Token("number", text[start:at].replace("−", "-"), start, at)


def _word(text: str, start: int) -> Token | None:
    pieces: list[str] = []
    at = start
    while at < len(text) and (piece := _letter(text[at], bool(pieces))):
        pieces.append(piece)
        at += 1
    if not pieces:
        return None
    return Token("name", "".join(pieces), start, at)


def _letter(char: str, inside: bool) -> str:
    """What a character adds to a name, or nothing where it cannot stand there."""
    if char.isascii():
        return char if char.isalpha() or char == "_" or (inside and char.isdigit()) else ""
    if char == "∂":
        return "" if inside else "d"
    if char in "√∑":
        return "" if inside else {"√": "sqrt", "∑": "sum"}[char]
    if char in GREEK:
        return GREEK[char]
    if inside and char in SUBSCRIPTS:
        return SUBSCRIPTS[char]
    if inside and char in MARKS:
        return MARKS[char]
    base, *marks = list(unicodedata.normalize("NFD", char))
    if base.isascii() and base.isalpha() and marks and all(m in MARKS for m in marks):
        return base + "".join(MARKS[m] for m in marks)
    return ""


def _operator(text: str, at: int) -> Token:
    if text.startswith("**", at):
        return Token("^", "**", at, at + 2)
    char = OPERATORS.get(text[at], text[at])
    if char in SUPERSCRIPTS:
        stop = at
        while stop < len(text) and text[stop] in SUPERSCRIPTS:
            stop += 1
        return Token("superscript", "".join(SUPERSCRIPTS[c] for c in text[at:stop]), at, stop)
    if char in SINGLE:
        return Token(char, char, at, at + 1)
    return Token("bad", text[at], at, at + 1)
