"""What a write does to an object: checks first, then the change and what follows from it.

Follows https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide and its twins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.hubspot import accepting, derive, linking
from sandbox.hubspot.caller import PORTAL, Caller
from sandbox.hubspot.kept import Kept
from sandbox.hubspot.problems import Refused, gone, invalid
from sandbox.hubspot.schema.kind import Kind

if TYPE_CHECKING:
    from sandbox.hubspot.portal import Portal

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An association that a new object is to have."""

    other: Kept
    numbers: tuple[int, ...]


def create(
    portal: Portal,
    caller: Caller,
    kind: Kind,
    given: Values,
    links: Sequence[Link] = (),
    *,
    ruled: bool = False,
) -> Kept:
    """A new object. `ruled`: the admin's validation rules count."""
    with portal.unit():
        taken = accepting.accepted(portal, caller, kind, given, {})
        new = derive.defaults(kind.name) | {name: text for name, text in taken.items() if text}
        accepting.check_required(kind, new)
        _check_lead(portal, kind, links)
        accepting.check_unique(portal, kind, new, None)
        if ruled:
            accepting.check_rules(portal, kind, new, None)
        new |= derive.derived(portal, kind.name, new, {})
        company = new.pop("associatedcompanyid", "")
        kept = portal.add(kind, {name: text for name, text in new.items() if text}, caller)
        portal.note(caller, "created", kept, dict(taken))
        for link in links:
            linking.associate(portal, caller, kept, link.other, link.numbers)
        if company:
            _set_company(portal, caller, kept, company)
        return kept


def _check_lead(portal: Portal, kind: Kind, links: Sequence[Link]) -> None:
    """A lead needs a primary contact from the start."""
    if kind.name != "leads":
        return
    primary = portal.associations.types.primary("leads", "contacts")
    number = primary.number if primary else 0
    if not any(link.other.type == "contacts" and number in link.numbers for link in links):
        raise invalid(
            "Lead must be associated with a contact: association type "
            f"{number} to an existing contact is required"
        )


def update(
    portal: Portal,
    caller: Caller,
    kept: Kept,
    given: Values,
    *,
    ruled: bool = False,
) -> Kept:
    """Change an object; a lifecycle stage that would go back stays silently as it is."""
    kind = portal.schema[kept.type]
    with portal.unit():
        old = dict(kept.properties)
        taken = accepting.accepted(portal, caller, kind, given, old)
        stage = taken.get("lifecyclestage", "")
        if caller is not PORTAL and not derive.forward_only(
            portal, kind.name, old.get("lifecyclestage", ""), stage
        ):
            del taken["lifecyclestage"]
        accepting.check_unique(portal, kind, taken, kept.id)
        company = taken.pop("associatedcompanyid", None)
        new = {name: text for name, text in (old | taken).items() if text}
        if ruled:
            accepting.check_rules(portal, kind, new, old)
        taken |= derive.derived(portal, kind.name, new, old)
        changed = portal.change(
            kept, {name: text or None for name, text in taken.items()}, caller, touch=False
        )
        if changed:
            portal.change(kept, {}, caller)
            portal.note(caller, "updated", kept, changed)
        if company is not None:
            _set_company(portal, caller, kept, company)
        return kept


def _set_company(portal: Portal, caller: Caller, contact: Kept, company_id: str) -> None:
    """Writing the primary company's id is associating with it."""
    main = portal.associations.primary("contacts", contact.id, "companies")
    companies = portal.tables["companies"]
    primary = portal.associations.types.primary("contacts", "companies")
    if primary is None:
        return
    if not company_id:
        if main is not None:
            linking.dissociate(portal, caller, contact, companies.kept[main], [primary.number])
        return
    company = companies.find(company_id)
    if company is None or not company.is_live:
        raise invalid(f"Company {company_id} does not exist", propertyName="associatedcompanyid")
    if company.id != main:
        linking.associate(portal, caller, contact, company, [primary.number])


def archive(portal: Portal, caller: Caller, kept: Kept) -> None:
    """Put an object into the recycle bin; its stamp of change does not move."""
    if not kept.is_live:
        return
    with portal.unit():
        portal.place(kept, archived_at=portal.now)
        portal.note(caller, "archived", kept)
        if kept.type == "companies":
            for contact_id in list(portal.associations.of("companies", kept.id, "contacts")):
                _lose_company(portal, portal.tables["contacts"].kept[contact_id], kept)


def _lose_company(portal: Portal, contact: Kept, company: Kept) -> None:
    if contact.properties.get("associatedcompanyid") == str(company.id):
        linking.dissociate(portal, PORTAL, contact, company)


def restore(portal: Portal, caller: Caller, kept: Kept) -> None:
    """Take an object out of the recycle bin; only people can, so this is for tests and stories."""
    if kept.archived_at is None or kept.gone:
        raise gone(kept.id)
    with portal.unit():
        kind = portal.schema[kept.type]
        accepting.check_unique(portal, kind, kept.properties, kept.id)
        portal.place(kept, archived_at=None)
        portal.change(kept, {}, caller)
        portal.note(caller, "restored", kept)


def find(
    portal: Portal, kind: Kind, key: str, id_property: str = "", *, batch: bool = False
) -> Kept:
    """The live object of an id, or of a unique value; Refused 404 when there is none.

    The id of an object that was merged into another one answers with that one, but not in a batch.
    """
    table = portal.tables[kind.name]
    if not id_property or id_property == "hs_object_id":
        kept = table.exactly(key) if batch else table.find(key)
    else:
        check_key(portal, kind, id_property)
        holder = table.holder(id_property, key.strip())
        kept = None if holder is None else table.kept[holder]
    if kept is None or not kept.is_live:
        raise gone() if not batch else gone(key)
    return kept


def check_key(portal: Portal, kind: Kind, name: str) -> None:
    """Refused when a property does not tell objects apart."""
    known = kind.live(name)
    if known is None:
        raise invalid(f'Property "{name}" does not exist', propertyName=name)
    if not known.unique and (kind.name, name) != ("contacts", "email"):
        raise Refused(
            400,
            "VALIDATION_ERROR",
            f"Unable to perform update/upsert by non-unique {kind.number} property {name} "
            f"in portal ID {portal.id}",
        )
