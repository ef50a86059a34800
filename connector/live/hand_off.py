"""What is written, beside the CRM of record: fields, values, subject, user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from connector.config.placeholders import used_in
from connector.config.positions import Loc
from connector.config.rule_files import Entry
from connector.config.rulebook import FieldChange, HandOff, Lifecycle
from connector.config.wording import toml_text
from connector.live.findings import Findings, closest, value_advice
from connector.live.platform import Platform
from connector.live.settings import compare_user
from connector.model import Role
from connector.plan.text import LONGEST_SUBJECT
from connector.ports import FieldInfo
from connector.problems import Place

_TRUTHS: Final = ("true", "false")


def compare_hand_off(entry: Entry, rules: HandOff, platform: Platform, found: Findings) -> None:
    """Everything of [hand_off] that the CRM of record must have."""
    _compare_subject(entry, rules.subject, platform, found)
    if rules.fallback_owner is not None:
        place = entry.value_place(("fallback_owner",))
        compare_user(platform, rules.fallback_owner, place, "fallback_owner", found)
    _compare_fields(entry, rules.fields, platform, found)


def compare_lifecycle(entry: Entry, rules: Lifecycle, platform: Platform, found: Findings) -> None:
    """Everything of a [[lifecycle]] that the CRM of record must have."""
    _compare_fields(entry, rules.fields, platform, found)


def _compare_fields(
    entry: Entry, changes: Sequence[FieldChange], platform: Platform, found: Findings
) -> None:
    for index, change in enumerate(changes):
        if not change.on or platform.name in change.on:
            _Change(entry, ("field", index), change, platform, found).compare()


def _compare_subject(entry: Entry, template: str, platform: Platform, found: Findings) -> None:
    """Warn when even without what the placeholders bring it is too long."""
    words = platform.words
    info = platform.field(*words.subject) if words and words.subject else None
    most = min(LONGEST_SUBJECT, (info.length if info else None) or LONGEST_SUBJECT)
    length = _fixed(template)
    if length > most:
        message = (
            f"subject has {length} characters without its placeholders; a task of "
            f"{platform.name} keeps {most}, so the end is cut off."
        )
        found.warn(entry.value_place(("subject",)), message, "Shorten it.")


class _Change:
    """One field that is set."""

    def __init__(
        self, entry: Entry, loc: Loc, change: FieldChange, platform: Platform, found: Findings
    ) -> None:
        self._entry = entry
        self._loc = loc
        self._change = change
        self._platform = platform
        self._found = found
        self._there: dict[str, FieldInfo] = {}
        """The field per object type of persons that has it."""

    def compare(self) -> None:
        """The field itself first; what is said of its values only where there is one."""
        persons = self._platform.objects(Role.PERSON)
        known = [one for one in persons if self._platform.fields(one.object_type) is not None]
        for one in known:
            info = self._platform.meant(one, self._change.field)
            if info is not None:
                self._there[one.object_type] = info
        lacking = [one.object_type for one in known if one.object_type not in self._there]
        if lacking and not self._there:
            self._no_field(lacking)
            return
        for name in lacking:
            advice = "Name a field that both have, if both are written to."
            message = (
                f'{name} of {self._platform.name} has no field "{self._change.field}": no field '
                f"is set on a {name}."
            )
            self._found.warn(self._place("field"), message, advice)
        self._writable()
        self._value()
        self._expected()

    def _place(self, *loc: str | int) -> Place:
        return self._entry.value_place((*self._loc, *loc))

    def _no_field(self, kinds: list[str]) -> None:
        names = {name for kind in kinds for name in self._platform.fields(kind) or ()}
        where = f"{' and '.join(kinds)} of {self._platform.name}"
        message = f"field = {toml_text(self._change.field)}: {where} has no such field."
        advice = closest(self._change.field, names) or "Look its API name up there."
        self._found.problem(self._place("field"), message, advice)

    def _writable(self) -> None:
        for kind, info in self._there.items():
            if not info.writable:
                message = f"field = {toml_text(self._change.field)}: {kind}.{info.name} of "
                message += f"{self._platform.name} cannot be written to."
                advice = (
                    "Allow it to leadmode's user there if it is not calculated, or name another."
                )
                self._found.problem(self._place("field"), message, advice)

    def _value(self) -> None:
        value = self._change.value
        if any(used_in(value)):
            for kind, info in self._there.items():
                if info.choices:
                    says = f"{value} is filled in later, and was not compared with the values of"
                    self._found.note(f"{says} {kind}.{info.name}.")
            return
        for kind, info in self._there.items():
            where = f"{kind}.{info.name} of {self._platform.name}"
            message = f"value = {toml_text(value)}: {where}"
            if info.choices and value.strip() and value not in info.choices:
                advice = value_advice(value, info.choices)
                if value in info.retired or info.takes_others:
                    message += " does not offer it to people, and may take it from leadmode."
                    self._found.warn(self._place("value"), message, advice)
                else:
                    message += " has no such value."
                    self._found.problem(self._place("value"), message, advice)
            elif not _fits(value, info):
                message += f" is a {info.type}."
                self._found.problem(self._place("value"), message, f"Write a {info.type}.")
            elif info.length is not None and _fixed(value) > info.length:
                message += f" keeps {info.length} characters, and the rest is cut off."
                self._found.warn(self._place("value"), message, "Shorten it.")
            elif info.choices and value.strip():
                self._offered(kind, info, value)

    def _offered(self, kind: str, info: FieldInfo, value: str) -> None:
        """Warn of kinds of records that do not offer a value which the field has."""
        for each in self._platform.kinds(kind):
            choices = each.choices.get(info.name)
            if choices is not None and value not in choices:
                refused = "" if info.takes_others else ", and such a record may refuse it"
                self._found.warn(
                    self._place("value"),
                    f'value = {toml_text(value)}: record type "{each.name}" of {kind} of '
                    f"{self._platform.name} does not offer it to people{refused}.",
                    value_advice(value, choices),
                )

    def _expected(self) -> None:
        """Values that the field never has; when it can have none of them, nothing is ever set."""
        listed = {kind: info for kind, info in self._there.items() if info.choices}
        expected = self._change.expected
        if not expected or len(listed) < len(self._there):
            return
        ever = {value for info in listed.values() for value in (*info.choices, *info.retired)}
        now = dict.fromkeys(value for info in listed.values() for value in info.choices)
        where = " or ".join(f"{kind}.{info.name}" for kind, info in listed.items())
        bad = [
            (index, one)
            for index, one in enumerate(expected)
            if isinstance(one, str) and one.strip() and one.strip() not in ever
        ]
        for index, one in bad:
            message = f"expected {toml_text(one)}: {where} of {self._platform.name} never has it"
            place, advice = self._place("expected", index), value_advice(one, now)
            if len(bad) == len(expected):
                message += f", so {self._change.field} is never set."
                self._found.problem(place, message, advice)
            else:
                self._found.warn(place, f"{message}.", advice)


def _fits(value: str, info: FieldInfo) -> bool:
    """Whether a text without placeholders can be what the field holds; empty empties it."""
    text = value.strip()
    if not text:
        return True
    if info.type == "boolean":
        return text.casefold() in _TRUTHS
    if info.type == "number":
        try:
            float(text)
        except ValueError:
            return False
    return True


def _fixed(template: str) -> int:
    """The characters of a template that no placeholder brings, on one line."""
    for _, written in used_in(template):
        template = template.replace(written, "")
    return len(" ".join(template.split()))
