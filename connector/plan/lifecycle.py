"""Fields of the person's record that are set when an episode begins or ends."""

from __future__ import annotations

from typing import Final

from connector.config.rulebook import FieldChange, Lifecycle, first_per_field
from connector.engine.result import Change
from connector.model import Decision, Episode, Hold, RecordRef, Write, WriteKind
from connector.plan import text, words
from connector.plan.hand_off import placeholders
from connector.plan.key import write_key
from connector.plan.occasion import Occasion

_NOT_BEGUN: Final = frozenset({Hold.BASELINE, Hold.OVER, Hold.SAME_BURST, Hold.EXCLUDED})
_NOT_ENDED: Final = frozenset({Hold.BASELINE, Hold.EXCLUDED})


def begins_quietly(decision: Decision) -> bool:
    """Whether nothing is set for the beginning that was decided about.

    What was so from the start, was over when it was found, was only moved by late data, or is
    somebody who is excluded. What else held the hand-off back says nothing about lead mode.
    """
    return decision.hold in _NOT_BEGUN


def ends_quietly(episode: Episode, entry: Decision | None, baseline_before: int | None) -> bool:
    """Whether nothing is set for the end of an episode, whose entry was decided like this."""
    if episode.superseded or episode.left_at is None:
        return True
    if entry is not None and entry.hold in _NOT_ENDED:
        return True
    return baseline_before is not None and episode.left_at <= baseline_before


def lifecycle_writes(occasion: Occasion, episode: Episode) -> dict[str, Write]:
    """What is set for a transition of an episode: a write per [[lifecycle]], by its id.

    A field that several set gets what the first says. The keys hang on the burst alone: each
    [[lifecycle]] is written once for the beginning of an episode, and once for its end.
    """
    transition, rule = occasion.transition, occasion.mode.rule.id
    at_end = transition.change is Change.LEFT
    values: dict[str, str] | None = None
    taken: set[str] = set()
    writes: dict[str, Write] = {}
    for one in occasion.rulebook.lifecycles:
        if not one.is_about(rule, transition.reason.value, at_end=at_end):
            continue
        fields = first_per_field(one.fields, occasion.target.instance)
        fields = tuple(each for each in fields if each.field not in taken)
        taken.update(each.field for each in fields)
        if fields:
            values = values or _values(occasion, episode)
            writes[one.id] = _write(occasion, one, fields, values)
    return writes


def lifecycle_key(
    lifecycle: Lifecycle, *, instance: str, rule: str, epoch: int, target: RecordRef, burst: int
) -> str:
    """The key of the write of one [[lifecycle]] for an episode."""
    side = "left" if lifecycle.at_end else "entered"
    return write_key(
        instance=instance,
        rule=rule,
        epoch=epoch,
        target=target,
        anchor=(burst,),
        action=f"lifecycle-{side}:{lifecycle.id}",
    )


def _write(
    occasion: Occasion,
    lifecycle: Lifecycle,
    fields: tuple[FieldChange, ...],
    values: dict[str, str],
) -> Write:
    key = lifecycle_key(
        lifecycle,
        instance=occasion.instance,
        rule=occasion.mode.rule.id,
        epoch=occasion.mode.epoch,
        target=occasion.target,
        burst=occasion.transition.burst,
    )
    return Write(
        key=key,
        kind=WriteKind.SET_FIELDS,
        target=occasion.target,
        fields={each.field: text.subject(each.value, values) for each in fields},
        expected={each.field: each.expected for each in fields if each.expected is not None},
    )


def _values(occasion: Occasion, episode: Episode) -> dict[str, str]:
    left = episode.left_at if occasion.transition.change is Change.LEFT else None
    return placeholders(occasion) | {
        "entered_on": words.day(episode.entered_at, occasion.zone),
        "burst_days": words.span(episode.entered_at - episode.burst),
        "left_on": "" if left is None else words.date(left, occasion.zone),
    }
