"""What a proposal of `tune` would change, and what to do with it."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connector.cli.page import complain
from connector.clock import iso

if TYPE_CHECKING:
    from connector.config.settings import Config
    from connector.diff import Difference
    from connector.store import Store
    from connector.tune.told import Tuned

PROPOSAL: Final = "proposal"
"""What the proposal is called while it lies in no folder."""
_EXAMPLES: Final = 3


def diff_of(
    found: Config,
    store: Store,
    tuned: Tuned,
    folders: Sequence[str],
    overlay: str,
    now: int,
    progress: Callable[[str, int, int], None],
) -> Difference:
    """The rules of `folders` beside the same with the proposal over them, as `leadmode diff`.

    The past is compared from where the held-out part of the history begins.
    """
    from connector.config.references import RuleSet  # noqa: PLC0415
    from connector.config.rule_files import read_rule_files  # noqa: PLC0415
    from connector.config.rules import load_rulebook  # noqa: PLC0415
    from connector.diff import Asked, difference  # noqa: PLC0415

    def rules(label: str, paths: list[Path], *stand_ins: tuple[str, str]) -> RuleSet:
        book = load_rulebook(paths, sources=found.sources.keys())
        files = read_rule_files(paths)
        return RuleSet(label=label, rulebook=book, files=files, stand_ins=stand_ins)

    present = [Path(each) for each in folders]
    with tempfile.TemporaryDirectory(prefix="leadmode-tune-") as room:
        (Path(room) / "tuned.toml").write_text(overlay, encoding="utf-8")
        asked = Asked(
            old=rules("present rules", present),
            new=rules(PROPOSAL, [*present, Path(room)], (room, PROPOSAL)),
            wished_at=tuned.cut_at,
            examples=_EXAMPLES,
        )
        return difference(
            store, found, asked, now, lambda done, total: progress("what it changes", done, total)
        )


def say_way_on(tuned: Tuned, out: Path | None, folders: tuple[str, ...]) -> None:
    """What speaks against it, and what to do next."""
    complain("")
    for doubt in tuned.doubts:
        complain(f"But: {doubt}")
    if out is None:
        complain(
            "Nothing was applied. With --out draft/tuned.toml it is a folder for `leadmode diff`, "
            "and what it would change is shown."
        )
        return
    both = (*folders, str(out.parent))
    since = iso(tuned.cut_at)[:10]
    complain(f"Nothing was applied. The proposal is in {out}. Look at it; then, for more:")
    old, new = shlex.quote("+".join(folders)), shlex.quote("+".join(both))
    complain(f"  leadmode diff --since {since} {old} {new}")
    laid = " ".join(f"--compare {shlex.quote(each)}" for each in both)
    complain(f"  leadmode backtest --since {since} {laid}")
    complain(
        f"Lay {out.parent} over your rules (last in `rules` of the configuration) if you agree."
    )
