"""The config file becomes a Config, or every problem with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.clock import DAY, MINUTE, SECOND
from connector.config.settings import Config, OnAmbiguous, load, shipped_rules
from connector.errors import FixInput
from connector.ports import Stream
from tests.config.folder import ENOUGH

LEADMODE = '[leadmode]\ninstance = "main"\n'
CRM = '[sources.crm]\nadapter = "csv"\nfolder = "in"\n'


def config_of(folder: Path, text: str) -> Config:
    path = folder / "config.toml"
    path.write_text(text)
    return load(path)


def problems_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(FixInput) as caught:
        config_of(folder, text)
    return [str(one).replace(f"{folder}/", "") for one in caught.value.problems]


def test_a_short_config_has_the_documented_defaults(tmp_path):
    config = config_of(tmp_path, LEADMODE + CRM)
    assert config.state == tmp_path / "state"
    assert config.rules == (shipped_rules(),)
    assert config.dry_run
    assert (config.time_zone, config.log_level) == ("UTC", "info")
    assert (config.backfill, config.tick, config.storm) == (0, 30 * SECOND, 50)
    delivery = config.delivery
    assert (delivery.lease, delivery.retry_first) == (60 * SECOND, 5 * SECOND)
    assert (delivery.retry_most, delivery.ttl, delivery.batch) == (15 * MINUTE, 7 * DAY, 50)
    source = config.authority
    assert (source.name, source.adapter, source.poll) == ("crm", "csv", MINUTE)
    assert (source.streams, source.on_ambiguous) == (None, OnAmbiguous.HOLD)
    assert source.settings == {"folder": "in"}


def test_every_key_is_read(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "more.toml").write_text("[hold]\nconsent = false\n")
    config = config_of(
        tmp_path,
        """
        [leadmode]
        instance = "eu-1"
        state = "/var/lib/leadmode"
        rules = ["pack:default", "mine"]
        dry_run = false
        time_zone = "Europe/Berlin"
        backfill = "2w"
        tick = "5s"
        storm = 0
        log_level = "debug"
        [sources.crm]
        adapter = "csv"
        authority = true
        on_ambiguous = "resend"
        [sources.web]
        adapter = "memory"
        poll = "1h"
        streams = ["engagements"]
        token = "env:WEB_TOKEN"
        [delivery]
        lease = "1m"
        retry_first = "1s"
        retry_most = "1s"
        ttl = "1d"
        batch = 7
        """,
    )
    assert (config.instance, config.state) == ("eu-1", Path("/var/lib/leadmode"))
    assert config.rules == (shipped_rules(), tmp_path / "mine")
    assert not config.rulebook.holds.consent
    assert not config.dry_run
    assert (config.time_zone, config.log_level) == ("Europe/Berlin", "debug")
    assert (config.backfill, config.tick, config.storm) == (14 * DAY, 5 * SECOND, 0)
    assert config.authority.name == "crm"
    assert config.authority.on_ambiguous is OnAmbiguous.RESEND
    web = config.sources["web"]
    assert (web.poll, web.streams, web.authority) == (60 * MINUTE, (Stream.ENGAGEMENTS,), False)
    assert web.settings == {"token": "env:WEB_TOKEN"}
    assert (config.delivery.retry_most, config.delivery.batch) == (SECOND, 7)
    assert (config.source_place("web", "token").line, config.source_place("web").line) == (20, 16)


def test_rules_beside_the_config_come_before_the_shipped_ones(tmp_path):
    (tmp_path / "rules").mkdir()
    assert config_of(tmp_path, LEADMODE + CRM).rules == (shipped_rules(),)
    (tmp_path / "rules" / "mine.toml").write_text(ENOUGH)
    assert config_of(tmp_path, LEADMODE + CRM).rules == (tmp_path / "rules",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CRM, ['config.toml:1:1: "instance" is missing in [leadmode].']),
        (LEADMODE, [("config.toml:1:1: No source is configured. "
                    'Add a table such as [sources.crm] with adapter = "csv".')]),
        (LEADMODE + "[sources.crm]\n",
         ['config.toml:3:10: "adapter" is missing in [sources.crm].']),
        (LEADMODE + CRM + "[sources.Web]\nadapter = 'csv'\nauthority = true\n",
         ['config.toml:6:10: The name "Web" may only hold a to z, 0 to 9 and "-", 32 at most.']),
        (LEADMODE + CRM + "[sources.web]\nadapter = 'csv'\n",
         [("config.toml:3:2: No source has authority = true. "
          "Write authority = true in the table of the CRM that gets the tasks.")]),
        (LEADMODE + CRM + "authority = true\n[sources.web]\nadapter = 'csv'\nauthority = true\n",
         [('config.toml:9:1: Both "crm" and "web" have authority = true. '
          "Only the CRM of record, which gets the tasks, may have it.")]),
        (LEADMODE + CRM + "authority = false\n",
         [("config.toml:3:2: No source has authority = true. "
          "Write authority = true in the table of the CRM that gets the tasks.")]),
        (LEADMODE + CRM + 'streams = ["people", "engagement"]\n',
         [('config.toml:6:22: streams[2] = "engagement" is not known. '
          'Did you mean "engagements"?')]),
        (LEADMODE + CRM + 'on_ambiguous = "resent"\n',
         ['config.toml:6:16: on_ambiguous = "resent" is not known. Did you mean "resend"?']),
        (LEADMODE + "log_level = 'verbose'\nstorm = -1\n" + CRM,
         [('config.toml:3:13: log_level = "verbose" is not known. '
          "Known: debug, error, info, warning."),
          "config.toml:4:9: storm = -1 must be 0 or more."]),
        (LEADMODE + "rules = ['pack:saas']\n" + CRM,
         ['config.toml:3:10: There is no rule pack "pack:saas". Did you mean "pack:b2b-saas"?']),
        (LEADMODE + "rules = ['nowhere']\n" + CRM,
         ["nowhere:1:1: There is no such folder of rules."]),
        (LEADMODE + CRM + "[delivery]\nbatch = 0\nlease = '0s'\nttl = 7\n",
         ["config.toml:7:9: batch = 0 must be 1 or more.",
          'config.toml:8:9: lease = "0s" must be more than 0.',
          'config.toml:9:7: ttl = 7 has no unit. Did you mean "7s" or "7d"?']),
        (LEADMODE + CRM + "[deliver]\nbatch = 3\n",
         ['config.toml:6:2: Unknown table "deliver". Did you mean "delivery"?']),
        ("leadmode = 3\n" + CRM, ["config.toml:1:1: [leadmode] must be a table."]),
        (LEADMODE + "time_zone = '../etc'\n" + CRM,
         [('config.toml:3:13: time_zone = "../etc" is not a time zone. '
          'Write it like "Europe/Berlin".')]),
        (LEADMODE + CRM + "x = = 1\n[delivery\n",
         ["config.toml:6:5: This is not a value. Text needs quotes: \"like this\".",
          'config.toml:7:10: The [table] line is not closed. Close it with "]".']),
    ],
)  # fmt: skip
def test_each_mistake_is_told_once_with_its_place(tmp_path, text: str, expected: list[str]):
    assert [one.replace(str(tmp_path), "") for one in problems_of(tmp_path, text)] == expected


@pytest.mark.fault("F83")
@pytest.mark.parametrize(
    "key", ["token", "api_key", "clientSecret", "password", "private_key", "API-KEY"]
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path, key: str):
    (found,) = problems_of(tmp_path, LEADMODE + CRM + f'"{key}" = "CANARY-1"\n')
    assert found.startswith(f"config.toml:6:{len(key) + 6}: {key} holds the secret itself")
    assert "CANARY" not in found
    (found,) = problems_of(tmp_path, LEADMODE + CRM + f'[sources.crm.auth]\n{key} = "CANARY-1"\n')
    assert found.startswith(f"config.toml:7:{len(key) + 4}: auth.{key} holds the secret itself")


def test_a_consumer_key_is_no_secret(tmp_path):
    config = config_of(tmp_path, LEADMODE + CRM + 'consumer_key = "3MVG9"\n')
    assert config.sources["crm"].settings["consumer_key"] == "3MVG9"


def test_a_config_does_not_print_the_settings_of_its_sources(tmp_path):
    config = config_of(tmp_path, LEADMODE + CRM + 'token = "env:MY_TOKEN"\n')
    assert "MY_TOKEN" not in repr(config)


def test_a_config_that_everybody_may_change_is_refused(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(LEADMODE + CRM)
    path.chmod(0o646)
    with pytest.raises(FixInput, match="Everybody on this machine may change the file"):
        load(path)
