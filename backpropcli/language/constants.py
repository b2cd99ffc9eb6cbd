"""Reading numbers and the constants of named arguments: ``axis=0``, ``shape=[2, 3]``."""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from typing import Any

from backpropcli.language.cursor import shown
from backpropcli.language.grammar import MAX_DIGITS, MAX_EXPONENT, ExpressionError
from backpropcli.language.indices import IndexReader
from backpropcli.language.nodes import Number
from backpropcli.language.tokens import Token

QUOTES = ("'", '"')


class ConstantReader(IndexReader):
    """A cursor that reads numbers, and lists of them, and words."""

    def number(self) -> Number:
        """A literal, within the limits."""
        token = self.take()
        exponent = token.text.lower().partition("e")[2]
        if len(token.text) > MAX_DIGITS or (exponent and abs(int(exponent)) > MAX_EXPONENT):
            raise self.error(
                f"a number has at most {MAX_DIGITS} characters, and an exponent of at most "
                f"{MAX_EXPONENT}",
                token,
            )
        if self.here.text.startswith("_") and self.here.start == token.stop:
            whole = Token("number", token.text, token.start, self.here.stop)
            raise self.error(
                "a number has no underscores",
                whole,
                f"write {(token.text + self.here.text).replace('_', '')}",
            )
        node = Number(Fraction(token.text), (token.start, token.stop))
        self.made(node)
        return node

    def constant(self) -> Any:
        """The value of a named argument: a number, a list of them, True, False or a word."""
        token = self.here
        if token.kind in ("[", "("):
            self.take()
            return self.constants("]" if token.kind == "[" else ")")
        if token.kind == "name":
            self.take()
            words = {"True": True, "False": False, "true": True, "false": False}
            return words.get(token.text, token.text)
        if token.text in QUOTES and self.peek().kind == "name":
            return self.quoted(token)
        sign = -1 if self.accept("-") else 1
        if self.here.kind != "number":
            raise self.unexpected(self.here)
        value = sign * self.number().value
        if self.accept("/"):
            bottom = self.number().value if self.here.kind == "number" else Fraction(0)
            if not bottom:
                raise self.error("a fraction of two numbers is expected", token)
            value /= bottom
        return int(value) if value.denominator == 1 else value

    def quoted(self, opening: Token) -> str:
        """A word in quotation marks, as Python has it: ``padding='same'``."""
        self.take()
        word = self.take().text
        if self.take().text != opening.text:
            raise self.error("the quotation marks are not closed", opening)
        return word

    def constants(self, closing: str) -> tuple[Any, ...]:
        """The items of a list of constants, after its opening bracket."""
        items = []
        self.deeper()
        while self.here.kind != closing:
            items.append(self.constant())
            if not self.accept(","):
                break
        self.depth -= 1
        self.expect(closing, "to close the list")
        return tuple(items)

    def unexpected(self, token: Token) -> ExpressionError:
        """What to say of a token that cannot stand here."""
        hints = {
            "=": "an expression has no `=`; give each equation a name of its own",
            "|": "the absolute value is abs(x), the norm norm(x)",
            "‖": "the norm is written norm(x)",
            "{": "parentheses are written ( )",
            "'": "a transpose is written `.T`, a derivative `relu'(z)`",
            ".": "the only attribute is `.T`",
            "number": "between two numbers an operator is needed",
        }
        hint = hints.get(token.kind, "") or hints.get(token.text, "")
        if hint and token.kind == "bad":
            return self.error(f"{shown(token)} is not understood", token, hint)
        if token.kind == "bad" and not token.text.isascii():
            name = unicodedata.name(token.text, "an unnamed character")
            said = f"`{token.text}` (U+{ord(token.text):04X}, {name.lower()}) is not understood"
            return self.error(said, token, "names have letters a to z, digits and underscores")
        after = self.peek().text
        if token.text == "\\" and after.isalpha() and after not in ("x", "u"):
            return self.error("LaTeX commands are not understood", token, f"write {after}(...)")
        if token.text == "\\":
            return self.error(
                "an invisible character, shown here as an escape, is not allowed", token
            )
        if token.kind == "end":
            return self.error("the expression ends where an operand is expected", token)
        return self.error(f"{shown(token)} is not expected here", token, hint)
