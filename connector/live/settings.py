"""What a source's table in the config names: further fields, values of tasks, a user."""

from __future__ import annotations

from collections.abc import Iterable

from connector.config.settings import Config
from connector.config.wording import spelled, toml_text
from connector.errors import AdapterError
from connector.live.findings import SHOWN, Findings, closest, closest_of, value_advice
from connector.live.platform import Platform, User
from connector.ports import Named
from connector.problems import Place


def compare_settings(config: Config, platform: Platform, found: Findings) -> None:
    """Everything of one source's table."""
    told: set[str] = set()
    for one in platform.words.named if platform.words else ():
        place = config.source_value_place(platform.name, *one.key)
        if one.owner:
            compare_user(platform, one.owner, place, spelled(one.key), found)
        elif one.field and not _is_there(platform, one, place, found):
            told.add(one.field)
    gets = platform.source.authority
    lacks = (*platform.health.missing, *(platform.health.missing_to_write if gets else ()))
    for what in lacks:
        if what.rpartition(".")[2] not in told:
            message = f'What leadmode needs of "{platform.name}" is not there: {what.rstrip(".")}.'
            advice = "`leadmode doctor` tells all of it; `leadmode provision` makes fields."
            found.problem(config.source_place(platform.name), message, advice)


def _is_there(platform: Platform, one: Named, place: Place, found: Findings) -> bool:
    known = [name for name in one.object_types if platform.fields(name) is not None]
    infos = [info for name in known if (info := platform.field(name, one.field)) is not None]
    where = f"{' and '.join(known)} of {platform.name}"
    if not known or (one.value and not infos):
        return True
    if not infos:
        names = {name for kind in known for name in platform.fields(kind) or ()}
        message = f"{spelled(one.key)} = {toml_text(one.field)}: {where} has no such field."
        advice = closest(one.field, names) or "Look its API name up there; none is like it."
        found.problem(place, message, advice)
        return False
    choices = [value for info in infos for value in info.choices]
    if one.value and choices and one.value not in choices:
        default = "" if one.key[0] in platform.source.settings else " by default"
        message = (
            f"{spelled(one.key)} = {toml_text(one.value)}{default}: {known[0]}.{one.field} of "
            f"{platform.name} has no such value, so its own default is taken."
        )
        found.warn(place, message, value_advice(one.value, choices))
    elif one.value and choices:
        _compare_default(platform, one, known[0], place, found)
    return True


def _compare_default(
    platform: Platform, one: Named, kind: str, place: Place, found: Findings
) -> None:
    """Warn when the kind of records that leadmode makes does not offer a value."""
    default = next((each for each in platform.kinds(kind) if each.is_default), None)
    offered = None if default is None else default.choices.get(one.field)
    if default is not None and offered is not None and one.value not in offered:
        message = (
            f'{spelled(one.key)} = {toml_text(one.value)}: record type "{default.name}" of {kind} '
            f"of {platform.name}, of which leadmode's will be, does not offer it."
        )
        found.warn(place, message, value_advice(one.value, offered))


def compare_user(platform: Platform, wanted: str, place: Place, key: str, found: Findings) -> None:
    """Whether a user is there and active."""
    if platform.words is None:
        found.note(f'"{platform.name}" lists no users: {key} was not checked.')
        return
    what = f"{key} = {toml_text(wanted)}"
    try:
        user = platform.user(wanted)
        if user is not None and user.active:
            return
        users = platform.users() if platform.describes else {}
    except AdapterError as error:
        message = f"{what} could not be checked: {type(error).__name__}: {error}"
        found.problem(place, message, "Mend that and check again.")
        return
    if user is not None:
        says = f"{user.name or 'this user'} is not active in {platform.name}"
    elif platform.knows_all_users:
        says = f"{platform.name} has no user with this id"
    else:
        found.warn(place, f"{what} is not among the first {len(users)} users of {platform.name}.")
        return
    found.problem(place, f"{what}: {says}.", _somebody_else(wanted, users.values()))


def _somebody_else(wanted: str, users: Iterable[User]) -> str:
    """The active user who is called so, or some who could be named."""
    active = [one for one in users if one.active]
    called = {one.name: one for one in active if one.name}
    near = closest_of(wanted, called)
    if near is not None:
        return f'Did you mean "{called[near].id}" ({called[near].name})?'
    shown = ", ".join(f"{one.id} ({one.name})" for one in active[:SHOWN])
    return f"Active there: {shown}." if shown else ""
