"""Masks: what must not stand in a log line, whoever wrote it."""

from __future__ import annotations

import base64
import re
import threading
import urllib.parse
from typing import Final

MASK: Final = "***"
SECRET_KEY: Final = re.compile(
    r"authorization|token|secret|password|passphrase|credential|session|assertion|signature|api_?key",
    re.IGNORECASE,
)
"""Names of fields whose values are never shown."""
_EMAIL: Final = re.compile(r"[^\s@\"'<>=,;:()\[\]{}|/\\]+@[^\s@\"'<>=,;:()\[\]{}|/\\]+\.\w{2,}")


class _Secrets:
    """Every secret that was loaded, in each form in which a library may print it."""

    def __init__(self) -> None:
        self._forms: tuple[str, ...] = ()
        self._guard = threading.Lock()

    def add(self, value: str) -> None:
        raw = value.encode()
        forms = {
            value,
            base64.b64encode(raw).decode().rstrip("="),
            base64.urlsafe_b64encode(raw).decode().rstrip("="),
            urllib.parse.quote(value, safe=""),
            urllib.parse.quote_plus(value),
        }
        with self._guard:
            self._forms = tuple(sorted({*self._forms, *forms} - {""}, key=len, reverse=True))

    def mask(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, MASK)
        return text


_SECRETS: Final = _Secrets()


def register_secret(value: str) -> None:
    """From now on `value`, also base64 or URL encoded, is masked in every log line."""
    _SECRETS.add(value)


def redact(text: str) -> str:
    """`text` without registered secrets and without e-mail addresses."""
    return _EMAIL.sub("<e-mail>", _SECRETS.mask(text))
