"""The tables of a rule file that a hand-off brief is made by: topics, and next steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from connector.config.rulebook import Phase
from connector.config.types import Id, Kinds, Texts, one_or_many
from connector.config.wording import Table
from connector.language import CODES

ANY_LANGUAGE: Final = ""
"""The key of a text that was written once, for every language."""


class BadWords(ValueError):
    """A value is no text in languages; `advice` says what to write."""

    advice = 'Write a text, or one per language: { en = "...", de = "..." }.'


def parse_words(value: object) -> Mapping[str, str]:
    """Texts by language; a plain text is for all. Anything else raises BadWords."""
    if isinstance(value, str) and value.strip():
        return {ANY_LANGUAGE: value}
    if isinstance(value, Mapping) and value:
        texts = {str(code): text for code, text in value.items()}
        if all(code in CODES and isinstance(t, str) and t.strip() for code, t in texts.items()):
            return texts
    raise BadWords("is no text in languages that leadmode speaks")


class NotSpoken(ValueError):
    """A text names no language that leadmode speaks; `advice` says which it does."""

    advice = f"It speaks: {', '.join(CODES)}."


def known_language(value: object) -> object:
    """The code of a language as it is; a text that is none of ours raises NotSpoken."""
    if isinstance(value, str) and value not in CODES:
        raise NotSpoken("is not a language that leadmode speaks")
    return value


Words = Annotated[
    dict[str, str],
    BeforeValidator(parse_words),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {
                    "type": "object",
                    "properties": {code: {"type": "string", "minLength": 1} for code in CODES},
                    "additionalProperties": False,
                    "minProperties": 1,
                },
            ]
        }
    ),
]
"""A text, or one per language."""

Phases = Annotated[
    list[Annotated[Phase, Field(strict=False)]],
    *one_or_many({"enum": [phase.value for phase in Phase]}),
    Field(min_length=1),
]


class TopicTable(Table):
    """Something that a buyer learns about, and by which assets."""

    id: Id
    """A lasting name."""
    title: Words = Field(default_factory=dict)
    """What a brief calls it, in one language or several. Left out: the id."""
    kind: Kinds = Field(default_factory=list)
    """Kinds of engagement by which it is learned. Left out: all by which one learns anything."""
    asset: Texts = Field(default_factory=list)
    """Patterns such as "*pricing*" for the form, page, content or link. Left out: any."""
    phase: Annotated[Phase, Field(strict=False)] | None = None
    """The phase of the journey in which buyers want to know it."""
    active: bool = True
    """false: switched off, for a folder that is laid over another."""


class NextStepTable(Table):
    """What a brief suggests to do. The first one that fits the person is told."""

    id: Id
    """A lasting name."""
    persona: Texts = Field(default_factory=list)
    """For these personas only. Left out: whoever it is."""
    phase: Phases = Field(default_factory=list)
    """In these phases of the journey only. Left out: in any, also when none is known."""
    reason: Literal["score", "hand_raise"] | None = None
    """Only for who entered by score, or raised a hand. Left out: either."""
    text: Words
    """What to do, in one language or several."""
    active: bool = True
    """false: switched off, for a folder that is laid over another."""
