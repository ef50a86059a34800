"""Which person is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from connector.cli.page import Column, Page, complain

if TYPE_CHECKING:
    from connector.config.settings import Config
    from connector.report.dossier import Who
    from connector.store import Store

_NAMED = 20
_NOT_ONE = 2
"""Exit code when nobody, or more than one, is meant."""


def choose(store: Store, config: Config, text: str) -> int:
    """The one person that a text means; otherwise says who it may be, and ends with 2."""
    from connector.report.dossier import who_is  # noqa: PLC0415
    from connector.store.overview import is_person, names_like  # noqa: PLC0415
    from connector.store.persons import find_person  # noqa: PLC0415

    number = text.removeprefix("#")
    if text.startswith("#") and number.isdecimal() and is_person(store.connection, int(number)):
        return int(number)
    found = find_person(store.connection, text)
    if len(found) == 1:
        return found[0]
    if not found:
        near = names_like(store.connection, text, _NAMED + 1)
        complain(f'Nobody is known as "{text}".' + (" Somebody of these?" if near else ""))
        found = near
        if not near:
            complain(
                "Give an e-mail address, a record reference such as crm:Contact:003, or a name."
            )
    else:
        complain(
            f'{len(found)} persons are called "{text}". Choose one by its number or reference:'
        )
    _list([who_is(store, config, person) for person in found[:_NAMED]])
    if len(found) > _NAMED:
        complain("... and more: give more of the name.")
    raise typer.Exit(_NOT_ONE)


def _list(found: list[Who]) -> None:
    page = Page()
    columns = [Column(title) for title in ("PERSON", "NAME", "COMPANY", "E-MAIL", "RECORD")]
    page.table(
        columns,
        [
            [f"#{who.person}", who.label, who.company, next(iter(who.emails), ""), who.record]
            for who in found
        ],
    )
