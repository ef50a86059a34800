"""What a folder of exports is read as."""

from __future__ import annotations

import re

import pytest

from connector.clock import DAY, HOUR
from connector.errors import Rejected, TryAgain
from connector.model import Engagement, Evidence, Kind, Record, RecordRef, Role
from connector.ports import Stream
from tests.adapters.csv.folder import ENGAGEMENTS, PEOPLE, engagements, records, walk
from tests.adapters.csv.writes import NOW


def ref(object_type, name, instance="crm"):
    return RecordRef(instance, object_type, name)


def test_a_person_is_read_with_everything(exports):
    exports.put(
        "people.csv",
        "ID , Email,name,title,country,phone,status,opted_out,do_not_call,account_id,owner_id,"
        "created_at,modified_at,deleted,merged_into,unknown\n"
        "p1,ann@x.example; a@y.example,Ann,CTO,DE,+49 1,Open,yes,,a1,o1,"
        "2026-01-01T00:00Z,2026-02-01T00:00Z,,p2,z\n",
    )
    assert records(exports.adapter()) == [
        Record(
            ref=ref("Person", "p1"),
            role=Role.PERSON,
            fields={
                "name": "Ann",
                "title": "CTO",
                "country": "DE",
                "phone": "+49 1",
                "status": "Open",
                "opted_out": True,
                "do_not_call": None,
            },
            emails=("ann@x.example", "a@y.example"),
            account=ref("Account", "a1"),
            owner=ref("Owner", "o1"),
            created_at=1_767_225_600_000,
            modified_at=1_769_904_000_000,
            merged_into=ref("Person", "p2"),
        )
    ]


def test_types_and_further_fields(exports):
    exports.put(
        "people.csv",
        "Contact ID;Kind;First;Last;Seats;Renewal;VIP;Segment\n"
        "1;Lead;Ann;Lee;1.200,5;2026-05-01;wahr;A\n2;;;;;;;\n3;Robot;;;;;;\n",
    )
    adapter = exports.adapter(
        columns={
            "people": {
                "id": "Contact ID",
                "object_type": "kind",
                "first_name": "First",
                "last_name": "last",
            }
        },
        extra={
            "people": {"seats": "Seats", "renewal": "Renewal", "vip": "VIP", "segment": "Segment"}
        },
        extra_types={"seats": "number", "renewal": "instant", "vip": "boolean"},
        person_types=("Contact", "Lead"),
        decimal=",",
        time_zone="Europe/Berlin",
    )
    first, second = records(adapter)
    assert first.ref == ref("Lead", "1")
    assert first.fields == {
        "name": "Ann Lee",
        "seats": 1200.5,
        "renewal": 1_777_586_400_000,
        "vip": True,
        "segment": "A",
    }
    assert second.ref == ref("Contact", "2")
    assert set(second.fields.values()) == {None}
    [reject] = exports.rejects("people.csv")
    assert reject["place"] == "people.csv:4"
    assert 'object type "Robot"' in reject["reason"]


def test_opportunities_tell_whether_they_are_open(exports):
    exports.put(
        "opportunities.csv",
        "id,name,stage,amount,people,account_id,closed_at\n"
        "1,A,Closed Won,100,p1;p2,a1,2026-02-01T00:00Z\n"
        "2,B,Negotiation,,Lead:p3,,2026-09-01T00:00Z\n",
    )
    won, open_one = records(exports.adapter(person_types=("Contact", "Lead")), Stream.OPPORTUNITIES)
    assert won.fields == {
        "name": "A",
        "stage": "Closed Won",
        "amount": 100,
        "is_won": True,
        "is_closed": True,
    }
    assert (won.people, won.account) == (
        (ref("Contact", "p1"), ref("Contact", "p2")),
        ref("Account", "a1"),
    )
    assert won.closed_at == 1_769_904_000_000
    assert open_one.fields["is_closed"] is False
    assert open_one.people == (ref("Lead", "p3"),)
    assert open_one.closed_at is None


def test_accounts_and_owners_are_read(exports):
    exports.put("accounts.csv", "id,name,domain,employees,owner_id\na1,Acme,acme.example,250,o1\n")
    exports.put("owners.csv", "id,name,email,active,time_zone\no1,Kim,k@us.example,true,UTC\n")
    [account] = records(exports.adapter(), Stream.ACCOUNTS)
    [owner] = records(exports.adapter(), Stream.OWNERS)
    assert account.fields == {"name": "Acme", "domain": "acme.example", "employees": 250}
    assert (account.role, account.owner) == (Role.ACCOUNT, ref("Owner", "o1"))
    assert owner.fields == {"name": "Kim", "active": True, "time_zone": "UTC"}
    assert owner.emails == ("k@us.example",)


def test_engagements_are_read_in_their_words_and_ours(exports):
    exports.put(
        "engagements.csv",
        "id,at,kind,person_id,email,evidence,asset,link,message\n"
        f"1,{NOW},Open Email,p1,,bot,,,Spring\n"
        f"2,{NOW},form_submitted,,ann@x.example,,Demo,https://x.example/,\n"
        f"3,{NOW},Changed Score,p1,,,,,\n"
        f"4,{NOW},Page Viewed,p1,,unknown,,,\n",
    )
    adapter = exports.adapter(
        kinds={"open email": "email_opened", "Changed Score": "ignore"}, person_instance="other"
    )
    assert engagements(adapter) == [
        Engagement(
            instance="crm",
            id="1",
            at=NOW,
            kind=Kind.EMAIL_OPENED,
            person=ref("Person", "p1", "other"),
            evidence=Evidence.MACHINE,
            message="Spring",
        ),
        Engagement(
            instance="crm",
            id="2",
            at=NOW,
            kind=Kind.FORM_SUBMITTED,
            email="ann@x.example",
            asset="Demo",
            link="https://x.example/",
        ),
        Engagement(
            instance="crm",
            id="4",
            at=NOW,
            kind=Kind.PAGE_VIEWED,
            person=ref("Person", "p1", "other"),
            evidence=Evidence.UNKNOWN,
        ),
    ]
    assert exports.rejects("engagements.csv") == []


def test_a_made_id_is_the_content_and_nothing_else(exports):
    rows = f"{NOW},form_submitted,p1,Demo\n{NOW},form_submitted,p1,Demo\n{NOW},page_viewed,p1,\n"
    exports.put("engagements.csv", "at,kind,person_id,asset\n" + rows)
    one, same, other = engagements(exports.adapter())
    assert one.id == same.id != other.id
    exports.put(
        "engagements.csv", f"asset,note,kind,at,person_id\nDemo,x,form_submitted,{NOW},p1\n"
    )
    [moved] = engagements(exports.adapter())
    assert moved.id == one.id


def test_every_column_of_the_content_makes_another_id(exports):
    header = ["at", "kind", "person_id", "person_type", "email", "asset", "link", "message"]
    row = [str(NOW), "page_viewed", "p1", "", "a@x.example", "A", "L", "M"]
    other = [str(NOW + 1), "form_submitted", "p2", "Lead", "b@x.example", "B", "N", "O"]
    rows = [row, *([*row[:n], other[n], *row[n + 1 :]] for n in range(len(row)))]
    exports.put("engagements.csv", "".join(",".join(cells) + "\n" for cells in [header, *rows]))
    made = [one.id for one in engagements(exports.adapter(person_types=("Person", "Lead")))]
    assert len(set(made)) == len(made) == len(rows)


BAD = {
    "yesterday,form_submitted,p1,,": "at: .* not a time",
    "2026-03-01 09:00,form_submitted,p1,,": "set time_zone",
    f"{NOW + 3 * DAY},form_submitted,p1,,": "future",
    "1999-12-31T00:00Z,form_submitted,p1,,": "before the year 2000",
    f"{NOW},smelled,p1,,": 'kind "smelled" is not known',
    f"{NOW},form_submited,p1,,": 'Did you mean "form_submitted"',
    f"{NOW},form_submitted,,nobody,": "neither a person nor an e-mail",
    f"{NOW},form_submitted,p1,,psychic": "evidence",
    ",form_submitted,p1,,": "at is empty",
    f"{NOW},,p1,,": "kind is empty",
    f"{NOW},form_submitted,p1": "has 3 cells, the header has 5",
    f"{NOW},form_submitted,p1,,,x": "has 6 cells",
    f'{NOW},form_submitted,"p1,,': "quote that is not closed",
    f"{NOW},form_submitted,p\r1,,": "not one row",
}  # fmt: skip


def test_bad_rows_are_set_aside_with_place_and_reason_and_stop_nothing(exports):
    good = f"{NOW},form_submitted,p1,,\n"
    text = "at,kind,person_id,email,evidence\n" + good
    for bad in BAD:
        text += bad + "\n" + good
    exports.put("engagements.csv", text)
    adapter = exports.adapter(page_rows=3)
    pages, end = walk(adapter, ENGAGEMENTS)
    assert sum(len(page.engagements) for page in pages) == len(BAD) + 1
    assert sum(page.set_aside for page in pages) == len(BAD)
    found = exports.rejects("engagements.csv")
    assert [row["place"] for row in found] == [
        f"engagements.csv:{line}" for line in range(3, 3 + 2 * len(BAD), 2)
    ]
    for (raw, reason), row in zip(BAD.items(), found, strict=True):
        assert re.search(reason, row["reason"])
        assert row["row exactly as found - not safe for spreadsheets"] == raw
    again, _ = walk(exports.adapter(), ENGAGEMENTS)
    assert sum(page.set_aside for page in again) == len(BAD)
    assert exports.rejects("engagements.csv") == found
    assert walk(adapter, ENGAGEMENTS, end)[0][0].set_aside == 0


def test_undecodable_rows_are_set_aside(exports):
    exports.put("people.csv", "id,name\n1,Zoë\n2,Ünal\n".encode() + b"3,\xfc\n4,Ok\n")
    assert [one.ref.id for one in records(exports.adapter())] == ["1", "2", "4"]
    [reject] = exports.rejects("people.csv")
    assert "byte fc, which is not utf-8" in reject["reason"]
    assert "3,\\xfc" in reject.values()
    assert len(records(exports.adapter(encoding="cp1252"))) == 4


def test_a_reject_file_cut_short_is_mended(exports):
    exports.put("people.csv", "id,name\n,a\n,b\n,c\n")
    records(exports.adapter())
    wanted = exports.rejects("people.csv")
    path = exports.folder / "rejects" / "people.csv.rejects.csv"
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        records(exports.adapter())
        assert exports.rejects("people.csv") == wanted


def test_rows_are_not_passed_when_the_rejects_cannot_be_kept(exports):
    exports.put("people.csv", "id\n\n1\n")
    exports.put("accounts.csv", "id,name\n,x\n")
    exports.put("rejects", "in the way")
    assert len(records(exports.adapter())) == 1
    with pytest.raises(TryAgain, match="rejects"):
        exports.adapter().read(Stream.ACCOUNTS, None)


@pytest.mark.parametrize(
    ("text", "settings", "says"),
    [
        ("e-mail,ident\n", {}, r'people.csv:1: .* lacks the column "id". Did you mean "ident"'),
        ("id,E-Mail\n", {"columns": {"people": {"email": "Email"}}}, 'Did you mean "E-Mail"'),
        ("id,ID\n1,2\n", {}, 'column "id" 2 times'),
        ("id\n", {"extra": {"people": {"x": "Extra"}}}, 'lacks the column "Extra"'),
        ("id\r1\r2\r", {}, "Macintosh"),
    ],
)
def test_a_header_that_does_not_fit_is_told(exports, text, settings, says):
    exports.put("people.csv", text)
    with pytest.raises(Rejected, match=says):
        exports.adapter(**settings).read(PEOPLE, None)
    assert any("people.csv:1" in text for text in exports.adapter(**settings).check().missing)


def test_engagements_need_somebody(exports):
    exports.put("engagements.csv", "at,kind\n")
    with pytest.raises(Rejected, match="person_id"):
        exports.adapter().read(ENGAGEMENTS, None)


def test_columns_that_nobody_named_may_be_there_twice(exports):
    exports.put("people.csv", "id,note,note\n1,a,b\n")
    assert len(records(exports.adapter())) == 1


def test_a_broken_file_does_not_stop_its_neighbours(exports):
    exports.put("people-1.csv", "ident\n1\n")
    exports.put("people-2.csv", "id\n2\n")
    adapter = exports.adapter(people="people-*.csv")
    page = adapter.read(PEOPLE, None)
    assert [one.ref.id for one in page.records] == ["2"]
    with pytest.raises(Rejected, match=r"people-1\.csv:1"):
        adapter.read(PEOPLE, page.cursor)
    exports.put("people-1.csv", "id\n1\n")
    assert [one.ref.id for one in adapter.read(PEOPLE, page.cursor).records] == ["1"]


def test_missing_files(exports):
    adapter = exports.adapter()
    with pytest.raises(TryAgain, match=r'no file "people.csv"'):
        adapter.read(PEOPLE, None)
    for stream in (Stream.OWNERS, Stream.ACCOUNTS, Stream.OPPORTUNITIES):
        page = adapter.read(stream, None)
        assert (page.records, page.more) == ((), False)
    quiet = exports.adapter(people="", engagements="")
    page = quiet.read(PEOPLE, None)
    assert (page.records, page.more) == ((), False)
    assert quiet.check().missing == ()


def test_a_folder_that_is_gone_is_passing_trouble_and_loses_no_place(exports):
    adapter = exports.adapter(owners="owners-*.csv")
    exports.folder.rename(exports.folder.with_name("away"))
    with pytest.raises(TryAgain, match="Cannot read the folder"):
        adapter.read(Stream.OWNERS, None)


def test_check_tells_everything_that_is_missing_and_writes_nothing(exports):
    health = exports.adapter().check()
    assert health.account == str(exports.folder)
    assert [text.split(" in ")[0] for text in health.missing] == [
        'There is no file "people.csv"',
        'There is no file "engagements.csv"',
    ]
    exports.put("people.csv", "id\n")
    exports.put("engagements.csv", "")
    exports.put("out", "a file in the way")
    health = exports.adapter().check()
    assert len(health.missing) == 1
    assert "engagements.csv has no header line" in health.missing[0]
    assert sorted(path.name for path in exports.folder.iterdir()) == [
        "engagements.csv",
        "out",
        "people.csv",
    ]


def test_find_takes_every_current_hit(exports):
    exports.put(
        "people.csv",
        "id,email,deleted,modified_at\n1,Ann@X.example,,\n2,b@x.example;ann@x.example,,\n"
        "3,ann@x.example,true,\n4,ann@x.example,,1772000000000\n4,new@x.example,,1772000000001\n",
    )
    found = exports.adapter().find([" ann@x.EXAMPLE", "no@x.example"])
    assert found == {
        " ann@x.EXAMPLE": (ref("Person", "1"), ref("Person", "2")),
        "no@x.example": (),
    }


def test_fetch_takes_our_names_and_theirs(exports):
    exports.put(
        "people.csv",
        "id,status,owner_id,opted_out,modified_at,Lead Score,deleted\n"
        "1,Open,o1,no,1772000000000,17,\n1,Older,o2,,1771000000000,5,\n2,x,,,,,true\n",
    )
    exports.put("accounts.csv", "id,name\na1,Acme\n")
    adapter = exports.adapter()
    wanted = ["status", "owner", "opted_out", "modified_at", "lead score", "nothing", "name"]
    refs = [ref("Person", "1"), ref("Person", "2"), ref("Account", "a1"), ref("Person", "9")]
    assert adapter.fetch(refs, wanted) == {
        refs[0]: {
            "status": "Open",
            "owner": "o1",
            "opted_out": False,
            "modified_at": 1_772_000_000_000,
            "lead score": "17",
        },
        refs[2]: {"name": "Acme"},
    }


def test_times_follow_the_clock(exports):
    exports.put("engagements.csv", f"at,kind,person_id\n{NOW + 49 * HOUR},form_submitted,p1\n")
    assert engagements(exports.adapter()) == []
    assert len(engagements(exports.adapter(ahead="3d"))) == 1
