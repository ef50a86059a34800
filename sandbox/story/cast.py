"""The cast: named people whose arcs are scripted, so that a reader can check leadmode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from connector.clock import DAY
from connector.model import Kind
from sandbox.story import content
from sandbox.story.habits import Mailing
from sandbox.story.script import Arc
from sandbox.story.world import Account, PersonRecord


class Part(NamedTuple):
    """Who plays: name, title, company, and what happens to them."""

    key: str
    name: str
    title: str
    company: str
    industry: str
    employees: int
    country: str
    owner: str
    known_days: int
    """Days before the end at which the CRM first knew them."""
    promise: str
    play: Callable[[Arc], None]


def _champion(arc: Arc) -> None:
    name, _, domain = arc.record.email.partition("@")
    arc.apple = True
    arc.twin = _twin(arc.record, f"{name}+webinar@{domain}", arc.ago(620))
    arc.does(arc.ago(640), Kind.FORM_SUBMITTED, content.FORM_GUIDE)
    arc.as_stranger(arc.ago(620, 14), Kind.WEBINAR_ATTENDED, content.WEBINARS[1], arc.twin.email)
    arc.views(content.PRICING, arc.ago(606), arc.ago(604), arc.ago(600, 16))
    arc.does(arc.ago(598), Kind.MEETING_HELD, "First visit")
    arc.does(arc.ago(560), Kind.FORM_SUBMITTED, content.FORM_DEMO)
    arc.does(arc.ago(545), Kind.MEETING_HELD, "Demo on site")
    arc.sale(arc.ago(540), arc.ago(400), won=False)
    arc.does(arc.ago(402), Kind.CALL_HELD, "Budget was cut")
    for days in (330, 300, 258):
        arc.clicks(arc.ago(days, 13), "/blog/bearing-failure")
    arc.clicks(arc.w(9, 16, 40), "/case-studies/steel")
    arc.views(content.PRICING, arc.w(8, 9, 12), arc.w(7, 7, 55), arc.w(7, 14, 20))
    arc.does(arc.w(6, 8, 30), Kind.WEBINAR_REGISTERED, content.WEBINARS[0])
    arc.does(arc.w(4, 14, 0), Kind.WEBINAR_ATTENDED, content.WEBINARS[0])
    arc.as_stranger(arc.w(2, 9, 30), Kind.FORM_SUBMITTED, content.FORM_DEMO, arc.twin.email)


def _machines(arc: Arc) -> None:
    arc.subscribed_at = arc.ago(35)  # and the mail gateway follows every link
    arc.does(arc.ago(500), Kind.WEBINAR_ATTENDED, content.WEBINARS[1])
    arc.views("/integrations", arc.w(8, 10, 2))
    arc.views(content.PRICING, arc.w(8, 10, 4))
    arc.does(arc.w(7, 9, 40), Kind.CONTENT_DOWNLOADED, content.GUIDES[1])
    arc.views(content.PRICING, arc.w(7, 9, 44))


def _open_sale(arc: Arc) -> None:
    arc.clicks(arc.ago(300, 13), "/case-studies/paper-mill")
    arc.sale(arc.ago(60))
    arc.returns(8, 7, 6)
    arc.views(content.PRICING, arc.w(5, 15, 30))


def _opted_out(arc: Arc) -> None:
    arc.subscribed = False
    arc.record.opted_out = arc.record.do_not_call = True
    arc.does(arc.ago(420), Kind.CONTENT_DOWNLOADED, content.GUIDES[0])
    arc.returns(8, 7, 6)
    arc.views(content.PRICING, arc.w(5, 8, 45))


def _raises_hand(arc: Arc) -> None:
    for days in (150, 100, 60, 25):
        arc.clicks(arc.ago(days, 12), "/blog/bearing-failure")
    arc.does(arc.w(6, 10, 15), Kind.FORM_SUBMITTED, content.FORM_CONTACT)


def _newcomer(arc: Arc) -> None:
    arc.record.created_at = arc.w(8, 9, 0)
    arc.views("/products/vibration-monitoring", arc.w(8, 9, 5), arc.w(8, 9, 20))
    arc.returns(8, 7, 6)
    arc.views(content.PRICING, arc.w(5, 9, 0), arc.w(4, 9, 30))


def _comes_back_after_recycling(arc: Arc) -> None:
    arc.clicks(arc.ago(400, 12), "/case-studies/steel")
    arc.views(content.PRICING, arc.ago(76), arc.ago(76, plus=1), arc.ago(76, plus=2))
    arc.does(arc.ago(76, plus=3), Kind.WEBINAR_ATTENDED, content.WEBINARS[2])
    arc.put_back(arc.ago(60, 15))
    arc.clicks(arc.ago(55, 12), "/blog/bearing-failure")
    arc.clicks(arc.ago(48, 12), "/case-studies/steel")
    arc.returns(5, 4, 3)
    arc.views(content.PRICING, arc.w(3, 16, 0))


def _recycled_now(arc: Arc) -> None:
    arc.clicks(arc.ago(280, 12), "/case-studies/steel")
    arc.returns(10, 9, 9)
    arc.put_back(arc.w(6, 15, 20))


def _converts(arc: Arc) -> None:
    arc.does(arc.ago(350), Kind.CONTENT_DOWNLOADED, content.GUIDES[1])
    arc.returns(10, 9, 8)
    arc.sale(arc.w(5, 11, 0))


def _competitor(arc: Arc) -> None:
    arc.does(arc.ago(380), Kind.CONTENT_DOWNLOADED, content.GUIDES[0])
    arc.returns(9, 8, 7)
    arc.views(content.PRICING, arc.w(6, 10, 0), arc.w(6, 10, 4))


def _student(arc: Arc) -> None:
    arc.does(arc.ago(310), Kind.CONTENT_DOWNLOADED, content.GUIDES[0])
    arc.returns(7, 6, 5)
    arc.views(content.PRICING, arc.w(4, 21, 0))


def _late_upload(arc: Arc) -> None:
    arc.clicks(arc.ago(270, 12), "/blog/bearing-failure")
    arc.clicks(arc.w(8, 13, 10), "/case-studies/paper-mill")
    arc.views(content.PRICING, arc.w(7, 10, 30))
    arc.does(arc.w(7, 10, 42), Kind.CONTENT_DOWNLOADED, content.GUIDES[0])
    arc.does(arc.w(6, 14, 0), Kind.WEBINAR_ATTENDED, content.WEBINARS[0], seen_at=arc.w(3, 8, 0))


def _owner_gone(arc: Arc) -> None:
    arc.does(arc.ago(330), Kind.CONTENT_DOWNLOADED, content.GUIDES[3])
    arc.returns(6, 5, 4)
    arc.views(content.PRICING, arc.w(4, 16, 10))


def _rep_is_on_it(arc: Arc) -> None:
    arc.clicks(arc.ago(290, 12), "/case-studies/steel")
    arc.does(arc.w(6, 13, 0), Kind.MEETING_HELD, "Visit at the fair")
    arc.returns(6, 5, 4)
    arc.views(content.PRICING, arc.w(4, 17, 0))


def _apple_only(arc: Arc) -> None:
    arc.apple = True
    arc.does(arc.ago(520), Kind.WEBINAR_ATTENDED, content.WEBINARS[1])


MANUFACTURING: Final = "Manufacturing"

PARTS: Final = (
    Part("champion", "Ingrid Halvorsen", "Head of Maintenance", "Nordhav Steel", MANUFACTURING,
         1_400, "Norway", "U01", 900,
         "A former champion, quiet for eight months, is shopping again.", _champion),
    Part("machines", "Viktor Lindqvist", "Plant Manager", "Skarpa Paper", MANUFACTURING,
         620, "Sweden", "U01", 700,
         "Two visits of his own; every click in his mail is a link scanner's.", _machines),
    Part("open_sale", "Marta Kowalczyk", "Maintenance Manager", "Wislana Pumps", MANUFACTURING,
         340, "Poland", "U04", 640,
         "Returns while an opportunity is open, so somebody is on it.", _open_sale),
    Part("opted_out", "Tomas Novak", "Reliability Engineer", "Moravia Castings", MANUFACTURING,
         410, "Austria", "U05", 690,
         "Returns, but asked not to be mailed and not to be called.", _opted_out),
    Part("raises_hand", "Priya Raman", "Operations Manager", "Thornbury Foods",
         "Food and beverage", 800, "United Kingdom", "U02", 500,
         "Was never quiet, and asks to be contacted.", _raises_hand),
    Part("newcomer", "Jonas Weber", "Maintenance Manager", "Rheinfeld Chemicals", "Chemicals",
         950, "Germany", "U04", 12,
         "A new name and very busy: new, so not a returning one.", _newcomer),
    Part("comes_back", "Helen Osei", "VP Operations", "Ashford Mining", "Mining",
         2_100, "United Kingdom", "U02", 610,
         "Put back by her rep two months ago, and here again.", _comes_back_after_recycling),
    Part("recycled_now", "Luca Moretti", "Plant Manager", "Brenta Coatings", "Chemicals",
         280, "Italy", "U03", 560,
         "Returns, is called, and is put back by the rep.", _recycled_now),
    Part("converts", "Elena Fischer", "Head of Maintenance", "Donau Energy", "Energy",
         1_250, "Austria", "U05", 600,
         "Returns, and a week later an opportunity is opened.", _converts),
    Part("competitor", "Dana Whitfield", "Product Manager", "Rivalis Monitoring", "Competitor",
         150, "United States", "U07", 580,
         "Reads everything, because she works for a competitor.", _competitor),
    Part("student", "Mika Salonen", "Student", "Lakeside University", "Education",
         5_000, "Sweden", "U01", 450,
         "Is writing a thesis.", _student),
    Part("late_upload", "Amara Diallo", "Reliability Engineer", "Harlan Rail", "Transport",
         1_700, "United States", "U06", 520,
         "Her webinar attendance is uploaded three days late.", _late_upload),
    Part("owner_gone", "Felix Brandt", "Maintenance Manager", "Tessin Brewing",
         "Food and beverage", 390, "Germany", "U08", 580,
         "Returns to a rep who has left the company.", _owner_gone),
    Part("rep_is_on_it", "Rosa Delgado", "Operations Manager", "Mesa Packaging", MANUFACTURING,
         730, "United States", "U07", 530,
         "Returns after a visit of her rep, who is on it already.", _rep_is_on_it),
    Part("apple_only", "Sofia Marchetti", "Buyer", "Lario Hydro", "Energy",
         300, "Italy", "U03", 600,
         "Opens everything, says her phone: nobody can know.", _apple_only),
)  # fmt: skip


def play(until: int, mailings: list[Mailing]) -> list[Arc]:
    """Every arc, written out."""
    return [_arc(number, part, until, mailings) for number, part in enumerate(PARTS, start=1)]


def _arc(number: int, part: Part, until: int, mailings: list[Mailing]) -> Arc:
    domain = f"{part.company.replace(' ', '').lower()}.example"
    known = until - until % DAY - part.known_days * DAY
    account = Account(
        id=f"A9{number:03d}",
        name=part.company,
        domain=domain,
        industry=part.industry,
        employees=part.employees,
        country=part.country,
        owner=part.owner,
        created_at=known - 100 * DAY,
        scans_links=part.key == "machines",
    )
    arc = Arc(
        key=part.key,
        until=until,
        mailings=mailings,
        account=account,
        record=_record(number, part, account, known),
        promise=part.promise,
    )
    part.play(arc)
    return arc


def _record(number: int, part: Part, account: Account, known: int) -> PersonRecord:
    first, last = part.name.split()
    return PersonRecord(
        id=f"C9{number:04d}",
        type="Contact",
        name=part.name,
        email=f"{first}.{last}@{account.domain}".lower(),
        title=part.title,
        country=part.country,
        phone=f"+00 555 9{number:05d}",
        account=account.id,
        owner=part.owner,
        created_at=known,
        status="Open",
    )


def _twin(record: PersonRecord, email: str, created_at: int) -> PersonRecord:
    """The Lead a webinar platform made of a Contact that was there already."""
    return PersonRecord(
        id=f"L{record.id[1:]}T",
        type="Lead",
        name=record.name,
        email=email,
        title=record.title,
        country=record.country,
        phone="",
        account=None,
        owner=record.owner,
        created_at=created_at,
        status="New",
    )
