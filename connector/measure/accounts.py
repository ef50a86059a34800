"""Companies: where each stands, whom their buying groups lack, and what became of surges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from connector.assess import AccountDesk, Setting
from connector.config.rulebook import Rulebook
from connector.measure.known import Company, CompanySurge, Known
from connector.measure.metric import How, Maker, Metric, Row
from connector.measure.slices import parts
from connector.plan.account import Quadrant
from connector.store import Store

CAVEAT = (
    "Companies with people, as they are at the end of the period: propensity to buy against "
    "engagement, the furthest phase, and the personas of [account] group that nobody engaged is. "
    "Surges are those that began in the period. Empty without [account] in the rules."
)


def companies(store: Store, rulebook: Rulebook, authority: str, until: int) -> list[Company]:
    """Every company that the rules look at, as of `until` (UTC ms)."""
    if rulebook.account is None:
        return []
    setting = Setting(
        instance="", rulebook=rulebook, authority=authority, zone=ZoneInfo("UTC"), dry_run=True
    )
    desk, found = AccountDesk(store, setting), []
    for number in store.accounts.every(authority):
        group = desk.group(number, until)
        if group is None:
            continue
        surges = [each for each in store.accounts.of(number) if each.decided_at <= until]
        found.append(
            Company(
                ref=str(group.account.ref),
                name=group.name,
                person=min((m.person.id for m in group.members), default=0),
                quadrant=group.quadrant.value,
                phase=group.phase,
                engagement=group.engagement,
                propensity=group.propensity,
                engaged=len(group.members),
                asked=group.rule.group,
                missing=group.missing,
                surges=tuple(
                    CompanySurge(
                        at=each.anchor,
                        revision=each.revision,
                        hold=each.hold.value if each.hold else "",
                        runs=each.ended_at is None or each.ended_at > until,
                    )
                    for each in surges
                    if not each.superseded
                ),
            )
        )
    return found


def accounts(known: Known, maker: Maker) -> Iterator[Metric]:
    """Quadrants, phases, missing personas, surges."""
    every = known.companies
    yield from _stand(known, maker, {}, every)
    for quadrant in Quadrant:
        some = [each for each in every if each.quadrant == quadrant]
        if some:
            yield from _stand(known, maker, {"quadrant": quadrant.value}, some)
    for phase, some in parts(every, lambda each: each.phase or "none"):
        rows = [_row(known, each) for each in some]
        yield maker.make("accounts.companies", "companies", rows, where={"phase": phase})
    moving = [each for each in every if each.engaged]
    for persona in moving[0].asked if moving else ():
        rows = [_row(known, each, counts=persona in each.missing) for each in moving]
        where = {"persona": persona}
        yield maker.make("accounts.lacking", "lack it", [r for r in rows if r.counts], where=where)
        yield maker.make(
            "accounts.lacking_rate", "share of those engaged", rows, how=How.SHARE, where=where
        )
    yield from _surges(known, maker)


def _stand(
    known: Known, maker: Maker, where: dict[str, str], some: Sequence[Company]
) -> Iterator[Metric]:
    rows = [_row(known, each) for each in some]
    yield maker.make("accounts.companies", "companies", rows, where=where)
    engaged = [row for row, each in zip(rows, some, strict=True) if each.engaged]
    yield maker.make("accounts.engaged", "with engaged people", engaged, where=where)
    surging = [
        row for row, each in zip(rows, some, strict=True) if any(s.runs for s in each.surges)
    ]
    yield maker.make("accounts.surging", "surging", surging, where=where)


def _surges(known: Known, maker: Maker) -> Iterator[Metric]:
    began = [(c, s) for c in known.companies for s in c.surges if known.within(s.at)]
    rows = [(_row(known, company, surge), surge) for company, surge in began]
    yield maker.make("accounts.surges", "surges", [row for row, _ in rows])
    yield maker.make("accounts.tasks", "one task each", [row for row, s in rows if not s.hold])
    for reason, some in parts([pair for pair in rows if pair[1].hold], lambda pair: pair[1].hold):
        where = {"reason": reason}
        yield maker.make("accounts.held", "held", [row for row, _ in some], where=where)


def _row(
    known: Known, company: Company, surge: CompanySurge | None = None, *, counts: bool = True
) -> Row:
    what = (
        f"{company.quadrant}: engagement {company.engagement:.0f}, propensity "
        f"{company.propensity:.0f}, {company.engaged} engaged"
    )
    if company.missing and company.engaged:
        what += f", no {', no '.join(company.missing)}"
    if surge is not None:
        what = f"surge, held: {surge.hold}" if surge.hold else "surge, one task"
    return Row(
        company.person,
        known.until_at if surge is None else surge.at,
        rule="account",
        burst=surge.at if surge else None,
        revision=surge.revision if surge else "",
        counts=counts,
        what=what,
        about=(company.ref, company.name),
    )
