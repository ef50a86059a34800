"""The languages that texts for salespeople can be in: one file each, named here once."""

from __future__ import annotations

from typing import Final

from connector.language.english import ENGLISH
from connector.language.german import GERMAN
from connector.language.vocabulary import Did, Language

__all__ = ["CODES", "ENGLISH", "GERMAN", "LANGUAGES", "Did", "Language", "language"]

LANGUAGES: Final = {each.code: each for each in (ENGLISH, GERMAN)}
CODES: Final = tuple(LANGUAGES)


def language(*wishes: object) -> Language:
    """The first wish that is one of ours, in any spelling: "de", "de_AT", "DE-ch"; else English."""
    for wish in wishes:
        code = str(wish or "").replace("-", "_").partition("_")[0].casefold()
        if code in LANGUAGES:
            return LANGUAGES[code]
    return ENGLISH
