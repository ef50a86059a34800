"""The fields behind personas and exclusions are among those that a backtest names."""

from __future__ import annotations

from pathlib import Path

from connector.backtest.asked_of import fields_asked
from tests.config.folder import ENOUGH, rulebook_of

PERSONA = '[persona.boss]\nwhen = { "person.title" = "Boss" }\n'
RIVAL = '[[exclusion]]\nid = "rival"\nwhen = { "person.domain" = { in_domain = "r.example" } }\n'
NO_BOSS = '[[exclusion]]\nid = "boss"\nwhen = { "person.persona" = "boss" }\n'
CONSENT = ["person.do_not_call", "person.opted_out"]


def asked(folder: Path, *tables: str) -> list[str]:
    return list(fields_asked(rulebook_of(folder, ENOUGH + "".join(tables))))


def test_a_persona_is_named_by_the_fields_behind_it_when_somebody_asks(tmp_path: Path):
    assert asked(tmp_path, PERSONA) == CONSENT
    assert asked(tmp_path, PERSONA, NO_BOSS) == [*CONSENT, "person.title"]
    assert asked(tmp_path, PERSONA, RIVAL) == ["person.do_not_call", "person.domain", CONSENT[1]]
