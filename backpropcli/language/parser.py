"""The one parser, for problem files, answers and workings: a Pratt parser with positions.

It knows the grammar only. Which names are functions and which are values comes with the
vocabulary; what they mean is resolved later. It never evaluates anything.
"""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from typing import Any

from backpropcli.errors import nearest
from backpropcli.language.cursor import shown
from backpropcli.language.grammar import (
    BINARY,
    MAX_DIGITS,
    MAX_EXPONENT,
    POWER,
    PRODUCT,
    ExpressionError,
    Vocabulary,
)
from backpropcli.language.indices import IndexReader
from backpropcli.language.nodes import Apply, At, Expr, Name, Number, is_op
from backpropcli.language.tokens import Token


def parse(text: str, vocabulary: Vocabulary) -> Expr:
    """The expression that a text writes; raises ``ExpressionError`` with its position."""
    return _Parser(text, vocabulary).whole()


class _Parser(IndexReader):
    def whole(self) -> Expr:
        if self.here.kind == "end":
            raise self.error("an expression is expected, found nothing")
        expr = self.expression(0)
        if self.here.kind != "end":
            raise self.unexpected(self.here)
        return expr

    def unexpected(self, token: Token) -> ExpressionError:
        hints = {
            "=": "an expression has no `=`; give each equation a name of its own",
            "'": "a transpose is written `.T`, a derivative `relu'(z)`",
            ".": "the only attribute is `.T`",
            "number": "between two numbers an operator is needed",
        }
        hint = hints.get(token.kind, "")
        if token.kind == "bad" and not token.text.isascii():
            name = unicodedata.name(token.text, "an unnamed character")
            said = f"`{token.text}` (U+{ord(token.text):04X}, {name.lower()}) is not understood"
            return self.error(said, token, "names have letters a to z, digits and underscores")
        if token.text == "\\":
            return self.error(
                "an invisible character, shown here as an escape, is not allowed", token
            )
        if token.kind == "end":
            return self.error("the expression ends where an operand is expected", token)
        return self.error(f"{shown(token)} is not expected here", token, hint)

    def expression(self, limit: int) -> Expr:
        """An expression whose operators all bind tighter than ``limit``."""
        left = self.operand(limit)
        while True:
            token = self.here
            if token.kind in BINARY:
                op, power = BINARY[token.kind]
                if power <= limit:
                    return left
                self.take()
                left = self.combine(op, left, self.expression(power))
            elif token.kind == "^":
                if limit > POWER:
                    return left
                left = self.power(left)
            elif token.kind in ("[", ".", "ᵀ", "superscript") and not self.is_list_after(left):
                left = self.postfix(left)
            elif self.starts_factor(token):
                if limit >= PRODUCT:
                    return left
                left = self.combine("mul", left, self.expression(PRODUCT))
            else:
                return left

    def starts_factor(self, token: Token) -> bool:
        """Whether a product without a sign goes on here; two numbers in a row do not."""
        if token.kind == "number":
            return self.tokens[self.at - 1].kind != "number"
        return token.kind in ("name", "(", "[")

    def is_list_after(self, left: Expr) -> bool:
        """A number cannot be indexed: `-15.88 [1, 0.52]` is a product with a list."""
        return self.here.kind == "[" and isinstance(left, Number)

    def combine(self, op: str, left: Expr, right: Expr) -> Expr:
        return self.made(Apply(op, (left, right), span=_join(left, right)))

    def power(self, base: Expr) -> Expr:
        self.take()
        if self.here.text == "T" and "T" not in self.words.values:
            return self.made(Apply("transpose", (base,), span=_to(base, self.take())))
        exponent = self.nested(lambda: self.expression(POWER - 1))
        size = exponent.args[0] if is_op(exponent, "neg") else exponent
        if isinstance(size, Number) and size.value > MAX_EXPONENT:
            start, stop = exponent.span or (0, 0)
            raise ExpressionError(f"an exponent is at most {MAX_EXPONENT}", start, stop)
        return self.combine("pow", base, exponent)

    def postfix(self, left: Expr) -> Expr:
        token = self.here
        if token.kind == "[":
            return self.indexed(left)
        self.take()
        if token.kind == "superscript":
            return self.combine("pow", left, Number(int(token.text), (token.start, token.stop)))
        if token.kind == ".":
            token = self.take()
            if token.text in self.words.functions:
                raise self.error("the only attribute is `.T`", token, f"write {token.text}(...)")
            if token.text != "T":
                raise self.error("the only attribute is `.T`", token)
        return self.made(Apply("transpose", (left,), span=_to(left, token)))

    def operand(self, limit: int) -> Expr:
        token = self.here
        if token.kind == "number":
            return self.number()
        if token.kind == "name":
            return self.name()
        if token.kind in ("-", "+"):
            return self.signed(limit)
        if token.kind == "(":
            self.take()
            inner = self.nested(lambda: self.expression(0))
            closing = self.expect(")", "to close the parenthesis")
            inner.span = (token.start, closing.stop)
            return inner
        if token.kind == "[":
            return self.listed()
        raise self.unexpected(token)

    def signed(self, limit: int) -> Expr:
        sign = self.take()
        # A minus sign covers a whole product, -a*b is -(a*b), but only the base of no power.
        inner = self.nested(lambda: self.expression(max(limit, PRODUCT - 1)))
        if sign.kind == "+":
            return inner
        return self.made(
            Apply("neg", (inner,), span=(sign.start, (inner.span or (0, sign.stop))[1]))
        )

    def number(self) -> Number:
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

    def name(self) -> Expr:
        token = self.take()
        if self.is_differential(token):
            return self.derivative(token)
        self.refuse_unknown_upper(token)
        if self.here.kind == "'" and token.text in self.words.functions:
            self.take()
            if self.here.kind != "(":
                raise self.error(f"`{token.text}'` needs an argument: `{token.text}'(z)`", token)
            return self.called(token, token.text + "'")
        if self.here.kind == "(" and token.text in self.words.functions:
            return self.called(token, token.text)
        return self.made(Name(token.text, (token.start, token.stop)))

    def refuse_unknown_upper(self, token: Token) -> None:
        """``dL/dW1`` where W1 is known but L is not."""
        lower, values = self.peek(), self.words.values
        if (
            token.text[0] == "d"
            and self.here.kind == "/"
            and lower.kind == "name"
            and lower.text[0] == "d"
            and lower.text[1:] in values
            and not {token.text, lower.text}.intersection(values)
        ):
            upper = token.text[1:]
            hint = nearest(upper, values) or "the upper name is the loss or a value"
            raise ExpressionError(
                f"`{token.text}/{lower.text}` is no derivative: there is no value `{upper}`",
                token.start, lower.stop, hint, upper,
            )  # fmt: skip

    def is_differential(self, token: Token) -> bool:
        values = self.words.values
        return (
            token.text[0] == "d"
            and token.text[1:] in values
            and token.text not in values
            and self.here.kind in ("/", "[")
        )

    def derivative(self, upper: Token) -> Expr:
        """``dL/dW2[2,1]``: one quantity, indexed first by its upper, then by its lower."""
        items = self.positions() if self.here.kind == "[" else ()
        slash = self.expect("/", f"after `{upper.text}`")
        lower = self.take()
        if lower.kind != "name" or lower.text[0] != "d" or lower.text[1:] not in self.words.values:
            raise self.not_a_derivative(upper, lower, slash)
        name = Name(f"{upper.text}/{lower.text}", (upper.start, lower.stop))
        more = self.positions() if self.here.kind == "[" else ()
        if not items and not more:
            return self.made(name)
        span = (upper.start, self.tokens[self.at - 1].stop)
        return self.made(Apply("index", (name,), (("at", At(items + more)),), span))

    def not_a_derivative(self, upper: Token, lower: Token, slash: Token) -> ExpressionError:
        if lower.kind == "name" and lower.text[0] == "d":
            unknown = lower.text[1:]
            return ExpressionError(
                f"`{upper.text}/{lower.text}` is no derivative: there is no value `{unknown}`",
                upper.start,
                lower.stop,
                nearest(unknown, self.words.values),
                unknown,
            )
        return ExpressionError(
            f"`{upper.text}` stands only in a derivative such as `{upper.text}/dW1`",
            upper.start,
            slash.stop,
        )

    def called(self, name: Token, op: str) -> Expr:
        self.expect("(", f"after `{op}`")
        args: list[Expr] = []
        params: list[tuple[str, Any]] = []
        while self.here.kind != ")":
            if self.here.kind == "name" and self.peek().kind == "=":
                key = self.take().text
                self.take()
                params.append((key, self.constant()))
            else:
                args.append(self.nested(lambda: self.expression(0)))
            if not self.accept(","):
                break
        stop = self.expect(")", f"to close `{op}(`")
        return self.made(Apply(op, tuple(args), tuple(params), (name.start, stop.stop)))

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

    def listed(self) -> Expr:
        opening = self.take()
        items = []
        while self.here.kind != "]":
            items.append(self.nested(lambda: self.expression(0)))
            if not self.accept(","):
                break
        closing = self.expect("]", "to close the list")
        if not items:
            raise self.error("a list is not empty", opening)
        return self.made(Apply("array", tuple(items), span=(opening.start, closing.stop)))

    def indexed(self, value: Expr) -> Expr:
        items = self.positions()
        span = ((value.span or (0, 0))[0], self.tokens[self.at - 1].stop)
        return self.made(Apply("index", (value,), (("at", At(items)),), span))


def _join(left: Expr, right: Expr) -> tuple[int, int]:
    return ((left.span or (0, 0))[0], (right.span or (0, 0))[1])


def _to(left: Expr, token: Token) -> tuple[int, int]:
    return ((left.span or (0, 0))[0], token.stop)
