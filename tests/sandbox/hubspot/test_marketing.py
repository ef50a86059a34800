"""Marketing mail, forms and pages: the logs, and what the contact shows of them."""

from typing import Any

import hubspot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.clock import DAY, HOUR, MINUTE, SECOND
from sandbox.hubspot import instants
from sandbox.hubspot.marketing import EmailEvent, Log

from .asking import START, Asking

EVENTS = "/email/public/v1/events"
ANA = "ana@x.example"


@pytest.fixture(autouse=True)
def unlimited(api: Asking) -> None:
    api.platform.quota.strict = False


def ana(api: Asking) -> int:
    return api.portal.load("contacts", {"email": ANA}, created_at=START - DAY).id


def properties(api: Asking, contact: int) -> dict[str, str]:
    return api.portal.tables["contacts"].kept[contact].properties


def told(api: Asking, **params: object) -> list[tuple[str, int]]:
    """Type and instant of all events, page after page."""
    rows: list[tuple[str, int]] = []
    more, offset = True, ""
    while more:
        asked = {name: str(value) for name, value in params.items()}
        page = api.ok("GET", EVENTS, params=asked | ({"offset": offset} if offset else {}))
        rows += [(each["type"], each["created"] - START) for each in page["events"]]
        more, offset = page["hasMore"], page["offset"]
    return rows


# the log of mail


def test_newest_first_and_both_ends_belong_to_it(api: Asking):
    api.clock.move_to(START + HOUR)
    for number in range(25):
        api.platform.activity.mail("OPEN", ANA, "News", START + number)
    assert told(api) == [("OPEN", number) for number in range(24, -1, -1)]
    assert len(api.ok("GET", EVENTS)["events"]) == 10
    window = {"startTimestamp": START + 3, "endTimestamp": START + 7}
    assert told(api, **window, limit=2) == [("OPEN", n) for n in (7, 6, 5, 4, 3)]


def test_which_events(api: Asking):
    api.clock.move_to(START + HOUR)
    mail = api.platform.activity.mail
    mail("SENT", ANA, "News", START)
    mail("OPEN", ANA, "News", START + 1, filtered=True)
    mail("CLICK", "Bo@x.example", "Other", START + 2, url="https://halden.example/pricing")
    assert told(api, eventType="OPEN") == [("OPEN", 1)]
    assert told(api, excludeFilteredEvents="true") == [("CLICK", 2), ("SENT", 0)]
    assert told(api, recipient="bo@x.example") == [("CLICK", 2)]
    other = api.platform.marketing.campaign("Other", START)
    assert told(api, appId=other.app_id, campaignId=other.id) == [("CLICK", 2)]
    assert told(api, appId=1) == []
    for bad in (
        {"campaignId": other.id},
        {"eventType": "open"},
        {"limit": 1_001},
        {"offset": "no"},
    ):
        assert api.refused("GET", EVENTS, params=bad) == (400, "VALIDATION_ERROR")


def test_what_an_event_tells(api: Asking):
    api.clock.move_to(START + HOUR)
    sent = api.platform.activity.mail("SENT", ANA, "News", START)
    opened = api.platform.activity.mail("OPEN", ANA, "News", START + MINUTE, duration=4_000)
    (row,) = api.ok("GET", EVENTS, params={"eventType": "OPEN"})["events"]
    assert (row["id"], row["recipient"], row["portalId"]) == (opened.id, ANA, api.portal.id)
    assert row["sentBy"] == {"id": sent.id, "created": START}
    assert (row["duration"], row["filteredEvent"], row["deviceType"]) == (4_000, False, "COMPUTER")
    assert api.ok("GET", f"{EVENTS}/{row['created']}/{row['id']}") == row
    assert api.call("GET", f"{EVENTS}/{row['created']}/other").status_code == 404
    (campaign,) = api.ok("GET", "/email/public/v1/campaigns/by-id")["campaigns"]
    assert campaign["id"] == row["emailCampaignId"]
    detail = api.ok("GET", f"/email/public/v1/campaigns/{campaign['id']}")
    assert (detail["name"], detail["counters"]) == ("News", {"sent": 1, "open": 1})


def test_late_events_take_their_place_among_old_ones(api: Asking):
    mail = api.platform.activity.mail
    mail("OPEN", ANA, "News", START - 10)
    mail("OPEN", ANA, "News", START - HOUR, seen_at=START + HOUR)
    mail("OPEN", ANA, "News", START - 2 * HOUR)
    assert [at for _, at in told(api)] == [-10, -2 * HOUR]
    api.clock.move_to(START + HOUR)
    assert [at for _, at in told(api)] == [-10, -HOUR, -2 * HOUR]


def test_paging_goes_on_where_it_was_while_more_arrives(api: Asking):
    api.clock.move_to(START + HOUR)
    mail = api.platform.activity.mail
    for number in range(5):
        mail("OPEN", ANA, "News", START + number)
    first = api.ok("GET", EVENTS, params={"limit": 2})
    mail("OPEN", ANA, "News", START + 100)
    mail("OPEN", ANA, "News", START - 1)
    second = api.ok("GET", EVENTS, params={"limit": 9, "offset": first["offset"]})
    assert [row["created"] - START for row in second["events"]] == [2, 1, 0, -1]


@settings(max_examples=100, deadline=None)
@given(
    moments=st.lists(st.integers(0, 20), max_size=40),
    window=st.tuples(st.integers(-1, 21), st.integers(-1, 21)),
)
def test_the_log_gives_what_a_full_look_gives(moments: list[int], window: tuple[int, int]):
    log: Log[EmailEvent] = Log()
    rows = [
        EmailEvent(at=at, id=f"{n:03d}", type="OPEN", recipient="a", campaign=1)
        for n, at in enumerate(moments)
    ]
    for row in rows:
        log.add(row)
    low, high = window
    expected = [row for row in rows if low <= row.at <= high]
    expected.sort(key=lambda row: (row.at, row.id), reverse=True)
    assert list(log.newest_first(low, high, None)) == expected
    for place, row in enumerate(expected):
        assert log.find(row.at, row.id) is row
        assert list(log.newest_first(low, high, (row.at, row.id))) == expected[place + 1 :]


def test_mail_moves_the_contact(api: Asking):
    contact = ana(api)
    mail = api.platform.activity.mail
    for kind, at in (("SENT", 0), ("DELIVERED", 1), ("SENT", 5), ("OPEN", 7), ("CLICK", 9)):
        api.clock.move_to(START + at * SECOND)
        mail(kind, ANA, "News", START + at * SECOND, url="https://halden.example/")
    mail("OPEN", ANA, "News", START + 60 * SECOND, filtered=True)
    mail("OPEN", ANA, "News", START + SECOND)  # told late: it is not the last one
    mail("STATUSCHANGE", ANA, "News", START + 9 * SECOND)
    mail("BOUNCE", ANA, "News", START + 9 * SECOND)
    api.platform.activity.replied(ANA, "News", START + 9 * SECOND)
    shown = {name: text for name, text in properties(api, contact).items() if "hs_email_" in name}
    last = instants.shown
    assert shown == {
        "hs_email_delivered": "1",
        "hs_email_open": "2",
        "hs_email_click": "1",
        "hs_email_bounce": "1",
        "hs_email_replied": "1",
        "hs_email_first_send_date": last(START),
        "hs_email_last_send_date": last(START + 5 * SECOND),
        "hs_email_first_open_date": last(START + 7 * SECOND),
        "hs_email_last_open_date": last(START + 7 * SECOND),
        "hs_email_first_click_date": last(START + 9 * SECOND),
        "hs_email_last_click_date": last(START + 9 * SECOND),
        "hs_email_first_reply_date": last(START + 9 * SECOND),
        "hs_email_last_reply_date": last(START + 9 * SECOND),
        "hs_email_last_email_name": "News",
        "hs_email_sends_since_last_engagement": "0",
        "hs_email_optout": "true",
        "hs_email_hard_bounce_reason_enum": "UNKNOWN_USER",
    }
    read = {
        "properties": "hs_email_last_send_date",
        "propertiesWithHistory": "hs_email_last_send_date",
    }
    one = api.ok("GET", f"/crm/objects/2026-09/contacts/{contact}", params=read)
    history = one["propertiesWithHistory"]["hs_email_last_send_date"]
    assert [each["value"] for each in history] == [last(START + 5 * SECOND), last(START)]
    assert {each["sourceType"] for each in history} == {"EMAIL"}
    assert one["updatedAt"] == last(START + 9 * SECOND)


def test_hubspot_api_client_reads_the_log(api: Asking):
    api.platform.activity.mail("OPEN", ANA, "News", START)
    client: Any = hubspot.HubSpot(access_token=api.founded.token, host=api.url, base_url=api.url)
    answer = client.api_request({"path": EVENTS, "qs": {"limit": 5}})
    assert [row["type"] for row in answer.json()["events"]] == ["OPEN"]


# forms


def test_definitions_are_of_type_hubspot_unless_asked(api: Asking):
    for name, kind in (("Demo", "hubspot"), ("Old", "captured"), ("Blog", "blog_comment")):
        api.platform.marketing.form(name, START, kind=kind)

    def names(**params: object) -> list[str]:
        return sorted(
            form["name"]
            for form in api.ok("GET", "/marketing/forms/2026-09", params=params)["results"]
        )

    assert names() == ["Demo"]
    assert names(formTypes=["hubspot", "captured", "flow"]) == ["Demo", "Old"]
    assert names(formTypes="all") == ["Blog", "Demo", "Old"]
    assert api.refused("GET", "/marketing/v3/forms", params={"formTypes": "paper"})[0] == 400
    page = api.ok("GET", "/marketing/v3/forms", params={"formTypes": "all", "limit": 2})
    after = page["paging"]["next"]["after"]
    rest = api.ok(
        "GET", "/marketing/v3/forms", params={"formTypes": "all", "limit": 2, "after": after}
    )
    assert len(page["results"]) + len(rest["results"]) == 3
    assert page["paging"]["next"]["link"].startswith(f"{api.url}/marketing/v3/forms?")
    client: Any = hubspot.HubSpot(access_token=api.founded.token, host=api.url)
    (known,) = client.marketing.forms.forms_api.get_page().results
    assert known.name == "Demo"
    assert api.ok("GET", f"/marketing/forms/2026-09/{known.id}")["name"] == "Demo"


def test_submissions(api: Asking):
    contact = ana(api)
    form = api.platform.marketing.form("Request a demo", START)
    path = f"/form-integrations/v1/submissions/forms/{form.id}"
    assert api.ok("GET", path) == {"results": []}
    for number in range(30):
        at = START + number * MINUTE
        api.clock.move_to(at)
        values = {"email": ANA, "jobtitle": f"Title {number}", "question": "How much?"}
        api.platform.activity.submit(form, values, at, page_url="https://h.example/demo")
    first = api.ok("GET", path)
    assert len(first["results"]) == 20
    second = api.ok("GET", path, params={"limit": 50, "after": first["paging"]["next"]["after"]})
    rows = first["results"] + second["results"]
    moments = [row["submittedAt"] - START for row in rows]
    assert moments == [number * MINUTE for number in range(29, -1, -1)]
    assert rows[0]["values"][0] == {"name": "email", "value": ANA, "objectTypeId": "0-1"}
    assert str(contact) not in str(rows)
    assert api.refused("GET", path, params={"limit": 51}) == (400, "VALIDATION_ERROR")
    shown = properties(api, contact)
    assert shown["recent_conversion_date"] == instants.shown(START + 29 * MINUTE)
    assert shown["first_conversion_date"] == instants.shown(START)
    assert shown["recent_conversion_event_name"] == "https://h.example/demo: Request a demo"
    assert (shown["num_conversion_events"], shown["num_unique_conversion_events"]) == ("30", "1")
    assert shown["jobtitle"] == "Title 29"
    assert len(shown["hs_calculated_form_submissions"].split(";")) == 30


def test_comments_on_the_blog_cannot_be_read(api: Asking):
    form = api.platform.marketing.form("Blog", START, kind="blog_comment")
    path = f"/form-integrations/v1/submissions/forms/{form.id}"
    assert api.refused("GET", path) == (400, "VALIDATION_ERROR")
    assert api.refused("GET", path[:-1] + "x") == (404, "OBJECT_NOT_FOUND")


def test_a_form_makes_a_contact_of_a_new_address(api: Asking):
    form = api.platform.marketing.form("Demo", START)
    api.platform.activity.submit(form, {"email": "New@X.example", "firstname": "Nia"}, START)
    contact = api.platform.activity.contact("new@x.example")
    assert contact is not None
    assert contact.properties["firstname"] == "Nia"
    assert contact.properties["num_conversion_events"] == "1"
    api.ok(
        "POST",
        "/crm/objects/2026-09/contacts/gdpr-delete",
        json={"objectId": "new@x.example", "idProperty": "email"},
    )
    api.platform.activity.submit(form, {"email": "new@x.example"}, START)
    assert api.platform.activity.contact("new@x.example") is None


def test_nothing_is_told_of_somebody_who_was_erased(api: Asking):
    form = api.platform.marketing.form("Demo", START)
    for email in (ANA, "bo@x.example"):
        api.platform.activity.submit(form, {"email": email}, START)
        api.platform.activity.mail("OPEN", email, "News", START)
    api.door("gdpr", email=ANA)
    (row,) = api.ok("GET", EVENTS)["events"]
    assert row["recipient"] == "bo@x.example"
    path = f"/form-integrations/v1/submissions/forms/{form.id}"
    assert ANA not in str(api.ok("GET", path)["results"])
    assert len(api.ok("GET", path)["results"]) == 1


# pages


def test_pages_and_sessions(api: Asking):
    number = ana(api)
    contact = api.portal.tables["contacts"].kept[number]
    for minutes, page in ((0, "a"), (5, "b"), (90, "c"), (1, "late")):
        at = START + minutes * MINUTE
        api.platform.activity.view(contact, f"https://h.example/{page}", at)
    shown = properties(api, number)
    assert (shown["hs_analytics_num_page_views"], shown["hs_analytics_num_visits"]) == ("4", "2")
    assert shown["hs_analytics_last_url"] == "https://h.example/c"
    assert shown["hs_analytics_first_url"] == "https://h.example/a"
    assert shown["hs_analytics_last_timestamp"] == instants.shown(START + 90 * MINUTE)
    assert shown["hs_analytics_last_visit_timestamp"] == instants.shown(START + 90 * MINUTE)
    assert shown["hs_analytics_first_timestamp"] == instants.shown(START)


def test_occurrences(api: Asking):
    contact = ana(api)
    api.platform.features.enterprise = True
    api.clock.move_to(START + DAY)
    kept = api.portal.tables["contacts"].kept[contact]
    for number in range(5):
        api.platform.activity.view(kept, f"https://h.example/{number}", START + number * HOUR)
    api.platform.activity.mail("OPEN", ANA, "News", START)
    path = "/events/event-occurrences/2026-09"
    asked = {"objectType": "contact", "objectId": contact, "limit": 3}
    page = api.ok("GET", path, params=asked)
    after = page["paging"]["next"]["after"]
    rest = api.ok("GET", path, params=asked | {"after": after})
    urls = [row["properties"]["hs_url"][-1] for row in page["results"] + rest["results"]]
    assert urls == ["4", "3", "2", "1", "0"]
    later = {"occurredAfter": instants.shown(START + 3 * HOUR), "sort": "occurredAt"}
    rows = api.ok("GET", "/events/v3/events", params=asked | later)["results"]
    assert [row["properties"]["hs_url"][-1] for row in rows] == ["3", "4"]
    assert api.refused("GET", path, params=asked | {"sort": "id"}) == (400, "VALIDATION_ERROR")
    assert api.ok("GET", f"{path}/event-types")["eventTypes"]
