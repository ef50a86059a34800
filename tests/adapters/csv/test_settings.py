"""Mistakes in the settings are told together, each beginning with the key that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.csv.adapter import Settings

WRONG = {
    "columns.folk": {"columns": {"folk": {}}},
    'columns.people: there is no column "emial". Did you mean "email"': {
        "columns": {"people": {"emial": "E-mail"}}
    },
    "extra.people: email is one of our columns": {"extra": {"people": {"email": "E-mail"}}},
    "extra.engagements": {"extra": {"engagements": {"x": "X"}}},
    'kinds: "Open" stands for "email_open", which is no kind. Did you mean "email_opened"': {
        "kinds": {"Open": "email_open"}
    },
    "extra_types: there is no further field": {"extra_types": {"x": "number"}},
    'extra_types.x = "int"': {"extra": {"people": {"x": "X"}}, "extra_types": {"x": "int"}},
    "person_types": {"person_types": ()},
    "person_types and": {"person_types": ("Account",)},
    "delimiter": {"delimiter": ":"},
    "decimal": {"decimal": ""},
    "page_rows": {"page_rows": 0},
    "encoding": {"encoding": "klingon"},
    "settle": {"settle": "10"},
    "ahead": {"ahead": "soon"},
    'time_zone = "Berlin" is not known': {"time_zone": "Berlin"},
    "time_zone": {"time_zone": "../etc"},
    'rejects = "." must be another folder': {"rejects": "."},
    "rejects": {"rejects": ""},
    'out = "x/.."': {"out": "x/.."},
    'owners = "../owners.csv" must lie within': {"owners": "../owners.csv"},
    "owners": {"owners": "/etc/passwd"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_each_mistake_is_told(wrong):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared below
        Settings(folder=Path("x"), **WRONG[wrong])  # type: ignore[arg-type]
    assert len(caught.value.args) == 1
    assert caught.value.args[0].startswith(wrong)


def test_all_mistakes_are_told_together():
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        Settings(folder=Path("x"), page_rows=0, decimal="", settle="", time_zone="Mars")
    assert [text.split(" ")[0] for text in caught.value.args] == [
        "decimal",
        "page_rows",
        "settle:",
        "time_zone",
    ]


def test_the_defaults_have_no_mistakes():
    settings = Settings(folder=Path("x"))
    assert (settings.settle_ms, settings.ahead_ms, settings.zone) == (10_000, 172_800_000, None)
