import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.identity import domain_of, normalised, unifies


@pytest.mark.parametrize(
    ("spelling", "address"),
    [
        ("Ada.Byron@Engine.example", "ada.byron@engine.example"),
        ("  ada@engine.example\n", "ada@engine.example"),
        ("Ada Byron <ada@engine.example>", "ada@engine.example"),
        ("mailto:ada@engine.example", "ada@engine.example"),
        ("ada+news@engine.example", "ada@engine.example"),
        ("a.d.a+x@googlemail.com", "ada@gmail.com"),
        ("ada@engine.example.", "ada@engine.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("+@engine.example", "+@engine.example"),
    ],
)
def test_variants_of_an_address_are_one(spelling, address):
    assert normalised(spelling) == address


@pytest.mark.parametrize("text", ["", "ada", "@engine.example", "ada@", "a b@c.example", "a@b@c"])
def test_what_is_no_address_has_no_key(text):
    assert normalised(text) is None


@given(st.text())
def test_normalising_twice_is_normalising_once(text):
    once = normalised(text)
    assert once is None or normalised(once) == once


def test_mailboxes_that_several_people_read_tie_nobody_together():
    assert not unifies("info@engine.example")
    assert unifies("ada@engine.example")
    assert domain_of("ada@engine.example") == "engine.example"
