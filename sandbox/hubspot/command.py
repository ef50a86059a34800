"""`python -m sandbox hubspot`: a portal on loopback that runs until it is interrupted."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from datetime import UTC, datetime
from typing import Final

from connector.clock import DAY, SystemClock, to_millis
from sandbox.hubspot import story
from sandbox.hubspot.founding import Founded, found
from sandbox.hubspot.weather import Weather
from sandbox.loopback.server import Server
from sandbox.story.telling import tell

HOW: Final = """\
Sandbox HubSpot: {url}   (portal {portal}, API v3/v4, 2026-03, 2026-09; stop with Ctrl+C)

  service key      {token}

    curl -H "Authorization: Bearer {token}" {url}/crm/objects/2026-09/contacts

hubspot-api-client needs both addresses, one for its classes and one for api_request():

    api = hubspot.HubSpot(access_token="{token}", host="{url}", base_url="{url}")
    contacts = api.crm.contacts.basic_api  # keep it: each access to it makes a new pool
    page = contacts.get_page(limit=100)

State, journal, clock, faults and people for other processes: {url}/__sandbox__/state
"""


def _midnight(text: str) -> int:
    return to_millis(datetime.fromisoformat(text).replace(tzinfo=UTC))


def options(arguments: list[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m sandbox hubspot", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--story", choices=("none", "demo", "marketing"), default="none")
    parser.add_argument("--seed", type=int, default=7, help="of the story and the weather")
    parser.add_argument("--until", type=_midnight, help="day the story ends before; default: today")
    parser.add_argument("--weather", choices=("calm", "hostile"), default="calm")
    parser.add_argument("--daily-calls", type=int, help="of all private apps together")
    parser.add_argument("--enterprise", action="store_true", help="with event occurrences")
    return parser.parse_args(arguments)


def prepared(chosen: argparse.Namespace) -> Founded:
    """The portal that the options ask for."""
    clock = SystemClock()
    founded = found(clock)
    if chosen.story != "none":
        now = clock.now()
        until = chosen.until if chosen.until is not None else now - now % DAY
        only_marketing = chosen.story == "marketing"
        told = story.tell(founded, tell(chosen.seed, until), only_marketing=only_marketing)
        founded.portal.clock.run_from(until)
        left = sum(told.left_out.values())
        sys.stdout.write(f"Story told: {_counts(founded)}; {left} acts left out\n")
    if chosen.weather == "hostile":
        founded.platform.weather = Weather.hostile(chosen.seed)
    if chosen.daily_calls is not None:
        founded.platform.quota.daily = chosen.daily_calls
    founded.platform.features.enterprise = chosen.enterprise
    return founded


def _counts(founded: Founded) -> str:
    marketing = founded.platform.marketing
    counts = {name: len(table) for name, table in founded.portal.tables.items()}
    counts["email events"] = len(marketing.email_events)
    counts["form submissions"] = sum(len(log) for log in marketing.submissions.values())
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def main(arguments: list[str]) -> int:
    """Serve until interrupted."""
    chosen = options(arguments)
    founded = prepared(chosen)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Server(founded.platform, chosen.port) as server:
        told = HOW.format(url=server.url, portal=founded.portal.id, token=founded.token)
        sys.stdout.write(told)
        sys.stdout.flush()
        stop.wait()
    return 0
