"""Decisions, ends and what a person could do next, in words."""

from __future__ import annotations

from typing import Final

from connector.engine.result import Change, Reason
from connector.model import Decision, Hold, Kind, OutboxState, Verdict
from connector.plan.decide import UNNAMED, UNSURE

_HELD: Final = {
    Hold.BASELINE: "it was so before leadmode, or this rule, started to look",
    Hold.OVER: "it was over when it was found",
    Hold.SAME_BURST: "handed off already; late data moved its beginning",
    Hold.EXCLUDED: "somebody the rules never hand off",
    Hold.CONSENT: "may not be contacted on any channel",
    Hold.OPEN_OPPORTUNITY: "an opportunity is open",
    Hold.WORKED: "a rep spoke with them a short time ago",
    Hold.PUT_AWAY: "sales put them away, and only a raised hand brings them back",
    Hold.COOLDOWN: "the last hand-off is too recent",
    Hold.SILENCE: "hand-offs are silenced at that time",
    Hold.NO_RECORD: "no record in the CRM that gets the tasks",
    Hold.NO_OWNER: "nobody who works there owns the company",
    Hold.JOINED: "the task about their company tells of them",
    Hold.HOLDOUT: "held out, to see what handing off brings",
    Hold.CAPACITY: "no free place was left for it",
    Hold.MACHINE_ONLY: "only the clicks of machines spoke for it",
    Hold.DRY_RUN: "dry run: leadmode is not armed",
}
_ADDS: Final = frozenset(
    {
        *(Hold.EXCLUDED, Hold.OPEN_OPPORTUNITY, Hold.SILENCE, Hold.NO_RECORD, Hold.CAPACITY),
        Hold.JOINED,
    }
)
"""Where the detail says something that the reason does not."""

_LEFT: Final = {
    Reason.DECAYED: "interest faded",
    Reason.IDLE: "went quiet",
    Reason.CONVERTED: "an opportunity was opened",
    Reason.REJECTED: "rejected by sales",
    Reason.RECYCLED: "recycled by sales",
    Reason.DISQUALIFIED: "disqualified by sales",
    Reason.INELIGIBLE: "not somebody the rule is for any more",
}
_ON_ITS_WAY: Final = {
    OutboxState.PENDING: "waits to be sent",
    OutboxState.INFLIGHT: "is being sent",
    OutboxState.DONE: "written",
    OutboxState.RETRY: "could not be sent yet",
    OutboxState.UNKNOWN: "sent, no answer yet",
    OutboxState.HELD: "waits for you: leadmode outbox release",
    OutboxState.DEAD: "refused by the CRM",
    OutboxState.CANCELLED: "cancelled",
    OutboxState.EXPIRED: "too late, given up",
    OutboxState.UNDONE: "undone",
}
_TASK: Final = {
    OutboxState.PENDING: "task waits to be sent",
    OutboxState.INFLIGHT: "task is being sent",
    OutboxState.DONE: "task written",
    OutboxState.RETRY: "task not sent yet",
    OutboxState.UNKNOWN: "task sent, no answer",
    OutboxState.HELD: "task held",
    OutboxState.DEAD: "task refused",
    OutboxState.CANCELLED: "task cancelled",
    OutboxState.EXPIRED: "task expired",
    OutboxState.UNDONE: "task undone",
}
_STOPPED: Final = {
    OutboxState.HELD: "held until you say `leadmode outbox release`",
    OutboxState.DEAD: "refused by the CRM; `leadmode outbox retry` sends it again",
    OutboxState.CANCELLED: "given up",
    OutboxState.EXPIRED: "given up, because it was too late to be of use",
    OutboxState.UNDONE: "undone by `leadmode undo`",
}
_COULD: Final = {
    Kind.EMAIL_SENT: "is sent a mail",
    Kind.EMAIL_OPENED: "opens a mail",
    Kind.EMAIL_CLICKED: "clicks in a mail",
    Kind.EMAIL_REPLIED: "replies to a mail",
    Kind.FORM_SUBMITTED: "fills in a form",
    Kind.PAGE_VIEWED: "looks at a page",
    Kind.CONTENT_DOWNLOADED: "downloads something",
    Kind.WEBINAR_REGISTERED: "registers for a webinar",
    Kind.WEBINAR_ATTENDED: "attends a webinar",
    Kind.EVENT_ATTENDED: "comes to an event",
    Kind.MEETING_BOOKED: "books a meeting",
    Kind.MEETING_HELD: "meets with us",
    Kind.CALL_HELD: "speaks with us by phone",
    Kind.AD_CLICKED: "clicks an advertisement",
    Kind.SOCIAL_ENGAGED: "engages on social media",
    Kind.PRODUCT_USED: "uses the product",
    Kind.LIST_JOINED: "joins a list",
    Kind.UNSUBSCRIBED: "unsubscribes",
    Kind.BOUNCED: "cannot be reached by mail",
    Kind.PURCHASE_MADE: "buys something",
    Kind.COUPON_REDEEMED: "redeems a coupon",
}
_THING: Final = {
    Kind.EMAIL_SENT: "mail sent",
    Kind.EMAIL_OPENED: "mail opened",
    Kind.EMAIL_CLICKED: "click in a mail",
    Kind.EMAIL_REPLIED: "reply",
    Kind.FORM_SUBMITTED: "form",
    Kind.PAGE_VIEWED: "page",
    Kind.CONTENT_DOWNLOADED: "download",
    Kind.WEBINAR_REGISTERED: "webinar registered for",
    Kind.WEBINAR_ATTENDED: "webinar attended",
    Kind.EVENT_ATTENDED: "event",
    Kind.MEETING_BOOKED: "meeting booked",
    Kind.MEETING_HELD: "meeting with us",
    Kind.CALL_HELD: "call with us",
    Kind.AD_CLICKED: "advertisement clicked",
    Kind.SOCIAL_ENGAGED: "social engagement",
    Kind.PRODUCT_USED: "use of the product",
    Kind.LIST_JOINED: "list joined",
    Kind.UNSUBSCRIBED: "unsubscribed",
    Kind.BOUNCED: "mail that bounced",
    Kind.PURCHASE_MADE: "purchase",
    Kind.COUPON_REDEEMED: "coupon redeemed",
}
WAITS: Final = "waits for a free place"
"""What becomes of an alert that is neither handed off nor held yet."""
_BRIEFLY: Final = {
    Hold.BASELINE: "known before",
    Hold.OVER: "over when found",
    Hold.SAME_BURST: "handed off before",
    Hold.EXCLUDED: "excluded",
    Hold.CONSENT: "no consent",
    Hold.OPEN_OPPORTUNITY: "open opportunity",
    Hold.WORKED: "a rep is on it",
    Hold.PUT_AWAY: "put away",
    Hold.COOLDOWN: "cool-down",
    Hold.SILENCE: "silence",
    Hold.NO_RECORD: "no CRM record",
    Hold.NO_OWNER: "no owner",
    Hold.JOINED: "in their company's task",
    Hold.HOLDOUT: "held out",
    Hold.CAPACITY: "no free place",
    Hold.MACHINE_ONLY: "machine clicks",
    Hold.DRY_RUN: "dry run",
}


def hold(decision: Decision) -> str:
    """Why a hand-off was not made, or not yet; empty for one that was."""
    if decision.verdict is Verdict.WAITING:
        return WAITS
    return "" if decision.hold is None else held_by(decision.hold, decision.detail)


def held_by(reason: Hold, detail: str) -> str:
    """A reason to hold with its detail, where that says more."""
    if reason is Hold.MACHINE_ONLY and detail == UNSURE:
        return "nothing that spoke for it was surely a human's"
    adds = reason in _ADDS and detail not in ("", UNNAMED)
    return f"{_HELD[reason]} ({detail})" if adds else _HELD[reason]


def hold_reason(reason: Hold) -> str:
    """A reason to hold, in general."""
    return _HELD[reason]


def verdict(decision: Decision) -> str:
    """What was decided about an alert."""
    if decision.verdict is Verdict.HANDED_OFF:
        return "handed off"
    if decision.verdict is Verdict.WAITING:
        return WAITS
    return f"held: {hold(decision)}"


def hold_briefly(reason: Hold) -> str:
    """A reason to hold, in few words."""
    return _BRIEFLY[reason]


def briefly(decision: Decision) -> str:
    """What was decided about an alert, in few words."""
    if decision.hold is None:
        return verdict(decision)
    named = decision.hold is Hold.EXCLUDED and decision.detail not in ("", UNNAMED)
    return f"held: {hold_briefly(decision.hold)}" + (f", {decision.detail}" if named else "")


def task(state: OutboxState) -> str:
    """Where the task of a hand-off is, in few words."""
    return _TASK[state]


def stopped(state: OutboxState) -> str:
    """Why a write does not go by itself: states in which a person decides, or has decided."""
    return _STOPPED[state]


def left(reason: str | None) -> str:
    """Why an episode ended; `Reason` of a recorded one."""
    return _LEFT.get(Reason(reason), reason) if reason else ""


def entered(reason: str) -> str:
    """Why an episode began; `Reason` of a recorded one."""
    return "asked to be contacted" if reason == Reason.HAND_RAISE else "is shopping again"


def change(name: str) -> str:
    """A change of state as a headline."""
    return {
        Change.ENTERED.value: "entered lead mode",
        Change.RAISED.value: "asked to be contacted",
        Change.LEFT.value: "left lead mode",
    }.get(name, "would have entered lead mode")


def write_state(state: OutboxState) -> str:
    """Where a write is on its way."""
    return _ON_ITS_WAY[state]


def could(kind: Kind, pattern: str = "") -> str:
    """What a person might do, for example 'looks at a page like "*pricing*"'."""
    return _COULD[kind] + (f' like "{pattern}"' if pattern else "")


def thing(kind: Kind) -> str:
    """One engagement of a kind as a noun, to be counted."""
    return _THING[kind]


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 mailing", "2,000 mailings"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def points(value: float) -> str:
    """Points as people read them: at most one decimal, none where it says nothing."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")
