"""Secrets stand in the config as references; a literal is refused and never shown.

token = "credential:crm-token"      the file of that name in $CREDENTIALS_DIRECTORY
token = "env:CRM_TOKEN"             an environment variable
token = "file:/etc/leadmode/token"  a file that only its owner can read
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.ports import Secret

ADVICE: Final = 'Write "credential:NAME", "env:NAME" or "file:/path", and keep the secret there.'
LARGEST: Final = 64 * 1024
"""Bytes of a secret's file; a private key fits many times."""

FOLDER_ID: Final = "leadmode"
"""The id under which systemd/leadmode@.service loads the folder of all credentials."""
_SCHEMES: Final = ("credential", "env", "file")
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_SECRET_WORDS: Final = frozenset(
    {"token", "secret", "password", "passwd", "passphrase", "key", "apikey", "credential"}
)
_NO_SECRETS: Final = (["consumer", "key"],)
"""Words that end a name like a secret's and stand for none: Salesforce's word for a client id."""


class BadSecret(ValueError):
    """A secret cannot be had; the message never holds it. `advice` says what to do."""

    def __init__(self, message: str, advice: str = ADVICE) -> None:
        super().__init__(message)
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a secret is kept."""

    scheme: str
    name: str


def looks_secret(key: str) -> bool:
    """Whether a key of this name holds a secret: api_key, token, client_secret ..."""
    words = re.split(r"[^a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", key).lower())
    return bool(words) and words[-1] in _SECRET_WORDS and words[-2:] not in _NO_SECRETS


def parse_reference(value: object) -> Reference:
    """The reference behind a text; anything else may be the secret itself and raises BadSecret."""
    scheme, colon, name = value.partition(":") if isinstance(value, str) else ("", "", "")
    if scheme not in _SCHEMES or not colon:
        raise BadSecret("holds the secret itself, or something that is no reference")
    if scheme == "file":
        if not Path(name).is_absolute():
            raise BadSecret("names a file without its full path", 'Write "file:/path/to/it".')
    elif not _NAME.fullmatch(name):
        raise BadSecret(f"names no {scheme}", f'Write "{scheme}:NAME".')
    return Reference(scheme, name)


def resolve(reference: Reference, environment: Mapping[str, str] | None = None) -> Secret:
    """The secret; BadSecret when it is not there or badly kept."""
    environment = os.environ if environment is None else environment
    if reference.scheme == "env":
        value = environment.get(reference.name, "")
        if not value:
            advice = f"Set {reference.name}, or better keep the secret in a file."
            raise BadSecret("names a variable that is not set", advice)
        return Secret(value)
    if reference.scheme == "file":
        return _from_file(Path(reference.name), stat.S_IRWXG | stat.S_IRWXO)
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if not folder:
        advice = "systemd sets it for LoadCredential=; elsewhere set it to a folder."
        raise BadSecret("needs $CREDENTIALS_DIRECTORY, which is not set", advice)
    # systemd guards this folder, and shows its access list in the group's bits.
    return _from_file(_credential(Path(folder), reference.name), stat.S_IRWXO)


def _credential(folder: Path, name: str) -> Path:
    """The file of a credential; of a whole folder that a unit loads, systemd makes ID_NAME."""
    loaded_whole = folder / f"{FOLDER_ID}_{name}"
    return loaded_whole if loaded_whole.exists() else folder / name


def _from_file(path: Path, forbidden: int) -> Secret:
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            _refuse_badly_kept(path, status, forbidden)
            content = stream.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise BadSecret(f"names {path}: {reason}", "Create it with mode 0600.") from None
    if len(content) > LARGEST:
        raise BadSecret(f"names {path}, which is larger than 64 KiB", "Is it the right one?")
    try:
        value = content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadSecret(f"names {path}, which is no text", "Save it as UTF-8.") from None
    if not value:
        raise BadSecret(f"names {path}, which is empty", "Write the secret into it.")
    return Secret(value)


def _refuse_badly_kept(path: Path, status: os.stat_result, forbidden: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise BadSecret(f"names {path}, which is no file", "Name an ordinary file.")
    if status.st_mode & forbidden:
        advice = f"Run: chmod 0600 {path}"
        raise BadSecret(f"names {path}, which others may read", advice)
    if status.st_uid not in (0, os.geteuid()):
        advice = f"Run: chown {os.geteuid()} {path}"
        raise BadSecret(f"names {path}, which belongs to somebody else", advice)
