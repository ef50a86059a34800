"""The back door, the command, the story."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import httpx
import pytest

from connector.clock import DAY, HOUR, MINUTE, ManualClock
from connector.model import Kind
from sandbox.salesforce import snapshot, story, writing
from sandbox.salesforce.caller import Caller
from sandbox.salesforce.founding import CONSUMER_KEY, CONSUMER_SECRET, found
from sandbox.salesforce.problems import Refused
from sandbox.salesforce.values import Row
from sandbox.story.telling import tell

from .conftest import START, Api, add_field

ROOT = Path(__file__).parents[3]


def post(api: Api, name: str, **body: object) -> dict[str, object]:
    answer = api.http.post(f"/__sandbox__/{name}", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_state_rows_and_journal(api: Api):
    task = api.create("Task", Subject="a")
    state = api.http.get("/__sandbox__/state").json()
    assert (state["records"]["Task"], state["effects"]) == (1, 1)
    assert state["calls"]["POST /sobjects/{object}"] == 1
    (row,) = api.http.get("/__sandbox__/rows/Task").json()
    assert row["Id"] == task
    (effect,) = api.http.get("/__sandbox__/journal", params={"object": "Task"}).json()
    assert (effect["action"], effect["user"]) == ("created", api.founded.integration)
    assert api.platform.quota.used == 1


def test_a_person_at_the_screen(api: Api):
    person = post(api, "write", object="Lead", values={"LastName": "x", "Company": "y"})["id"]
    post(api, "write", object="Lead", id=person, values={"Status": "Working - Contacted"})
    assert api.org.get(str(person), "Status") == "Working - Contacted"
    made = post(api, "convert", id=person, opportunity="Deal")
    assert str(made["contact"]).startswith("003")
    other = post(api, "write", object="Contact", values={"LastName": "z"})["id"]
    post(api, "merge", winner=made["contact"], losers=[other])
    assert api.org.get(str(other), "MasterRecordId") == made["contact"]
    post(api, "delete", object="Contact", id=made["contact"])
    post(api, "undelete", id=made["contact"])
    assert api.org.get(str(made["contact"]), "IsDeleted") is False


def test_clock_rules_access_settings_locks(api: Api):
    assert post(api, "clock", shift=HOUR)["now"] == START + HOUR
    assert post(api, "clock", stand_at=START + DAY)["now"] == START + DAY
    assert post(api, "clock", run_from=START)["now"] == START
    rule = {"object": "Task", "values": {"Subject": "No"}, "message": "Not so"}
    post(api, "rules", validation=[rule], assign_leads_to=api.founded.admin)
    assert api.refused("POST", "/sobjects/Task", json={"Subject": "No"})[1] == (
        "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    )
    post(api, "access", user=api.founded.integration, object="Task", field="Type", do="hide")
    assert api.refused("GET", "/query", params={"q": "SELECT Type FROM Task"})[0] == 400
    task = api.create("Task", Subject="a")
    post(api, "lock", id=task, **{"for": MINUTE})
    assert api.refused("PATCH", f"/sobjects/Task/{task}", json={})[1] == "UNABLE_TO_LOCK_ROW"
    post(api, "fault", kind="503")
    assert api.call("GET", "/limits").status_code == 503
    post(api, "weather", profile="hostile", seed=3)
    assert api.platform.weather.shrinks
    post(api, "weather", profile="calm")
    post(api, "settings", end_sessions=1, commit_lag=500)
    assert api.refused("GET", "/limits") == (401, "INVALID_SESSION_ID")
    answer = api.http.post("/__sandbox__/settings", json={"nope": 1})
    assert answer.status_code == 400


def test_many_clients_at_once(api: Api):
    def work(number: int) -> None:
        with httpx.Client(base_url=api.url) as http:
            for step in range(10):
                body = {"LastName": f"{number}-{step}"}
                path = "/services/data/v67.0/sobjects/Contact"
                http.post(path, json=body, headers=api.headers).raise_for_status()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(api.query("SELECT Id FROM Contact")) == 80


# the story


def named(row: Row) -> str:
    return str(row.get("Name") or row.get("Subject"))


def test_the_story_is_told_in_stages():
    until = START - START % DAY
    world = tell(7, until, companies=40, people=200)
    whole, staged = found(ManualClock(until)), found(ManualClock(until))
    story.tell(whole, world)
    telling = story.tell(staged, world, until=until - 30 * DAY)
    before = len(staged.org.tables["Task"].rows)
    for day in range(29, -1, -1):
        telling.tell_until(until - day * DAY)
    assert len(staged.org.tables["Task"].rows) > before
    for name in ("Account", "Contact", "Lead", "Opportunity", "Task", "Event", "CampaignMember"):
        rows = [
            Counter(named(row) for row in each.org.tables[name].rows.values())
            for each in (whole, staged)
        ]  # fmt: skip
        assert rows[0] == rows[1]
        assert rows[0]
    subjects = [str(row["Subject"]) for row in whole.org.tables["Task"].rows.values()]
    told = sum(subject.startswith(story.LOGGED[Kind.PAGE_VIEWED][1]) for subject in subjects)
    known = {record.id for record in world.people}
    emails = {record.email.lower() for record in world.people}
    assert told == sum(
        act.kind is Kind.PAGE_VIEWED and (act.record in known or act.email.lower() in emails)
        for act in world.acts
    )


def test_a_snapshot_brings_everything_back(api: Api, tmp_path: Path):
    add_field(api, "Activity.Key__c", externalId=True, unique=True)
    task = api.create("Task", Subject="a", Key__c="k")
    gone = api.create("Contact", LastName="x")
    api.ok("DELETE", f"/sobjects/Contact/{gone}")
    snapshot.save(api.org, tmp_path / "org.json")
    other = found(ManualClock(START + DAY))
    snapshot.restore(other.org, tmp_path / "org.json")
    for name, table in api.org.tables.items():
        assert other.org.tables[name].rows == table.rows
    assert other.org.journal.effects == api.org.journal.effects
    assert (other.org.get(task, "Key__c"), other.org.clock.now()) == ("k", START)
    kind = other.org.schema["Task"]
    caller = Caller(user=other.integration)
    with pytest.raises(Refused, match="duplicates value on record with id"):
        writing.create(other.org, caller, kind, {"Key__c": "K"})
    assert writing.create(other.org, caller, kind, {"Key__c": "new"}) > task
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(ValueError, match="no snapshot"):
        snapshot.restore(found(ManualClock(START)).org, tmp_path / "bad.json")


def test_it_starts_alone():
    command = [
        sys.executable,
        "-m",
        "sandbox",
        "salesforce",
        "--story",
        "none",
        "--daily-calls",
        "9",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+", first)
        assert url is not None, first
        form = {"grant_type": "client_credentials"}
        answer = httpx.post(
            f"{url[0]}/services/oauth2/token", data=form, auth=(CONSUMER_KEY, CONSUMER_SECRET)
        )
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        limits = httpx.get(f"{url[0]}/services/data/v67.0/limits", headers=headers)
        assert limits.headers["sforce-limit-info"] == "api-usage=1/9"
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0


def test_an_unknown_platform_is_refused():
    command = [sys.executable, "-m", "sandbox", "nope"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "salesforce" in done.stderr) == (2, True)
