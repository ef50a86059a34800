"""From the tables of topics and next steps to values, with what they must be like together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from connector.config.brief_tables import NextStepTable, TopicTable
from connector.config.rule_checks import Sound
from connector.config.rulebook import NextStep, Topic
from connector.problems import Problem, did_you_mean


def topics_of(tables: Sequence[Sound[TopicTable]]) -> tuple[Topic, ...]:
    """The topics that are switched on."""
    return tuple(
        Topic(
            id=one.table.id,
            titles=dict(one.table.title),
            kinds=frozenset(one.table.kind),
            assets=tuple(one.table.asset),
            phase=one.table.phase.value if one.table.phase else "",
        )
        for one in tables
        if one.table.active
    )


def next_steps_of(tables: Sequence[Sound[NextStepTable]]) -> tuple[NextStep, ...]:
    """The next steps that are switched on, in the order in which they are asked."""
    return tuple(
        NextStep(
            id=one.table.id,
            personas=frozenset(one.table.persona),
            phases=frozenset(phase.value for phase in one.table.phase),
            reason=one.table.reason or "",
            texts=dict(one.table.text),
        )
        for one in tables
        if one.table.active
    )


def check_topics(tables: Sequence[Sound[TopicTable]]) -> Iterator[Problem]:
    """A topic that everything teaches tells nothing."""
    for one in tables:
        if one.knows("kind", "asset") and not one.table.kind and not one.table.asset:
            message = f"{one.entry.name} names no asset and no kind: everything would be about it."
            yield one.problem(("id",), message, 'Add for example asset = "*pricing*".')


def check_next_steps(
    tables: Sequence[Sound[NextStepTable]], personas: Collection[str]
) -> Iterator[Problem]:
    """Personas exist; no step stands behind one that takes everybody it is for."""
    earlier: list[Sound[NextStepTable]] = []
    for one in tables:
        if one.knows("persona"):
            for index, name in enumerate(one.table.persona):
                if name not in personas:
                    advice = did_you_mean(name, personas)
                    yield one.problem(("persona", index), f'There is no persona "{name}".', advice)
        if not one.table.active or one.bad:
            continue
        before = next((each for each in earlier if _takes_all(each.table, one.table)), None)
        if before is not None:
            message = f"{one.entry.name} is never told: {before.entry.name} takes all it is for."
            yield one.problem(("id",), message, "Put the narrower one first, or take one out.")
        earlier.append(one)


def _takes_all(wide: NextStepTable, narrow: NextStepTable) -> bool:
    return all(
        not own or (bool(other) and set(other) <= set(own))
        for own, other in (
            (wide.persona, narrow.persona),
            ([each.value for each in wide.phase], [each.value for each in narrow.phase]),
            ([wide.reason] if wide.reason else [], [narrow.reason] if narrow.reason else []),
        )
    )
