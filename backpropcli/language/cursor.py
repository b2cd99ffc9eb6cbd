"""Walking over the tokens of a text, and what to say where they do not fit."""

from __future__ import annotations

from collections.abc import Callable

from backpropcli.language.grammar import ExpressionError, Vocabulary
from backpropcli.language.nodes import Expr
from backpropcli.language.tokens import Token, tokenize


class Cursor:
    """A place in the tokens of a text; counts the nodes made and how deep they nest."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.tokens = tokenize(text)
        self.at = 0
        self.words = vocabulary
        self.nodes = 0
        self.depth = 0

    @property
    def here(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.at]

    def peek(self, ahead: int = 1) -> Token:
        """A token further on."""
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        """The next token, passed."""
        token = self.here
        self.at += 1
        return token

    def accept(self, kind: str) -> Token | None:
        """The next token, passed if it is of that kind."""
        return self.take() if self.here.kind == kind else None

    def expect(self, kind: str, after: str) -> Token:
        """The next token, which must be of that kind."""
        if self.here.kind != kind:
            raise self.error(f"expected `{kind}` {after}, found {shown(self.here)}")
        return self.take()

    def error(self, message: str, token: Token | None = None, hint: str = "") -> ExpressionError:
        """What is wrong at a token, the next one unless it is named."""
        token = token or self.here
        return ExpressionError(message, token.start, max(token.stop, token.start + 1), hint)

    def made(self, node: Expr) -> Expr:
        """A new node, counted."""
        self.nodes += 1
        if self.nodes > self.words.max_nodes:
            raise self.error(f"the expression is too long (more than {self.words.max_nodes} parts)")
        return node

    def deeper(self) -> None:
        """Count one more level; too many are refused."""
        self.depth += 1
        if self.depth > self.words.max_depth:
            raise self.error(f"nested more than {self.words.max_depth} levels deep")

    def nested(self, parse_part: Callable[[], Expr]) -> Expr:
        """A part one level deeper."""
        self.deeper()
        part = parse_part()
        self.depth -= 1
        return part


def shown(token: Token) -> str:
    """A token as a message names it."""
    return "the end" if token.kind == "end" else f"`{token.text}`"
