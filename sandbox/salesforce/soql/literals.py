"""Reads literals.

Follows the SOQL and SOSL Reference, "Date Formats and Date Literals in WHERE" and "Querying
Currency Fields in Multicurrency Orgs".
"""

from __future__ import annotations

import re
from datetime import date, time
from typing import Final, NoReturn

from sandbox.salesforce.soql.errors import malformed
from sandbox.salesforce.soql.reading import Reader
from sandbox.salesforce.soql.syntax import (
    Boolean,
    Currency,
    DateLiteral,
    DateTimeValue,
    DateValue,
    Literal,
    Null,
    Number,
    Text,
    TimeValue,
)
from sandbox.salesforce.soql.tokens import Kind, Token
from sandbox.salesforce.soql.words import COUNTED_DATE_LITERALS, DATE_LITERALS

_AMOUNT: Final = re.compile(r"([A-Za-z]{3})(\d+(?:\.\d+)?)", re.ASCII)


def read_literal(reader: Reader) -> Literal:
    """The literal that comes next; refuses what is none."""
    token = reader.next
    match token.kind:
        case Kind.TEXT:
            found: Literal = Text(token.text, token.at)
        case Kind.NUMBER:
            found = Number(token.text, token.at)
        case Kind.DATE | Kind.DATETIME | Kind.TIME:
            found = _moment(reader, token)
        case Kind.WORD | Kind.AMOUNT:
            return _word(reader, token)
        case _:
            _refuse_value(reader, token)
    reader.take()
    return found


def _refuse_value(reader: Reader, token: Token) -> NoReturn:
    if token.kind is Kind.SIGN and token.text == ":":
        raise malformed("Bind variables only allowed in Apex code", reader.text, token.at)
    reader.refuse(token)


def _moment(reader: Reader, token: Token) -> DateValue | DateTimeValue | TimeValue:
    try:
        if token.kind is Kind.DATE:
            date.fromisoformat(token.text)
            return DateValue(token.text, token.at)
        if token.kind is Kind.TIME:
            time.fromisoformat(token.text.replace("Z", "+00:00"))
            return TimeValue(token.text, token.at)
        moment = DateTimeValue(token.text, token.at)
        _ = moment.instant
    except (ValueError, OverflowError):
        kind = {Kind.DATE: "date", Kind.TIME: "time"}.get(token.kind, "dateTime")
        raise malformed(f"Invalid {kind}: {token.text}", reader.text, token.at) from None
    return moment


def _word(reader: Reader, token: Token) -> Literal:
    if token.upper in {"TRUE", "FALSE"}:
        found: Literal = Boolean(token.upper == "TRUE", token.at)
    elif token.upper == "NULL":
        found = Null(token.at)
    elif token.upper in DATE_LITERALS:
        found = DateLiteral(token.upper, None, token.at)
    elif token.upper in COUNTED_DATE_LITERALS:
        return _counted(reader, token)
    elif amount := _AMOUNT.fullmatch(token.text):
        found = Currency(amount[1].upper(), amount[2], token.at)
    else:
        reader.refuse(token)
    reader.take()
    return found


def _counted(reader: Reader, token: Token) -> DateLiteral:
    reader.take()
    reader.expect_sign(":")
    return DateLiteral(token.upper, reader.whole_number(), token.at)
