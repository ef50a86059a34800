"""Whether the statistics library is there: only this command needs it, and a server does not."""

from __future__ import annotations

import importlib.util
from typing import Final

from connector.errors import AskOperator

LIBRARY: Final = "sklearn"


class NotInstalled(AskOperator):
    """The extra `tune` is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "`leadmode tune` needs scikit-learn, which a server does not. Install it beside "
            "leadmode, here or on another machine with the configuration and a copy of the "
            "database: pip install 'leadmode[tune]' (with SciPy about 45 MB to load)."
        )


def demand() -> None:
    """Raises NotInstalled."""
    if importlib.util.find_spec(LIBRARY) is None:
        raise NotInstalled
