"""An org in a file: records, numbers, custom fields, and the journal.

Sessions, open results and loads are not kept: they end with the process, as with a migration.
"""

from __future__ import annotations

import json
from pathlib import Path

from sandbox.salesforce.journal import Effect
from sandbox.salesforce.org import Org

FORMAT = 1


def save(org: Org, path: Path) -> None:
    """Write the org beside the old file and swap it in."""
    with org.lock:
        told = {
            "format": FORMAT,
            "now": org.clock.now(),
            "numbers": org.numbers,
            "fields": [
                [f"{each.owner}.{each.field.name}", each.metadata]
                for each in org.custom_fields.known.values()
            ],
            "rows": {name: list(table.rows.values()) for name, table in org.tables.items()},
            "deleted": org.deleted_log,
            "journal": [effect.as_json() for effect in org.journal.effects],
        }
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(told, separators=(",", ":")), encoding="utf-8")
    draft.replace(path)


def restore(org: Org, path: Path) -> None:
    """Put what a file holds into a new org, whose own records give way; ValueError if it can not.

    The org's clock goes on from the moment of the snapshot.
    """
    told = json.loads(path.read_text(encoding="utf-8"))
    if told.get("format") != FORMAT:
        raise ValueError(f"{path} is no snapshot of format {FORMAT}")
    with org.lock:
        for full_name, metadata in told["fields"]:
            org.custom_fields.create(full_name, metadata)
        for name, rows in told["rows"].items():
            org.refill(name, rows)
        org.numbers.clear()
        org.numbers.update(told["numbers"])
        org.deleted_log[:] = [(name, record_id, at) for name, record_id, at in told["deleted"]]
        org.journal.effects[:] = [Effect(**effect) for effect in told["journal"]]
        org.clock.run_from(told["now"])
