"""`python -m sandbox salesforce`: an org on loopback that runs until it is interrupted."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from connector.clock import DAY, SystemClock, to_millis
from sandbox.loopback.server import Server
from sandbox.salesforce import snapshot, story
from sandbox.salesforce.founding import CONSUMER_KEY, CONSUMER_SECRET, Founded, found
from sandbox.salesforce.weather import Weather
from sandbox.story.telling import tell

HOW: Final = """\
Sandbox Salesforce: {url}   (org {org}, API v31.0 to v67.0; stop with Ctrl+C)

  token endpoint   POST {url}/services/oauth2/token
  consumer key     {key}
  consumer secret  {secret}
  runs as          {user}

Any client that takes an instance URL works as it is. simple-salesforce insists on https and on
*.salesforce.com, so send its requests here:

    class Redirect(requests.adapters.HTTPAdapter):
        def send(self, request, **options):
            there = urllib.parse.urlsplit(request.url)
            request.headers["Host"] = there.netloc
            request.url = "{url}" + there._replace(scheme="", netloc="").geturl()
            return super().send(request, **options)

    session = requests.Session()
    session.mount("https://", Redirect())
    sf = simple_salesforce.Salesforce(
        consumer_key="{key}",
        consumer_secret="{secret}",
        domain="acme.my", session=session, version="67.0")

State, journal, clock and faults for other processes: {url}/__sandbox__/state
"""


def _midnight(text: str) -> int:
    return to_millis(datetime.fromisoformat(text).replace(tzinfo=UTC))


def options(arguments: list[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m sandbox salesforce", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--story", choices=("none", "demo"), default="none")
    parser.add_argument("--seed", type=int, default=7, help="of the story and the weather")
    parser.add_argument("--until", type=_midnight, help="day the story ends before; default: today")
    parser.add_argument("--weather", choices=("calm", "hostile"), default="calm")
    parser.add_argument("--daily-calls", type=int, default=100_000, help="the org's API quota")
    parser.add_argument("--person-accounts", action="store_true")
    parser.add_argument("--file", type=Path, help="read the org from it, and write it at the end")
    return parser.parse_args(arguments)


def prepared(chosen: argparse.Namespace) -> Founded:
    """The org that the options ask for."""
    clock = SystemClock()
    founded = found(clock, person_accounts=chosen.person_accounts, daily=chosen.daily_calls)
    if chosen.file is not None and chosen.file.exists():
        snapshot.restore(founded.org, chosen.file)
        sys.stdout.write(f"Restored from {chosen.file}: {_counts(founded)}\n")
    elif chosen.story == "demo":
        now = clock.now()
        until = chosen.until if chosen.until is not None else now - now % DAY
        told = story.tell(founded, tell(chosen.seed, until))
        founded.org.clock.run_from(until)
        left = sum(told.left_out.values())
        sys.stdout.write(
            f"Story told: {_counts(founded)}; "
            f"{left} acts left out (strangers, opens by mail programs)\n"
        )
    if chosen.weather == "hostile":
        founded.platform.weather = Weather.hostile(chosen.seed)
    return founded


def _counts(founded: Founded) -> str:
    names = (
        "Account",
        "Contact",
        "Lead",
        "Opportunity",
        "Campaign",
        "CampaignMember",
        "Task",
        "Event",
    )
    return ", ".join(f"{len(founded.org.tables[name].rows)} {name}" for name in names)


def main(arguments: list[str]) -> int:
    """Serve until interrupted."""
    chosen = options(arguments)
    founded = prepared(chosen)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Server(founded.platform, chosen.port) as server:
        user = founded.org.tables["User"].rows[founded.integration]
        sys.stdout.write(
            HOW.format(
                url=server.url,
                org=founded.platform.auth.org_id,
                key=CONSUMER_KEY,
                secret=CONSUMER_SECRET,
                user=user["Username"],
            )
        )
        sys.stdout.flush()
        stop.wait()
    if chosen.file is not None:
        snapshot.save(founded.org, chosen.file)
    return 0
