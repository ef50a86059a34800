"""What the platforms say about themselves and about our access, asked at this moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from connector.clock import MINUTE
from connector.errors import AdapterError
from connector.model import WriteKind
from connector.pinned import other_account
from connector.ports import Ability, Adapter, Capabilities, Delivery, Health, Stream, Support
from connector.store.pins import Pin

SKEW: Final = 5 * MINUTE
"""Clocks that differ by more than this are worth a word, in ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One source."""

    source: str
    adapter: str
    account: str = ""
    account_id: str | None = None
    """What the platform calls it for ever; None: it does not tell."""
    trouble: str = ""
    """Why it could not be asked, with what to do."""
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    quota_left: int | None = None
    clock_skew: int | None = None
    """Milliseconds the platform's clock is ahead of ours."""
    delivery: Delivery | None = None
    """None for a source that receives no writes."""
    delivery_reason: str = ""
    cannot: Mapping[str, str] = field(default_factory=dict)
    """What the adapter does not do or what nobody has tried, with the reason."""

    @property
    def is_well(self) -> bool:
        """Whether nothing needs anybody."""
        return not self.trouble and not self.missing


def examine(
    source: str, kind: str, adapter: Adapter, *, gets_writes: bool, pin: Pin | None = None
) -> Examined:
    """Ask one source; a few requests, no writes. Trouble is told, not raised.

    `pin` is the account that leadmode has worked with; another one is trouble.
    """
    known = adapter.capabilities
    trouble, health = "", Health(account="")
    lacking: tuple[str, ...] = ()
    try:
        health = adapter.check()
        trouble = other_account(source, pin, health)
        lacking = tuple(adapter.lacking_to_write()) if gets_writes else ()
    except AdapterError as error:
        trouble = f"{type(error).__name__}: {error}"
    to_write = (*health.missing_to_write, *lacking) if gets_writes else ()
    return Examined(
        source=source,
        adapter=kind,
        account=health.account,
        account_id=health.account_id,
        trouble=trouble,
        missing=tuple(dict.fromkeys((*health.missing, *to_write))),
        warnings=(*health.warnings, *_skewed(health)),
        quota_left=health.quota_left,
        clock_skew=health.clock_skew,
        # After the look: an adapter may know only then what its target promises.
        delivery=adapter.capabilities.delivery if gets_writes else None,
        delivery_reason=adapter.capabilities.delivery_reason if gets_writes else "",
        cannot=dict(_cannot(known, gets_writes=gets_writes)),
    )


def _skewed(health: Health) -> Iterator[str]:
    if health.clock_skew is not None and abs(health.clock_skew) > SKEW:
        seconds = abs(health.clock_skew) // 1_000
        side = "ahead of" if health.clock_skew > 0 else "behind"
        yield f"Its clock is {seconds} s {side} this machine's. Look at the time service here."


def _cannot(known: Capabilities, *, gets_writes: bool) -> Iterator[tuple[str, str]]:
    abilities: dict[str, Ability] = {f"read {one}": known.streams[one] for one in known.streams}
    if gets_writes:
        none = Ability(Support.NO)
        abilities |= {f"write {kind}": known.writes.get(kind, none) for kind in WriteKind}
    abilities["tell of deletions"] = known.deletions
    for name, ability in abilities.items():
        if not ability:
            yield name, ability.reason or ability.support.value
    for stream in Stream:
        if stream not in known.streams:
            yield f"read {stream}", "not offered"
