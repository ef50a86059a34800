"""What of the brief a test can touch: topics, next steps, and the note."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from connector.config.rulebook import Rulebook, Topic
from connector.model import Kind, WriteKind
from connector.plan.brief.known import teaches
from connector.ruletest.branch import Branch, Test, Told


def brief_branches(rulebook: Rulebook) -> Iterator[Branch]:
    """Every branch of the brief, in the order of docs/rules.md."""
    for topic in rulebook.topics:
        for way, met in _of_topic(topic):
            yield Branch(part="topic", name=topic.id, way=way, is_met=met)
    for step in rulebook.next_steps:
        met = _suggests(step.id)
        yield Branch(part="next_step", name=step.id, way="is suggested", is_met=met)
    if rulebook.hand_off.note:
        yield Branch(part="hand_off", name="note", way="is written", is_met=_writes_note)


def _of_topic(topic: Topic) -> Iterator[tuple[str, Test]]:
    def knows(topics: frozenset[str]) -> bool:
        return topic.id in topics

    yield "is known already", _briefed(knows)
    yield "is missing", _briefed(lambda topics: not knows(topics))
    if len(topic.assets) > 1:
        for pattern in topic.assets:
            yield f'asset "{pattern}"', _taught(replace(topic, assets=(pattern,)))
    if len(topic.kinds) > 1:
        for kind in sorted(topic.kinds, key=list(Kind).index):
            yield f"kind {kind.value}", _taught(replace(topic, kinds=frozenset({kind})))


def _briefed(is_so: Callable[[frozenset[str]], bool]) -> Test:
    return lambda told: any(
        alert.alerted.brief is not None and is_so(alert.alerted.brief.topics)
        for alert in told.played.alerts
    )


def _taught(topic: Topic) -> Test:
    return lambda told: any(teaches(topic, each) for each in told.played.read)


def _suggests(step: str) -> Test:
    return lambda told: any(
        alert.alerted.brief is not None and alert.alerted.brief.step == step
        for alert in told.played.alerts
    )


def _writes_note(told: Told) -> bool:
    return any(
        write.kind is WriteKind.ADD_NOTE
        for alert in told.played.alerts
        for write in alert.alerted.writes
    )
