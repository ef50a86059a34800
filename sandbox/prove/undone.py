"""Whether what an admin took back was taken back once, and nothing else with it."""

from __future__ import annotations

from collections.abc import Iterator

from connector.model import OutboxState
from connector.plan.key import undo_key
from sandbox.prove.crm import Did, Effect
from sandbox.prove.people import Broken
from sandbox.prove.play import Played


def made_again(played: Played, key: str) -> bool:
    """Whether a second task of one key is a known limit: the first one was thrown away.

    Its key is free then. A request that is committed late makes it again, and so does another
    leadmode with a memory of its own; one that forgot looks into the bin.
    """
    gone = [at for at, other in played.crm.thrown_away if other == key]
    apart = len({host.state for host in played.hosts}) > 1
    made = [e for e in played.crm.journal if e.did is Did.CREATED and e.key == key]
    return len(made) <= len(gone) + 1 and all(
        any(at <= again.at for at in gone) and (again.late or apart) for again in made[1:]
    )


def sets_back(played: Played, effect: Effect) -> bool:
    """Whether a change of fields takes an earlier one back: from our values to those before."""
    return any(
        effect.key == undo_key(earlier.key)
        and effect.before == {name: earlier.fields[name] for name in effect.before}
        and effect.fields == earlier.before
        for earlier in played.crm.journal
        if earlier.did is Did.CHANGED
    )


def given_up(played: Played) -> set[str]:
    """The keys of writes that were undone by an admin before they were sent, or after."""
    wanted = {key for host in played.hosts for key in host.taken_back}
    return {key for key in wanted if played.states.get(key) is OutboxState.UNDONE}


def half_undone(played: Played) -> Iterator[Broken]:
    """Nothing is undone that nobody wanted undone, and what was has gone from the platform."""
    wanted = {key for host in played.hosts for key in host.taken_back}
    for key, state in played.states.items():
        if state is OutboxState.UNDONE and key not in wanted:
            yield Broken(promise="P1", what=f"{key} was undone, and nobody wanted it")
    living = {task.key for task in played.crm.tasks if not task.withdrawn}
    for key, state in played.undoing.items():
        if state is not OutboxState.DONE:
            continue
        if played.states.get(key) is not OutboxState.UNDONE:
            yield Broken(promise="P5", what=f"{key} was taken back, and is not undone")
        if key in living and not made_again(played, key):
            yield Broken(promise="P2", what=f"{key} was taken back, and its task is there")
