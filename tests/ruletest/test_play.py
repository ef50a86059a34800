"""A story is played through the daemon's own parts, in the order in which things are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.model import Hold
from tests.ruletest.small import BACK, RULES, one, ran

AT = 'at = "now"\n'


def passes(folder: Path, body: str, *moments: str, rules: str = RULES, person: str = "ada") -> None:
    more = "".join(f"\n[[test.moment]]\n{each}\n" for each in moments[1:])
    result = ran(folder, one(body, moments[0], person) + more, rules).results[0]
    assert result.failures == ()


def test_what_happens_between_moments_happens_at_its_own(tmp_path: Path):
    """Leaving by silence comes 30 days after the last engagement, though nobody looks then."""
    body = BACK.replace('"-1d"', '"-41d"').replace('"-2d"', '"-42d"').replace('"-3d"', '"-43d"')
    passes(tmp_path, body, 'at = "-41d"\nmust = { state = "lead_mode" }', AT + "must = { left = "
           '["idle", "decayed"], state = "passive" }')  # fmt: skip


def test_what_is_in_the_future_of_a_moment_is_not_known_then(tmp_path: Path):
    body = BACK.replace('"-1d"', '"+12h"').replace('"-3d"', '"-1d"').replace('"-2d"', '"-1d"')
    passes(
        tmp_path,
        body,
        AT + 'must = { state = "passive" }',
        'at = "+12h"\nmust = { state = "lead_mode" }',
    )


def test_repeat_and_every(tmp_path: Path):
    body = 'timeline = [{ at = "-1h", kind = "email_clicked", repeat = 4, every = "20m" }]'
    moments = [f'at = "-1h + {20 * n}m"\nmust = {{ score = {10 * (n + 1)} }}' for n in range(4)]
    passes(tmp_path, body, *moments)


def test_what_comes_late_is_put_in_its_place_and_may_be_over(tmp_path: Path):
    late = 'timeline = [\n' + "".join(
        f'{{ at = "-{day}d", kind = "{kind}", arrives = "-1d" }},\n'
        for day, kind in ((60, "webinar_attended"), (60, "page_viewed"), (60, "email_clicked"))
    ) + "]"  # fmt: skip
    passes(
        tmp_path,
        late,
        'at = "-2d"\nmust = { score = 0, state = "passive" }',
        AT + 'must = { held = "over", state = "passive", left = "decayed", alert = false }',
    )


def test_a_start_that_late_data_moves_is_not_handed_off_twice(tmp_path: Path):
    late = '{ at = "-10d", kind = "page_viewed", arrives = "-12h" },'
    passes(
        tmp_path,
        BACK.replace("[\n", f"[\n{late}\n"),
        'at = "-1d"\nmust = { state = "lead_mode", alert = true }',
        AT + 'must = { state = "lead_mode", held = "same_burst", alert = false }',
    )


def test_before_leadmode_began_to_look_is_baseline(tmp_path: Path):
    moment = AT + 'must = { state = "lead_mode", held = "baseline", alert = false }'
    passes(tmp_path, BACK + 'watching = "-12h"', moment)
    passes(tmp_path, BACK + 'watching = "-36h"', AT + "must = { alert = true }")


def test_a_person_without_a_record_in_the_crm_gets_no_task(tmp_path: Path):
    text = '[person.cy]\nsource = "zoom"\ncountry = "DE"\n' + one(
        BACK, AT + f'must = {{ held = "{Hold.NO_RECORD}" }}', "cy", "no record"
    )
    assert ran(tmp_path, text).failed == 0


@pytest.mark.parametrize("of", ["person", "account"])
def test_an_open_opportunity_holds(tmp_path: Path, of: str):
    body = BACK + f'opportunities = [{{ opened = "-90d", of = "{of}" }}]'
    passes(tmp_path, body, AT + 'must = { held = "open_opportunity" }')
    body = BACK + f'opportunities = [{{ opened = "-90d", closed = "-80d", of = "{of}" }}]'
    passes(tmp_path, body, AT + "must = { alert = true }")


def test_fields_change_when_they_change(tmp_path: Path):
    """The fit of the person and of the company, from a moment on."""
    body = (
        'changes = [\n{ at = "-2d", set = { "person.title" = "Clerk" } },\n'
        '{ at = "-1d", set = { account.employees = 10 } },\n]'
    )
    passes(
        tmp_path,
        body,
        'at = "-3d"\nmust = { fit = 100 }',
        'at = "-2d"\nmust = { fit = 60 }',
        'at = "-1d"\nmust = { fit = 0 }',
    )


def test_an_address_is_no_field_and_gives_the_domain(tmp_path: Path):
    body = BACK + 'set = { "person.email" = "ada@us.example" }'
    passes(tmp_path, body, AT + 'must = { held = "excluded" }')


def test_what_a_rule_requires_keeps_out(tmp_path: Path):
    body = BACK + 'set = { "person.country" = "NO" }'
    passes(tmp_path, body, AT + 'must = { state = "passive", alert = false, score = 45 }')


def test_a_rep_on_it_holds(tmp_path: Path):
    call = '{ at = "-4d", kind = "call_held" },'
    passes(tmp_path, BACK.replace("[\n", f"[\n{call}\n"), AT + 'must = { held = "worked" }')


def test_several_lead_modes_are_asked_one_by_one(tmp_path: Path):
    rules = RULES + '[[lead_mode]]\nid = "hard"\nenter = 400\n'
    passes(tmp_path, BACK, AT + 'rule = "hard"\nmust = { state = "passive" }', rules=rules)
    passes(tmp_path, BACK, AT + 'rule = "returning"\nmust = { state = "lead_mode" }', rules=rules)
    passes(tmp_path, BACK, AT + 'must = { state = "lead_mode", alert = true }', rules=rules)


def test_tests_do_not_see_each_other(tmp_path: Path):
    """Same person, same address, same engagement ids: a second test is like the first."""
    moment = AT + "must = { alert = true, score = 45 }"
    text = "".join(one(BACK, moment, name=f"test {n}") for n in range(3))
    assert ran(tmp_path, text).failed == 0


def test_a_failure_shows_what_happened_and_what_was_missing(tmp_path: Path):
    text = one(
        BACK.replace("webinar_attended", "page_viewed"), 'at = "-1d"\nmust = { alert = true }'
    )
    (failure,) = ran(tmp_path, text).results[0].failures
    assert failure.when == "-1d"
    assert failure.place.endswith("tests.toml:21:8")
    (standing,) = failure.standings
    assert standing.missing == ("score 40.0 of 45",)
    assert standing.caps == ("web 36.1, capped at 30",)
    assert [(line.when, line.what, line.why) for line in failure.lines] == [
        ("-3d", "page_viewed Seals", "read +20"),
        ("-2d", "page_viewed /pricing", "read +20"),
        ("-1d", "email_clicked News", "click +10"),
    ]
