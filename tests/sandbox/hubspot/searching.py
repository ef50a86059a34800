"""Searches of contacts, without HTTP."""

from sandbox.hubspot.portal import Portal
from sandbox.hubspot.search.asking import asked
from sandbox.hubspot.search.engine import Engine, Found

STAMP = "lastmodifieddate"


def searched(portal: Portal, engine: Engine, body: dict[str, object]) -> Found:
    kind = portal.schema["contacts"]

    def type_of(name: str) -> str | None:
        known = kind.live(name)
        return known.type if known else None

    table = portal.tables["contacts"]
    return engine.search(table, kind.modified, type_of, asked(body, 0), portal.clock.now())


def ids(portal: Portal, engine: Engine, body: dict[str, object]) -> list[int]:
    """All results, page after page."""
    found: list[int] = []
    after: int | None = 0
    pages = 0
    while after is not None:
        page = searched(portal, engine, body | {"after": str(after)})
        found += [hit[0].id for hit in page.hits]
        assert page.after is None or page.after > after
        after = page.after
        pages += 1
        assert pages < 2_000
    return found


def one(name: str, operator: str, **more: object) -> dict[str, object]:
    return {"propertyName": name, "operator": operator, **more}


def where(*filters: dict[str, object], **more: object) -> dict[str, object]:
    return {"filterGroups": [{"filters": list(filters)}], **more}
