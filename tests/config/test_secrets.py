"""References to secrets, and how the secrets must be kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connector.config.secrets import BadSecret, Reference, parse_reference, resolve

CANARY = "CANARY-5e1f"


def kept(path: Path, text: str = CANARY + "\n", mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("env:CRM_TOKEN", Reference("env", "CRM_TOKEN")),
        ("credential:crm-token", Reference("credential", "crm-token")),
        ("file:/etc/leadmode/t", Reference("file", "/etc/leadmode/t")),
    ],
)
def test_references(text: str, reference: Reference):
    assert parse_reference(text) == reference


@pytest.mark.parametrize(
    "bad",
    [CANARY, "", 5, None, f"vault:{CANARY}", f"Env:{CANARY}", "env:", "env:A B", "credential:",
     "credential:../x", "credential:.hidden", "file:relative", "file:"],
)  # fmt: skip
def test_anything_else_is_refused_without_being_shown(bad: object):
    with pytest.raises(BadSecret) as caught:
        parse_reference(bad)
    assert CANARY not in str(caught.value) + caught.value.advice


def test_each_kind_of_reference_is_fetched(tmp_path):
    path = kept(tmp_path / "token")
    environment = {"T": CANARY, "CREDENTIALS_DIRECTORY": str(tmp_path)}
    for text in ("env:T", f"file:{path}", "credential:token"):
        secret = resolve(parse_reference(text), environment)
        assert secret.reveal() == CANARY
        assert CANARY not in repr(secret)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_a_file_that_others_may_open_is_refused(tmp_path, mode: int):
    path = kept(tmp_path / "token", mode=mode)
    with pytest.raises(BadSecret, match="others may read") as caught:
        resolve(Reference("file", str(path)), {})
    assert caught.value.advice == f"Run: chmod 0600 {path}"


def test_a_credential_may_show_the_bits_of_an_access_list_but_not_be_public(tmp_path):
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    kept(tmp_path / "token", mode=0o440)
    assert resolve(Reference("credential", "token"), environment).reveal() == CANARY
    kept(tmp_path / "open", mode=0o444)
    with pytest.raises(BadSecret, match="others may read"):
        resolve(Reference("credential", "open"), environment)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_refused(tmp_path, monkeypatch):
    path = kept(tmp_path / "token")
    os.chown(path, 12_345, -1)
    with pytest.raises(BadSecret, match="belongs to somebody else"):
        resolve(Reference("file", str(path)), {})
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    assert resolve(Reference("file", str(path)), {}).reveal() == CANARY


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "is empty"), ("x" * 70_000, "larger than 64 KiB"), ("\n", "is empty")],
)
def test_a_file_without_a_decent_secret_is_refused(tmp_path, text: str, message: str):
    path = kept(tmp_path / "token", text)
    with pytest.raises(BadSecret, match=message):
        resolve(Reference("file", str(path)), {})


def test_what_is_not_there_is_told(tmp_path):
    for reference, message in [
        (Reference("env", "NOT_SET"), "a variable that is not set"),
        (Reference("credential", "x"), r"needs \$CREDENTIALS_DIRECTORY"),
        (Reference("file", str(tmp_path / "none")), "No such file"),
        (Reference("file", str(tmp_path)), "directory"),
    ]:
        with pytest.raises(BadSecret, match=message):
            resolve(reference, {})


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "token"
    path.write_bytes(b"\xff\xfe")
    path.chmod(0o600)
    with pytest.raises(BadSecret, match="is no text"):
        resolve(Reference("file", str(path)), {})
