"""Merging records, and what becomes of those that point at them.

Follows merge() of the SOAP API guide (sforce_api_calls_merge). The platform offers it in SOAP, Apex
and the user interface only; here a person at the screen does it (Python, or the control route).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sandbox.salesforce import checks, followup, writing
from sandbox.salesforce.caller import Caller
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.schema.kind import ObjectType
from sandbox.salesforce.values import Row, Value

if TYPE_CHECKING:
    from sandbox.salesforce.org import Org

MOST: Final = 2
"""Losers of one merge: three records in all."""


def merge(
    org: Org,
    caller: Caller,
    winner: str,
    losers: Sequence[str],
    keep: Mapping[str, Value] | None = None,
) -> None:
    """Losers end as deleted with MasterRecordId; what belonged to them belongs to the winner.

    `keep` are values that the winner takes over.
    """
    kind = org.schema.of_id(winner)
    if kind is None or "mergeable" not in kind.powers or not 1 <= len(losers) <= MOST:
        raise Refused("INVALID_OPERATION", "Two or three accounts, contacts or leads can be merged")
    with org.unit():
        row = dict(writing.existing(org, kind, winner)) | dict(keep or {})
        for loser in losers:
            _absorb(org, caller, kind, winner, loser)
        writing.touch(org, caller, row)
        org.store(kind, row)
        org.note(caller, "merged", kind.name, winner, {"losers": ",".join(losers)})


def _absorb(org: Org, caller: Caller, kind: ObjectType, winner: str, loser: str) -> None:
    old = writing.existing(org, kind, loser)
    for child in org.schema.children(kind.name):
        if child.relationship is None:
            continue
        table = org.tables[child.type.name]
        for found in checks.live_matches(table, child.field, loser):
            if child.type.name == "CampaignMember" and _is_member(org, winner, table.rows[found]):
                writing.delete(org, _system(caller), child.type, found)
            else:
                followup.put(org, child.type.name, found, {child.field.name: winner})
    row: Row = dict(old) | {"IsDeleted": True, "MasterRecordId": winner}
    row |= {"SystemModstamp": org.stamp, "LastModifiedDate": org.stamp}
    org.store(kind, row)
    org.deleted_log.append((kind.name, loser, org.clock.now()))
    org.note(caller, "deleted", kind.name, loser, {"MasterRecordId": winner})


def _is_member(org: Org, person: str, member: Row) -> bool:
    """Whether the winner is in the same campaign already: then it keeps its own membership."""
    table = org.tables["CampaignMember"]
    field = table.kind.fields["contactid" if person.startswith("003") else "leadid"]
    return any(
        table.rows[each].get("CampaignId") == member.get("CampaignId")
        for each in checks.live_matches(table, field, person)
    )


def _system(caller: Caller) -> Caller:
    return Caller(user=caller.user, system=True)
