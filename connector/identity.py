"""Who is who: e-mail addresses that stand for the same human get the same key."""

from __future__ import annotations

import re
import unicodedata
from email.utils import parseaddr
from typing import Final

MAILBOXES: Final = frozenset(
    [
        "abuse",
        "accounting",
        "accounts",
        "admin",
        "billing",
        "buchhaltung",
        "contact",
        "customerservice",
        "einkauf",
        "enquiries",
        "finance",
        "hello",
        "help",
        "hr",
        "info",
        "invoice",
        "jobs",
        "kontakt",
        "mail",
        "marketing",
        "newsletter",
        "no-reply",
        "noreply",
        "office",
        "orders",
        "postmaster",
        "press",
        "purchasing",
        "reception",
        "rechnung",
        "sales",
        "secretary",
        "service",
        "support",
        "team",
        "vertrieb",
        "webmaster",
    ]
)
"""Local parts that several people read; they never tie records together."""

STAND_INS: Final = frozenset(
    [
        "email",
        "fake",
        "keine",
        "n.a",
        "na",
        "no-email",
        "no.email",
        "nobody",
        "noemail",
        "nomail",
        "none",
        "null",
        "test",
        "unknown",
        "x",
        "xx",
        "xxx",
    ]
)
"""Local parts that people type where an address is asked for and none is known."""

_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_SHAPE = re.compile(r"[^\s@]{1,64}@[^\s@]{1,253}")


def normalised(address: str) -> str | None:
    """The address in the one spelling that all its variants share, or None when it is none.

    Case, surrounding names and brackets, "+tags", dots of Gmail addresses and international
    domain spellings do not matter.
    """
    text = unicodedata.normalize("NFC", address).strip()
    text = parseaddr(text)[1] if "<" in text else text.removeprefix("mailto:")
    if not _SHAPE.fullmatch(text):
        return None
    local, _, domain = text.casefold().rpartition("@")
    domain = _ascii_domain(domain.rstrip("."))
    local = local.split("+", 1)[0] or local
    if domain in _GMAIL:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}" if domain and local else None


def unifies(address: str) -> bool:
    """Whether records that share this normalised address are one human."""
    local = address.partition("@")[0]
    return local not in MAILBOXES and local not in STAND_INS


def domain_of(address: str) -> str:
    """The domain of a normalised address."""
    return address.rpartition("@")[2]


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
