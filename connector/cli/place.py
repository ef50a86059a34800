"""Finding the configuration and the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from connector.clock import Clock, SystemClock
from connector.errors import AskOperator, FixInput, StateTooNew

if TYPE_CHECKING:
    from connector.config.settings import Config
    from connector.problems import Problem
    from connector.store import Store

USUAL_PLACES: Final = (Path("config.toml"), Path("/etc/leadmode/config.toml"))


class NothingRead(AskOperator):
    """Nothing was read yet: run `leadmode sync`."""


class StateTooOld(AskOperator):
    """The database was written by an older leadmode."""


def clock_of(context: typer.Context) -> Clock:
    """The clock the command was given (`obj` of the invocation), or the machine's."""
    given = context.obj
    return given if given is not None and not isinstance(given, dict) else SystemClock()


def where_config_is(named: Path | None) -> Path:
    """The configuration that was named, or the first usual place that has one."""
    if named is not None:
        return named
    found = next((path for path in USUAL_PLACES if path.is_file()), None)
    if found is None:
        looked = " and ".join(map(str, USUAL_PLACES))
        raise AskOperator(
            f"There is no configuration: looked for {looked}. Name one with --config FILE or in "
            "$LEADMODE_CONFIG; config.example.toml explains every key."
        )
    return found


def load(named: Path | None) -> Config:
    """The configuration with its rules; FixInput names every problem."""
    from connector.config.settings import load as load_config  # noqa: PLC0415

    return load_config(where_config_is(named))


def load_even_broken(named: Path | None) -> tuple[Config, list[Problem]]:
    """The configuration, and what is wrong with it: stand-ins fill the gaps.

    FixInput when so much is wrong that it does not even say where the database is.
    """
    from connector.config.settings import load_leniently  # noqa: PLC0415

    config, problems = load_leniently(where_config_is(named))
    if config is None or not any(source.authority for source in config.sources.values()):
        raise FixInput(problems)
    return config, problems


@contextmanager
def reading(config: Config) -> Iterator[Store]:
    """The database for reading, beside a running daemon.

    Raises NothingRead, StateTooOld, StateTooNew.
    """
    from connector.store import Store  # noqa: PLC0415
    from connector.store.schema import VERSION  # noqa: PLC0415

    try:
        store = Store.read(config.state)
    except FileNotFoundError:
        raise NothingRead from None
    try:
        found = store.connection.execute("PRAGMA user_version").fetchone()[0]
        if found == 0:
            raise NothingRead
        if found > VERSION:
            raise StateTooNew
        if found < VERSION:
            raise StateTooOld(
                f"The database in {config.state} was written by an older leadmode. "
                "Run `leadmode sync`, or start the daemon: it is brought up to date then."
            )
        yield store
    finally:
        store.close()


@contextmanager
def reading_if_any(config: Config) -> Iterator[Store | None]:
    """As `reading`; None while there is no database, or only one of an older leadmode."""
    with ExitStack() as held:
        try:
            store = held.enter_context(reading(config))
        except (NothingRead, StateTooOld):
            store = None
        yield store


def is_held(state: Path) -> bool:
    """Whether a daemon, or a command that writes, works on the state folder."""
    from connector.daemon.lock import FILE_NAME, FolderLock  # noqa: PLC0415
    from connector.errors import AlreadyRunning  # noqa: PLC0415

    if not (state / FILE_NAME).exists():
        return False
    try:
        FolderLock.take(state).release()
    except AlreadyRunning:
        return True
    return False
