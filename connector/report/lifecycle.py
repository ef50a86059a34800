"""Which fields were set when an episode began or ended: the queued writes, found by their keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from connector.model import Episode, RecordRef
from connector.plan.lifecycle import lifecycle_key
from connector.report.dossier import Dossier
from connector.report.hand_offs import mode_of
from connector.store.outbox import Queued

if TYPE_CHECKING:
    from connector.config.settings import Config


def lifecycle_of(config: Config, dossier: Dossier) -> Iterator[tuple[Episode, int, Queued]]:
    """Each write with its episode and the moment (UTC ms) at which that began or ended."""
    by_key = {each.write.key: each for each in dossier.queued}
    targets = {each.write.target for each in dossier.queued}
    for episode in dossier.episodes:
        for key, at in _keys(config, episode, targets):
            if key in by_key:
                yield episode, at, by_key[key]


def _keys(config: Config, episode: Episode, targets: set[RecordRef]) -> Iterator[tuple[str, int]]:
    mode = mode_of(config, episode.rule)
    for target in targets:
        for epoch in range(1, (mode.epoch if mode else 1) + 1):
            for one in config.rulebook.lifecycles:
                at = episode.left_at if one.at_end else episode.entered_at
                if at is not None:
                    key = lifecycle_key(
                        one,
                        instance=config.instance,
                        rule=episode.rule,
                        epoch=epoch,
                        target=target,
                        burst=episode.burst,
                    )
                    yield key, at
