"""What a platform would tell about the people of a test, in the order in which it would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from connector.model import Engagement, Evidence, Record, RecordRef, Role, Scalar
from connector.ports import Stream
from connector.ruletest.case import Case, settings_of
from connector.ruletest.tables import AccountTable, DidTable, OwnerTable, PersonTable

_EVIDENCE: Final = {
    "human": Evidence.HUMAN,
    "machine": Evidence.MACHINE,
    "unknown": Evidence.UNKNOWN,
}

_STREAMS: Final = {
    Role.OWNER: Stream.OWNERS,
    Role.ACCOUNT: Stream.ACCOUNTS,
    Role.PERSON: Stream.PEOPLE,
    Role.OPPORTUNITY: Stream.OPPORTUNITIES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What becomes readable at a moment."""

    at: int
    record: Record | None = None
    engagement: Engagement | None = None

    @property
    def stream(self) -> Stream:
        """Where it is read."""
        return _STREAMS[self.record.role] if self.record is not None else Stream.ENGAGEMENTS


def news_of(case: Case, authority: str) -> list[News]:
    """Everything that is to be read in a test, in order."""
    found = [*_records(case, authority), *_engagements(case, authority)]
    told = {each.record.ref for each in found if each.record is not None}
    for other in case.colleagues:
        for news in (*_records(other, authority), *_engagements(other, authority)):
            if news.record is None or news.record.ref not in told:
                found.append(news)
                told |= {news.record.ref} if news.record is not None else set()
    return sorted(found, key=lambda each: each.at)


def person_ref(case: Case, authority: str) -> RecordRef:
    """The record that stands for the person of a test."""
    return RecordRef(case.person.source or authority, "Contact", case.table.person)


def _records(case: Case, authority: str) -> Iterator[News]:
    known = case.person.known
    now: dict[str, Record] = {}
    for subject, record in _first(case, authority):
        now[subject] = record
        yield News(at=known, record=record)
    for change in sorted(case.table.changes, key=lambda each: each.at):
        for subject, record in now.items():
            fields = settings_of(change.set, subject)
            if fields:
                now[subject] = _changed(record, fields, change.at)
                yield News(at=change.at, record=now[subject])
    for number, one in enumerate(case.table.opportunities, start=1):
        person, account = now["person"].ref, now["person"].account
        people = {"person": (person,), "colleague": (_colleague(authority),)}.get(one.of, ())
        said: dict[str, Scalar] = {"name": one.name, "amount": one.amount}
        named_so = {key: value for key, value in said.items() if value is not None}
        opened = Record(
            ref=RecordRef(authority, "Opportunity", f"opportunity-{number}"),
            role=Role.OPPORTUNITY,
            fields={**named_so, "is_closed": False, "is_won": False},
            account=account,
            people=people,
            created_at=one.opened,
            modified_at=one.opened,
        )
        yield News(at=one.opened, record=opened)
        if one.closed is not None:
            fields = {**named_so, "is_closed": True, "is_won": one.won}
            closed = replace(opened, fields=fields, closed_at=one.closed, modified_at=one.closed)
            yield News(at=one.closed, record=closed)


def _colleague(authority: str) -> RecordRef:
    """Somebody else at the company, of whom nothing more is told."""
    return RecordRef(authority, "Contact", "a colleague")


def _first(case: Case, authority: str) -> Iterator[tuple[str, Record]]:
    """The records as they are in the beginning: owner, account, person."""
    person, known = case.person, case.person.known
    owner = RecordRef(authority, "User", person.owner) if person.owner else None
    account = RecordRef(authority, "Account", person.account) if person.account else None
    if owner is not None and case.owner is not None:
        fields = _fields(case.owner, owner.id)
        yield "owner", _record(owner, Role.OWNER, fields, case, "owner")
    if account is not None and case.account is not None:
        fields, other = _fields(case.account, account.id), case.account.owner
        whose = RecordRef(authority, "User", other) if other else None
        if whose is not None and case.account_owner is not None and whose != owner:
            user = _fields(case.account_owner, whose.id)
            yield "account_owner", _record(whose, Role.OWNER, user, case, "account_owner")
        record = _record(account, Role.ACCOUNT, fields, case, "account")
        yield "account", replace(record, owner=whose)
    record = _record(person_ref(case, authority), Role.PERSON, _fields(person), case, "person")
    yield (
        "person",
        replace(
            record,
            emails=record.emails or tuple(person.email),
            account=account,
            owner=owner,
            owned_since=known if person.owned is None else person.owned,
            created_at=known,
        ),
    )


def _record(
    ref: RecordRef, role: Role, fields: dict[str, Scalar], case: Case, subject: str
) -> Record:
    known = case.person.known
    plain = Record(ref=ref, role=role, fields=fields, created_at=known, modified_at=known)
    return _changed(plain, settings_of(case.table.set, subject), known)


def _changed(record: Record, fields: Mapping[str, Scalar], at: int) -> Record:
    """The record after a change; an e-mail address is no field of its own."""
    rest = {key: value for key, value in fields.items() if key != "email"}
    emails = (str(fields["email"]),) if "email" in fields else record.emails
    return replace(record, fields={**record.fields, **rest}, emails=emails, modified_at=at)


def _fields(table: PersonTable | AccountTable | OwnerTable, name: str = "") -> dict[str, Scalar]:
    """What the CRM has; a field that the test leaves out is not readable."""
    not_fields = {"like", "email", "known", "account", "owner", "owned", "source", "fields"}
    said = {
        key: value
        for key, value in table.model_dump(exclude=not_fields).items()
        if value is not None
    }
    made = {"name": name.replace("-", " ").replace("_", " ").title()} if name else {}
    return {**made, **said, **table.fields}


def _engagements(case: Case, authority: str) -> Iterator[News]:
    for number, did in enumerate(case.table.timeline, start=1):
        for turn in range(did.repeat):
            at = did.at + turn * did.every
            arrives = at if did.arrives is None else max(did.arrives, at)
            one = _engagement(case, did, authority, f"{number}-{turn}", at)
            yield News(at=arrives, engagement=one)


def _engagement(case: Case, did: DidTable, authority: str, id_: str, at: int) -> Engagement:
    return Engagement(
        instance=did.source or authority,
        id=id_,
        at=at,
        kind=did.kind,
        person=person_ref(case, authority),
        evidence=_EVIDENCE[did.evidence],
        asset=did.asset,
        link=did.link,
        message=did.message,
    )
