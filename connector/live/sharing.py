"""The users that capacity, teams and absences name, beside those of the CRM of record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connector.config.rule_files import RuleFiles
from connector.live.findings import Findings
from connector.live.platform import Platform
from connector.live.settings import compare_user
from connector.problems import Place


def compare_sharing(files: RuleFiles, platform: Platform, found: Findings) -> None:
    """Every user who is named must be there and active; each is asked for once."""
    asked: set[str] = set()
    for user, place, key in _named(files):
        if user not in asked:
            asked.add(user)
            compare_user(platform, user, place, key, found)


def _named(files: RuleFiles) -> Iterator[tuple[str, Place, str]]:
    """Users with their places and keys, in files that are known to be well formed."""
    for entry in files.lists["team"]:
        members = entry.values.get("members")
        listed = members if isinstance(members, list) else [members]
        for index, member in enumerate(listed):
            loc = ("members", index) if isinstance(members, list) else ("members",)
            yield str(member), entry.value_place(loc), "members"
    for entry in files.lists["absence"]:
        yield str(entry.values.get("owner")), entry.value_place(("owner",)), "owner"
    capacity = files.singles.get("capacity")
    if capacity is None:
        return
    owners, digest = capacity.values.get("owner"), capacity.values.get("digest")
    for user in owners if isinstance(owners, Mapping) else ():
        yield str(user), capacity.place(("owner", user)), "owner"
    if isinstance(digest, Mapping) and "to" in digest:
        yield str(digest["to"]), capacity.value_place(("digest", "to")), "to"
