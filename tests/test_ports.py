"""A secret does not show itself; what is not declared is refused."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import traceback

import pytest
from pydantic import TypeAdapter, ValidationError

from connector.errors import Unsupported
from connector.model import RecordRef, Write, WriteKind
from connector.ports import (
    NO,
    YES,
    Ability,
    Adapter,
    Capabilities,
    FieldSpec,
    Health,
    Page,
    Secret,
    Stream,
    Support,
)

WORD = "correct-horse-battery"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    token: Secret
    url: str = "https://crm.example"


def shown(secret: Secret) -> list[str]:
    settings = Settings(token=secret)
    trace = "".join(traceback.format_exception(ValueError(secret, settings)))
    return [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>40}",
        f"{secret:>40}",
        "%s" % secret,  # noqa: UP031 - one of the ways in which it could slip out
        "{0:s}".format(secret),  # noqa: UP030, UP032
        repr(settings),
        str(dataclasses.asdict(settings)),
        str([secret]),
        trace,
    ]


def test_a_secret_is_never_shown():
    assert not [text for text in shown(Secret(WORD)) if WORD in text]
    assert Secret(WORD).reveal() == WORD


def test_a_secret_shows_nothing_of_its_length():
    assert shown(Secret("a")) == shown(Secret("a" * 99))


def test_a_secret_is_not_written_down():
    secret = Secret(WORD)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        json.dumps({"token": secret})
    with pytest.raises(TypeError):
        vars(secret)
    with pytest.raises(TypeError):
        bytes(secret)  # type: ignore[call-overload]


def test_a_secret_does_not_change():
    secret = Secret(WORD)
    with pytest.raises(AttributeError):
        secret._value = "other"
    with pytest.raises(AttributeError):
        del secret._value
    with pytest.raises(AttributeError):
        secret.more = 1
    assert copy.deepcopy(secret) is secret
    assert copy.copy(secret) is secret


def test_secrets_are_equal_by_value():
    assert Secret(WORD) == Secret(WORD)
    assert Secret(WORD) != Secret("other")
    assert Secret(WORD) != WORD
    assert Secret("ü") == Secret("ü")
    assert len({Secret(WORD), Secret(WORD)}) == 1
    assert Secret("x")
    assert not Secret("")


def test_a_literal_is_not_taken_for_a_secret():
    reader = TypeAdapter(Settings)
    assert reader.validate_python({"token": Secret(WORD)}).token.reveal() == WORD
    with pytest.raises(ValidationError, match="instance of Secret"):
        reader.validate_python({"token": "a literal"})


class Reader(Adapter):
    """The least an adapter can be."""

    capabilities = Capabilities(
        streams={Stream.PEOPLE: YES, Stream.OWNERS: NO},
        writes={WriteKind.ADD_NOTE: Ability(Support.UNTESTED, "never tried")},
    )
    settings_type = Settings

    def check(self) -> Health:
        return Health(account="x")

    def read(self, stream: Stream, cursor: str | None) -> Page:
        self.refuse_unreadable(stream)
        return Page(cursor="")


@pytest.mark.parametrize("stream", [s for s in Stream if s is not Stream.PEOPLE])
def test_a_stream_that_is_not_declared_is_refused(stream: Stream):
    with pytest.raises(Unsupported, match=f"Reader does not read {stream}"):
        Reader().read(stream, None)
    Reader().read(Stream.PEOPLE, None)


@pytest.mark.parametrize("kind", WriteKind)
def test_a_write_that_is_not_declared_or_not_tested_is_refused(kind: WriteKind):
    ref = RecordRef("crm", "Lead", "1")
    with pytest.raises(Unsupported, match=f"Reader does not write {kind}"):
        Reader().refuse_unwritable([Write(key="k", kind=kind, target=ref, fields={})])


def test_what_an_adapter_leaves_out_is_refused():
    reader = Reader()
    for call in (
        lambda: reader.find(["a@b.example"]),
        lambda: reader.fetch([], []),
        lambda: reader.describe("Task"),
        lambda: reader.create_field(FieldSpec(object_type="Task", name="k", type="text")),
        lambda: reader.write([]),
    ):
        with pytest.raises(Unsupported, match="Reader cannot"):
            call()
    reader.close()
    reader.close()
