"""Rule folders as they were at a commit. Git is asked, and nothing in the repository changes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.errors import AskOperator

_LONGEST_WAIT: Final = 60
"""Seconds."""
_FILE: Final = ("100644", "100755")


class GitTrouble(AskOperator):
    """Git could not be asked, or does not know what it was asked for."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of the repository that holds a folder."""

    folder: Path
    """The folder, as it is now."""
    ref: str
    """What people call the commit."""
    sha: str


def commit_of(folder: Path, ref: str) -> Commit:
    """The commit that a ref names in the repository around a folder. Raises GitTrouble."""
    if not folder.is_dir():
        raise GitTrouble(f"{folder} is no folder: Git cannot look for {ref} there.")
    if _run(folder, "rev-parse", "--is-inside-work-tree", may_fail=True) is None:
        raise GitTrouble(f'{folder} is in no Git repository: "{ref}" cannot be looked up there.')
    name = f"{ref}^{{commit}}"
    sha = _run(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", name, may_fail=True)
    if sha is None:
        near = ", ".join(_refs(folder)) or "no branch or tag"
        raise GitTrouble(f'Git knows no "{ref}" in the repository of {folder}. It has: {near}.')
    return Commit(folder, ref, sha.decode().strip())


def write_out(commit: Commit, target: Path) -> int:
    """Write the rule files (*.toml) of the commit's folder into `target`; how many there were."""
    prefix = _run(commit.folder, "rev-parse", "--show-prefix") or b""
    tree = f"{commit.sha}:{prefix.decode().strip()}"
    listed = _run(commit.folder, "ls-tree", "-z", "--full-tree", tree, may_fail=True)
    if listed is None:
        raise GitTrouble(f"At {commit.ref} there was no folder {commit.folder} yet.")
    count = 0
    for name, mode, blob in _entries(listed):
        if not name.endswith(".toml") or mode == "040000":
            continue
        if mode not in _FILE:
            raise GitTrouble(f"At {commit.ref}, {name} is a link. Only plain files can be read.")
        (target / name).write_bytes(_run(commit.folder, "cat-file", "blob", blob) or b"")
        count += 1
    return count


def _entries(listed: bytes) -> Iterator[tuple[str, str, str]]:
    """Name, mode and object of what `git ls-tree -z` lists."""
    for line in filter(None, listed.split(b"\0")):
        about, _, name = line.partition(b"\t")
        mode, _kind, blob = about.decode().split()
        yield name.decode(errors="surrogateescape"), mode, blob


def _refs(folder: Path) -> list[str]:
    asked = ("for-each-ref", "--count=8", "--sort=-creatordate", "--format=%(refname:short)")
    found = _run(folder, *asked, "refs/heads", "refs/tags", may_fail=True)
    return (found or b"").decode().split()


def _run(folder: Path, *arguments: str, may_fail: bool = False) -> bytes | None:
    """What Git prints; None when it says no and may."""
    command = ["git", "-C", str(folder), "--no-pager", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and refs stand behind --end-of-options
            command, capture_output=True, timeout=_LONGEST_WAIT, check=False
        )
    except FileNotFoundError:
        raise GitTrouble(
            "The program git is not installed, so commits cannot be looked up. Install it, or name "
            "a folder of rules instead."
        ) from None
    except subprocess.TimeoutExpired:
        raise GitTrouble(f"git {arguments[0]} gave no answer for {_LONGEST_WAIT} s.") from None
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip()
    if may_fail and "dubious ownership" not in said:
        return None
    raise GitTrouble(f"git {arguments[0]} in {folder} failed: {said or done.returncode}")
