"""Numbers as people write them on paper, read exactly; nothing is left to ``float()``."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from functools import lru_cache

from backpropcli.files.tree import quoted

LONGEST = 64
LARGEST_EXPONENT = 64
LARGEST_INTEGER = 10**30

_BLANK = " \t\n"
_SIGN = r"[+\-−]?"
_SEPARATOR = "[,_'’\u00a0\u202f\u2009]"
_LITERAL = re.compile(rf"{_SIGN}(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]({_SIGN}[0-9]+))?")
_INTEGER = re.compile(rf"{_SIGN}[0-9]+")
# Not compiled here: these are wanted only where a number has been refused.
_RADIX = rf"{_SIGN}0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)"
_THOUSANDS = rf"{_SIGN}[0-9]{{1,3}}(?:{_SEPARATOR}[0-9]{{3}})+(?:\.[0-9]*)?"
_SEPARATED = rf"{_SIGN}[0-9]+(?:{_SEPARATOR}[0-9]+)+(?:\.[0-9]*)?"
_POINTS = rf"{_SIGN}[0-9]*(?:[.,][0-9]+){{2,}}[.,]?"
_COLONS = r"([0-9]+):([0-9]+)(?::[0-9]+)*"
_NOT_FINITE = rf"(?i:{_SIGN}\.?(?:nan|inf|infinity|∞))"
_LOOK_ALIKE = str.maketrans("‐‑‒–—﹣－＋．／٫٬", "-------+./.,")


def read_number(text: str) -> Fraction | None:
    """The number that the text is, or the fraction of two such as `-3/8`; else nothing.

    Decimal digits with a point and an exponent, in ASCII but for the sign −. What looks like a
    number and is not read has a sentence from ``number_trouble``; other texts are expressions.
    """
    top, slash, bottom = text.strip(_BLANK).partition("/")
    if not slash:
        return _literal(top)
    numerator, denominator = _literal(top.rstrip(_BLANK)), _literal(bottom.lstrip(_BLANK))
    if numerator is None or not denominator:
        return None
    return numerator / denominator


def number_trouble(text: str) -> str:
    """One sentence on why a text that looks like a number is none; empty for all other texts."""
    body = text.strip(_BLANK)
    if not body or read_number(body) is not None:
        return ""
    sides = [side.strip(_BLANK) for side in body.split("/")]
    if len(sides) == 2 and all(_looks_like_number(side) for side in sides):
        said = _trouble(sides[0]) or _trouble(sides[1]) or "divides by zero"
    else:
        said = _trouble(body)
    return f"{quoted(body)} {said}" if said else ""


def _literal(text: str) -> Fraction | None:
    return _short_literal(text) if len(text) <= LONGEST else None


@lru_cache(4096)  # a class writes the same numbers
def _short_literal(text: str) -> Fraction | None:
    if not _LITERAL.fullmatch(text) or _too_large(text):
        return None
    return Fraction(text.replace("−", "-"))


def _looks_like_number(text: str) -> bool:
    return _literal(text) is not None or bool(_trouble(text))


def _trouble(text: str) -> str:
    """What is wrong with a number without a slash, to be put after the text."""
    if _literal(text) is not None:
        return ""
    checks = (_size, _thousands, _commas, _blanks, _separated, _radix, _colon, _other)
    return next((said for check in checks if (said := check(text))), "")


def _size(text: str) -> str:
    if not _LITERAL.fullmatch(text):
        return ""
    if len(text) > LONGEST:
        return f"has more than {LONGEST} characters: write it rounded, such as 1.5e-3"
    return _too_large(text)


def _too_large(text: str) -> str:
    if _INTEGER.fullmatch(text):
        too_large = abs(int(text.replace("−", "-"))) > LARGEST_INTEGER
        return "is larger than 10^30: write it rounded, such as 1.5e31" if too_large else ""
    found = _LITERAL.fullmatch(text)
    exponent = found[1].replace("−", "-") if found and found[1] else "0"
    if abs(int(exponent)) > LARGEST_EXPONENT:
        return f"has an exponent beyond {LARGEST_EXPONENT}: write a number nearer to 1"
    return ""


def _thousands(text: str) -> str:
    if not re.fullmatch(_THOUSANDS, text):
        return ""
    said = f"has signs between its digits: write {_short(re.sub(_SEPARATOR, '', text))}"
    if text.count(",") == 1 and "." not in text:
        said += f", or {text.replace(',', '.')} if a decimal point is meant"
    return said


def _commas(text: str) -> str:
    pieces = [piece.strip(_BLANK) for piece in text.split(",")]
    if len(pieces) < 2 or any(read_number(piece) is None for piece in pieces):
        return ""
    as_list = _short(f"[{', '.join(pieces)}]")
    as_number = ".".join(pieces)
    if len(pieces) > 2 or _literal(as_number) is None:
        return f"is several numbers: write {as_list}"
    return f"has a comma: write {as_number}, or {as_list} for a list"


def _blanks(text: str) -> str:
    parts = text.split()
    if len(parts) < 2 or any(read_number(part) is None for part in parts):
        return ""
    if all(part[0] in "+-−" for part in parts[1:]):
        return ""  # a sum
    said = "is several numbers: write a comma between them"
    joined = "".join(parts)
    thousands = all(len(part) == 3 and part.isdigit() for part in parts[1:])
    return f"{said}, or {joined} for one" if thousands and _literal(joined) is not None else said


def _separated(text: str) -> str:
    if re.fullmatch(_POINTS, text):
        return "has several points: write one decimal point and no thousands signs"
    if not re.fullmatch(_SEPARATED, text):
        return ""
    return f"has signs between its digits: write {_short(re.sub(_SEPARATOR, '', text))}"


def _radix(text: str) -> str:
    if not re.fullmatch(_RADIX, text):
        return ""
    value = int(text.replace("−", "-"), 0) if len(text) <= LONGEST else LARGEST_INTEGER + 1
    if abs(value) > LARGEST_INTEGER:
        return "is not decimal: write decimal digits"
    return f"is not decimal: write {value}"


def _colon(text: str) -> str:
    found = re.fullmatch(_COLONS, text)
    if not found:
        return ""
    return f"has a colon: a ratio is written {_short(found[1])}/{_short(found[2])}"


def _other(text: str) -> str:
    if re.fullmatch(_NOT_FINITE, text):
        return "is not a finite number"
    if text.endswith("%") and _literal(text[:-1].rstrip()) is not None:
        return f"has a percent sign: write {text[:-1].rstrip()}/100"
    plain = "".join(_ascii_digit(c) for c in text.translate(_LOOK_ALIKE))
    if plain != text and read_number(plain) is not None:
        return f"is written with other characters than 0 to 9: write {plain}"
    return _trouble(plain) if plain != text else ""


def _ascii_digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
