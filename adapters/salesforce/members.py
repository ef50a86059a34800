"""Making people members of campaigns: Salesforce itself takes each person into a campaign once.

A second creation is refused as a duplicate, and that refusal counts as success; the member is
looked up, and what a person has changed about it (its status) stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapters.salesforce import soql
from adapters.salesforce.activities import HEADERS
from adapters.salesforce.answers import cancelled, outcome_of, saved_of, unknown
from adapters.salesforce.client import Client
from adapters.salesforce.faults import Fault, Meaning, Saved
from adapters.salesforce.ids import is_id, to_18
from adapters.salesforce.records import Records
from adapters.salesforce.rows import chunks
from connector.errors import AdapterError
from connector.model import Outcome, RecordRef, Settled, Write
from connector.ports import outcomes_after

OBJECT: Final = "CampaignMember"
WHO: Final = {"Lead": "LeadId", "Contact": "ContactId"}
_PEOPLE_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Joining:
    """A write on its way."""

    write: Write
    target: RecordRef
    campaign: str
    reason: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """What can be there once."""
        return self.campaign, self.target.id


class Members:
    """Creates CampaignMembers."""

    def __init__(self, client: Client, records: Records) -> None:
        self._client = client
        self._records = records

    def add(self, writes: Sequence[Write]) -> dict[str, Outcome]:
        """An outcome per key; an error is raised only while nothing is settled."""
        outcomes: dict[str, Outcome] = {}
        joining = []
        for write in writes:
            campaign = str(write.fields.get("list") or "")
            if write.target.object_type not in WHO:
                kind = write.target.object_type
                outcomes[write.key] = _rejected(
                    write.key, f"{kind} joins no campaign; leads and contacts do."
                )
            elif not is_id(campaign):
                said = f"{campaign!r} is not the id of a Campaign (701...)."
                outcomes[write.key] = _rejected(write.key, said)
            else:
                one = _Joining(write=write, target=write.target, campaign=to_18(campaign))
                joining.append(one)
        try:
            again = self._round(joining, outcomes)
            self._round(again, outcomes, last=True)
        except AdapterError as error:
            if not outcomes:
                raise
            left = [each.write.key for each in joining if each.write.key not in outcomes]
            outcomes |= {each.key: each for each in outcomes_after(left, error)}
        return outcomes

    def amiss(self, ids: Sequence[str]) -> dict[str, str]:
        """Of campaigns with these ids, those that are not there, with why."""
        known = {name: to_18(name) for name in ids if is_id(name)}
        there: set[str] = set()
        for some in chunks(sorted(set(known.values())), _PEOPLE_AT_ONCE):
            query = soql.select(["Id"], "Campaign", [soql.one_of("Id", some)])
            rows = self._client.query(query).rows("records")
            there |= {to_18(str(row["Id"])) for row in rows}
        return {
            name: "it is not the id of a Campaign (701...)."
            if name not in known
            else "there is no such Campaign, or it is hidden."
            for name in ids
            if known.get(name) not in there
        }

    def _round(
        self, joining: Sequence[_Joining], outcomes: dict[str, Outcome], *, last: bool = False
    ) -> list[_Joining]:
        """Send; settle what can be settled and give back those whose record went elsewhere."""
        if not joining:
            return []
        there: list[_Joining] = []
        lost: list[tuple[_Joining, Fault]] = []
        for one, saved in zip(joining, self._sent(joining), strict=True):
            fault = saved.first
            if fault is not None and fault.meaning is Meaning.DUPLICATE:
                there.append(one)
            elif fault is not None and fault.meaning is Meaning.GONE and not last:
                lost.append((one, fault))
            else:
                outcomes[one.write.key] = outcome_of(one.write.key, saved)
        outcomes |= self._already(there)
        return self._followed(lost, outcomes)

    def _sent(self, joining: Sequence[_Joining]) -> list[Saved]:
        records = [
            {
                "attributes": {"type": OBJECT},
                "CampaignId": one.campaign,
                WHO[one.target.object_type]: one.target.id,
            }
            for one in joining
        ]
        with self._client.contract(writing=True):
            answer = self._client.ask(
                "POST",
                "composite/sobjects",
                writing=True,
                json={"allOrNone": False, "records": records},
                headers=dict(HEADERS),
            )
            return saved_of(answer.body, len(records))

    def _already(self, there: Sequence[_Joining]) -> dict[str, Outcome]:
        """The outcomes of those who are members; the id of the membership proves it."""
        if not there:
            return {}
        try:
            found = self._members(there)
        except AdapterError:
            found = {}
        outcomes = {}
        for one in there:
            key, remote = one.write.key, found.get(one.pair)
            outcomes[key] = (
                Outcome(key=key, settled=Settled.ALREADY_APPLIED, remote_id=remote)
                if remote
                else unknown(key, "Salesforce knows the member, but does not show it yet.")
            )
        return outcomes

    def _members(self, there: Sequence[_Joining]) -> Mapping[tuple[str, str], str]:
        """The ids of memberships by campaign and person."""
        found: dict[tuple[str, str], str] = {}
        for object_type, name in WHO.items():
            some = [one for one in there if one.target.object_type == object_type]
            campaigns = sorted({one.campaign for one in some})
            for people in chunks(sorted({one.target.id for one in some}), _PEOPLE_AT_ONCE):
                where = [soql.one_of("CampaignId", campaigns), soql.one_of(name, people)]
                query = soql.select(["Id", "CampaignId", name], OBJECT, where)
                with self._client.contract(writing=False):
                    for row in self._client.query(query).rows("records"):
                        pair = to_18(str(row["CampaignId"])), to_18(str(row[name]))
                        found[pair] = to_18(str(row["Id"]))
        return found

    def _followed(
        self, lost: Sequence[tuple[_Joining, Fault]], outcomes: dict[str, Outcome]
    ) -> list[_Joining]:
        """Those whose record was merged or converted, turned to what it became.

        Where the person is still there it is the campaign that is not.
        """
        if not lost:
            return []
        with self._client.contract(writing=False):
            went = self._records.went([one.target for one, _ in lost])
        moved = []
        for one, fault in lost:
            key, target = one.write.key, went[one.target]
            if target is None:
                outcomes[key] = cancelled(key, "The record is gone.")
            elif target == one.target:
                said = f"There is no Campaign {one.campaign}, or it is hidden: {fault}"
                outcomes[key] = _rejected(key, said)
            else:
                moved.append(_Joining(write=one.write, target=target, campaign=one.campaign))
        return moved


def _rejected(key: str, reason: str) -> Outcome:
    return Outcome(key=key, settled=Settled.REJECTED, reason=reason)
