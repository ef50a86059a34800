"""`python -m sandbox PLATFORM ...` starts a platform on loopback."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

from sandbox.hubspot import command as hubspot
from sandbox.salesforce import command as salesforce

PLATFORMS: Final[dict[str, Callable[[list[str]], int]]] = {
    "hubspot": hubspot.main,
    "salesforce": salesforce.main,
}


def main(arguments: list[str] | None = None) -> int:
    """Start the platform that the first argument names."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given or given[0] not in PLATFORMS:
        known = ", ".join(PLATFORMS)
        sys.stderr.write(f"usage: python -m sandbox PLATFORM [options]; platforms: {known}\n")
        return 2
    return PLATFORMS[given[0]](given[1:])


if __name__ == "__main__":
    raise SystemExit(main())
