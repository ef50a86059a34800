"""Places of a week that others have got by a moment of a test."""

from __future__ import annotations

from connector.model import Decision, Engagement, Kind, Verdict
from connector.ruletest.case import Case
from connector.ruletest.tables import TakenTable
from connector.store import Store


class OthersOfTest:
    """Hand-offs to others, each in its turn."""

    def __init__(self, store: Store, case: Case, authority: str) -> None:
        self._store, self._case, self._authority = store, case, authority
        self.coming: list[TakenTable] = sorted(case.table.taken, key=lambda each: each.at)

    def take(self, now: int) -> None:
        """Places that others have got by `now` (UTC ms)."""
        while self.coming and self.coming[0].at <= now:
            taken = self.coming.pop(0)
            other = Engagement(
                instance=self._authority,
                id="taken",
                at=taken.at,
                kind=Kind.EMAIL_SENT,
                email="somebody@else.example",
            )
            somebody = self._store.people.who(other)
            assert somebody is not None  # noqa: S101 - the address is one
            for number in range(taken.hand_offs):
                decision = Decision(
                    rule=f"taken-{len(self.coming)}",
                    burst=number,
                    at=taken.at,
                    change="entered",
                    verdict=Verdict.HANDED_OFF,
                )
                self._store.episodes.decide(
                    somebody,
                    decision,
                    revision="",
                    now=taken.at,
                    receiver=taken.owner or self._case.person.owner or "",
                )
