"""Adapters that write, or make fields, with one fault each."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from adapters.memory.adapter import MemoryAdapter
from connector.errors import Conflict, FateUnknown, Rejected, TryAgain
from connector.model import Outcome, Scalar, Settled, Write, WriteKind
from tests.adapters.planted import caught_by


@caught_by("test_08")
class MakesADuplicateOfARepeat(MemoryAdapter):
    def write(self, writes):
        for write in writes:
            self._connection._platform.keys.pop(write.key, None)
        renamed = [replace(w, key=w.key) for w in writes]
        return super().write(renamed)


@caught_by("test_08_a_company")
class KnowsNoCompanies(MemoryAdapter):
    def write(self, writes):
        return [
            Outcome(key=write.key, settled=Settled.REJECTED, reason="no person")
            if write.target.object_type == "Account"
            else super(KnowsNoCompanies, self).write([write])[0]
            for write in writes
        ]


@caught_by("test_08")
class SaysAppliedToARepeat(MemoryAdapter):
    def write(self, writes):
        return [
            replace(outcome, settled=Settled.APPLIED)
            if outcome.settled is Settled.ALREADY_APPLIED
            else outcome
            for outcome in super().write(writes)
        ]


@caught_by("test_08")
class GivesNoProof(MemoryAdapter):
    def write(self, writes):
        return [replace(outcome, remote_id=None) for outcome in super().write(writes)]


@caught_by("test_09")
class RemembersKeysOnlyAfterTheAnswer(MemoryAdapter):
    """Good as long as every answer arrives: then the key is known to the next process as well."""

    answered: ClassVar[set[tuple[str, str]]] = set()

    def write(self, writes):
        for write in writes:
            if (self._settings.name, write.key) not in self.answered:
                self._connection._platform.keys.pop(write.key, None)
        outcomes = super().write(writes)
        self.answered.update((self._settings.name, write.key) for write in writes)
        return outcomes


@caught_by("test_09")
class SaysNothingWasAppliedWhenNobodyKnows(MemoryAdapter):
    def write(self, writes):
        try:
            return super().write(writes)
        except FateUnknown as error:
            raise TryAgain(str(error)) from error


@caught_by("test_10_one_bad")
class GivesUpABatchForOneBadWrite(MemoryAdapter):
    def write(self, writes):
        outcomes = super().write(writes)
        for outcome in outcomes:
            if outcome.settled is Settled.REJECTED:
                raise Rejected(outcome.reason)
        return outcomes


@caught_by("test_10_one_bad")
class StopsAtABadWrite(MemoryAdapter):
    def write(self, writes):
        outcomes: list[Outcome] = []
        for write in writes:
            bad = outcomes and outcomes[-1].settled in {Settled.REJECTED, Settled.RETRY}
            [outcome] = super().write([write]) if not bad else [outcomes[-1]]
            outcomes.append(replace(outcome, key=write.key))
        return outcomes


@caught_by("test_10_one_bad")
class MixesUpTheOrder(MemoryAdapter):
    def write(self, writes):
        return list(reversed(super().write(writes)))


@caught_by("test_10_one_bad")
class LeavesOutABadOne(MemoryAdapter):
    def write(self, writes):
        return [o for o in super().write(writes) if o.settled is not Settled.REJECTED]


@caught_by("test_10_one_bad")
class GivesNoReason(MemoryAdapter):
    def write(self, writes):
        return [replace(outcome, reason="") for outcome in super().write(writes)]


@caught_by("test_10_a_record")
class TriesARecordThatIsGoneForEver(MemoryAdapter):
    def write(self, writes):
        return [
            replace(o, settled=Settled.RETRY) if o.settled is Settled.CANCELLED else o
            for o in super().write(writes)
        ]


def _with_fields(writes: Sequence[Write], **more: Any) -> list[Write]:
    return [
        replace(write, fields={**write.fields, **more})
        if write.kind is WriteKind.SET_FIELDS
        else write
        for write in writes
    ]


@caught_by("test_11_only")
class TouchesAForeignField(MemoryAdapter):
    def write(self, writes):
        return super().write(_with_fields(writes, title="touched by leadmode"))


@caught_by("test_11_only")
class ChangesTheStatusWithATask(MemoryAdapter):
    def write(self, writes):
        outcomes = super().write(writes)
        for write in writes:
            if write.kind is WriteKind.CREATE_TASK:
                self._connection._platform.edit(write.target, status="Working")
        return outcomes


@caught_by("test_11_what")
class UndoesWhatAPersonDid(MemoryAdapter):
    def write(self, writes):
        return super().write([replace(write, expected={}) for write in writes])


class _Mangles(MemoryAdapter):
    """Sends every text through `mangled`."""

    def mangled(self, text: str) -> str:
        raise NotImplementedError

    def write(self, writes):
        change = self.mangled
        return super().write(
            [
                replace(
                    write,
                    fields={
                        name: change(value) if isinstance(value, str) else value
                        for name, value in write.fields.items()
                    },
                )
                for write in writes
            ]
        )


@caught_by("test_12_text")
class EscapesMarkup(_Mangles):
    def mangled(self, text):
        return html.escape(text)


@caught_by("test_12_text")
class KeepsOnlyAscii(_Mangles):
    def mangled(self, text):
        return text.encode("ascii", "replace").decode()


@caught_by("test_12_text")
class StripsTexts(_Mangles):
    def mangled(self, text):
        return text.strip()


@caught_by("test_12_text")
class DefusesFormulasInSecret(_Mangles):
    def mangled(self, text):
        return f"'{text}" if text[:1] in "=+-@" else text


@caught_by("test_12_text")
class CutsShorterThanItSays(_Mangles):
    def mangled(self, text):
        return text[:200]


@caught_by("test_12_any")
class NormalisesLetters(_Mangles):
    def mangled(self, text):
        return text.casefold()


@caught_by("test_13")
class DoesNotDescribeWhatItMade(MemoryAdapter):
    def describe(self, object_type):
        return [info for info in super().describe(object_type) if not info.name.startswith("lm_")]


@caught_by("test_13")
class LosesTheChoices(MemoryAdapter):
    def create_field(self, spec):
        super().create_field(replace(spec, choices=()))


@caught_by("test_14")
class RefusesToMakeAFieldAgain(MemoryAdapter):
    def create_field(self, spec):
        if spec.name in {info.name for info in self.describe(spec.object_type)}:
            raise Conflict(f"{spec.name} is there")
        super().create_field(spec)


@caught_by("test_14")
class MakesAFieldTwice(MemoryAdapter):
    def create_field(self, spec):
        while spec.name in {info.name for info in self.describe(spec.object_type)}:
            spec = replace(spec, name=f"{spec.name}_2")
        super().create_field(spec)


@caught_by("test_15")
class AltersAField(MemoryAdapter):
    def create_field(self, spec):
        self._connection._platform.fields[spec.object_type].pop(spec.name, None)
        super().create_field(spec)


@caught_by("test_15")
class OverlooksAnotherType(MemoryAdapter):
    def create_field(self, spec):
        try:
            super().create_field(spec)
        except Conflict:
            return


@caught_by("test_26")
class ForgetsWhoHasATask(MemoryAdapter):
    def fetch(self, refs, fields):
        return super().fetch(refs, [name for name in fields if name != "owner"])


@caught_by("test_26")
class TellsOfDeletedTasks(MemoryAdapter):
    def fetch(self, refs, fields):
        gone: dict[str, Scalar] = {"status": "Open", "owner": None, "is_closed": False}
        return dict.fromkeys(refs, gone) | dict(super().fetch(refs, fields))


@caught_by("test_26")
class TellsWhenItWasAskedAsWhenItWasDone(MemoryAdapter):
    def fetch(self, refs, fields):
        now = self._clock.now() + 1
        told = super().fetch(refs, fields)
        return {ref: {**one, "closed_at": now} for ref, one in told.items()}


@caught_by("test_27_what_was_made")
class SaysWithdrawnAndDoesNothing(MemoryAdapter):
    def write(self, writes):
        made = super().write([each for each in writes if each.kind is not WriteKind.WITHDRAW])
        told = {outcome.key: outcome for outcome in made}
        done = Settled.APPLIED
        return [told.get(w.key) or Outcome(key=w.key, settled=done, remote_id="1") for w in writes]


@caught_by("test_27_what_a_person")
class WithdrawsWhatAPersonTouched(MemoryAdapter):
    def write(self, writes):
        touched = self._connection._platform.touched
        was = dict(touched)
        touched.clear()
        outcomes = super().write(writes)
        touched.update(was)
        return outcomes


@caught_by("test_27_what_fields")
class ForgetsWhatWasThere(MemoryAdapter):
    def write(self, writes):
        return [replace(outcome, before=None) for outcome in super().write(writes)]
