"""Reads tokens: the ground on which the grammar stands."""

from __future__ import annotations

from typing import Final, NoReturn

from sandbox.salesforce.soql.errors import QUERY_TOO_COMPLICATED, SoqlError, malformed
from sandbox.salesforce.soql.syntax import FieldPath
from sandbox.salesforce.soql.tokens import Kind, Token, tokens
from sandbox.salesforce.soql.words import NOT_A_NAME, NOT_AN_ALIAS

LONGEST_NAME: Final = 80
"""Characters of one name, at most (SOQL and SOSL Reference: names of fields and objects)."""
DEEPEST: Final = 100
"""Levels of parentheses, NOT and queries inside queries, at most."""


class Reader:
    """A place in the token list. Words are compared without regard to case."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = tokens(text)
        self._index = 0
        self._depth = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._index]

    def after(self, steps: int) -> Token:
        """The token so many steps behind the next one; END beyond the end."""
        return self._tokens[min(self._index + steps, len(self._tokens) - 1)]

    def take(self) -> Token:
        token = self.next
        if token.kind is not Kind.END:
            self._index += 1
        return token

    def refuse(self, token: Token | None = None) -> NoReturn:
        """Say that this token, or the next one, cannot stand here."""
        token = token or self.next
        shown = f"'{token.text}'" if token.kind is Kind.TEXT else token.text
        raise malformed(f"unexpected token: '{shown}'", self.text, token.at)

    # words and signs

    def sees(self, *words: str) -> bool:
        """Whether these words come next."""
        return all(
            self.after(step).kind is Kind.WORD and self.after(step).upper == word
            for step, word in enumerate(words)
        )

    def sees_any(self, words: frozenset[str]) -> bool:
        return self.next.kind is Kind.WORD and self.next.upper in words

    def skip(self, *words: str) -> bool:
        """Pass these words if they come next."""
        if not self.sees(*words):
            return False
        self._index += len(words)
        return True

    def expect(self, word: str) -> Token:
        if not self.sees(word):
            self.refuse()
        return self.take()

    def sees_sign(self, sign: str) -> bool:
        return self.next.kind is Kind.SIGN and self.next.text == sign

    def skip_sign(self, sign: str) -> bool:
        if not self.sees_sign(sign):
            return False
        self._index += 1
        return True

    def expect_sign(self, sign: str) -> Token:
        if not self.sees_sign(sign):
            self.refuse()
        return self.take()

    # names

    def name(self, refused: frozenset[str] = frozenset()) -> str:
        """One name of letters, digits and underscores."""
        token = self.next
        if token.kind is not Kind.WORD or token.upper in refused:
            self.refuse()
        if len(token.text) > LONGEST_NAME:
            raise malformed(f"name is too long: '{token.text}'", self.text, token.at)
        return self.take().text

    def path(self) -> FieldPath:
        """Names joined by dots; the first one is no reserved word."""
        at = self.next.at
        parts = [self.name(NOT_A_NAME)]
        while self.skip_sign("."):
            parts.append(self.name())
        return FieldPath(tuple(parts), at)

    def alias(self) -> str | None:
        """A name that is not a word of a clause, if one comes next."""
        if self.next.kind is not Kind.WORD or self.next.upper in NOT_AN_ALIAS:
            return None
        return self.name()

    def whole_number(self) -> int:
        token = self.next
        if token.kind is not Kind.NUMBER or not token.text.isdecimal():
            self.refuse()
        return int(self.take().text)

    # depth

    def deeper(self) -> None:
        """Count one level more; a query that would need too many is refused."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise SoqlError(
                QUERY_TOO_COMPLICATED,
                "Query is either selecting too many fields or the filter conditions are too "
                "complicated.",
            )

    def shallower(self) -> None:
        self._depth -= 1
