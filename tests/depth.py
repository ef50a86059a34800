"""How many cases are compared with a definition: some in `make test`, many in `make deep`."""

from __future__ import annotations

import os

DEEP = os.environ.get("LEADMODE_TESTS") == "deep"


def depth(usual: int, deep: int) -> int:
    """The number of cases: `deep` of them when LEADMODE_TESTS=deep is set."""
    return deep if DEEP else usual
