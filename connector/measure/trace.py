"""From a figure back to the rows behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from connector.errors import AskOperator
from connector.measure.metric import Figure, Metric, Row
from connector.problems import nearest
from connector.store import Store
from connector.store.persons import load_person


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedRow:
    """One row behind a figure."""

    person: str
    """The record that stands for them, which `leadmode explain` takes; for a figure about companies
    that of the company."""
    name: str
    rule: str
    episode_at: int | None
    """The anchor of the episode, UTC ms."""
    at: int
    """UTC ms."""
    revision: str
    """The rule revision that recorded it."""
    counts: bool
    """Whether it belongs to the part that a share is of."""
    value: float
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A figure with everything behind it."""

    figure: Figure
    rows: tuple[TracedRow, ...]


class Traces:
    """The figures of a report by their names, with who is behind them."""

    def __init__(self, store: Store, authority: str, metrics: Iterable[Metric]) -> None:
        self._store, self._authority = store, authority
        self._metrics = {metric.figure.name: metric for metric in metrics}
        self._who: dict[int, tuple[str, str]] = {}

    def of(self, name: str) -> Trace:
        """The rows behind the figure of this name. Raises AskOperator when there is none."""
        wanted = " ".join(name.split())
        found = self._metrics.get(wanted) or self._whatever_case(wanted)
        if found is None:
            near = nearest(wanted, sorted(self._metrics))
            advice = f'Did you mean "{near}"? ' if near else ""
            raise AskOperator(
                f'There is no figure "{wanted}" among the {len(self._metrics):,} here. {advice}'
                "--json lists the names; a period given with --since must be given here too."
            )
        return Trace(figure=found.figure, rows=tuple(map(self._traced, found.rows)))

    def _whatever_case(self, wanted: str) -> Metric | None:
        folded = wanted.casefold()
        return next((m for n, m in self._metrics.items() if n.casefold() == folded), None)

    def _traced(self, row: Row) -> TracedRow:
        if row.person not in self._who and not row.about[0]:
            self._who[row.person] = self._called(row.person)
        ref, name = row.about if row.about[0] else self._who[row.person]
        return TracedRow(
            person=ref,
            name=name,
            rule=row.rule,
            episode_at=row.burst,
            at=row.at,
            revision=row.revision,
            counts=row.counts,
            value=row.value,
            what=row.what,
        )

    def _called(self, number: int) -> tuple[str, str]:
        person = load_person(self._store.connection, number, self._authority)
        main = person.record_in(self._authority) or next(iter(person.records), None)
        if main is None:
            return f"#{number}", ""
        return str(main.ref), str(main.fields.get("name") or "")
