import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.plan import text


def test_values_are_filled_in_and_never_read_as_templates():
    values = {"person.name": "{{score}}", "score": "61"}
    assert text.rendered("{{ person.name }}: {{score}}", values) == "{{score}}: 61"


def test_a_subject_is_one_line_of_at_most_255_characters():
    subject = text.subject("Call {{person.name}}", {"person.name": "A\nda " + "x" * 300})
    assert subject.startswith("Call A da x")
    assert len(subject) <= 255
    assert subject.endswith("…")


@pytest.mark.fault("F62", "F63")
@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_cleaned_text_can_be_stored_anywhere(raw):
    cleaned = text.clean(raw)
    cleaned.encode("utf-8")
    assert all(c == "\n" or unicodedata.category(c) != "Cc" for c in cleaned)
    assert not set(cleaned) & set("\u202e\u2066\u200f")
    assert text.clean(cleaned) == cleaned


@given(st.text(max_size=80), st.integers(2, 40))
def test_shortening_keeps_to_the_length_and_to_the_beginning(raw, longest):
    short = text.shortened(raw, longest)
    assert len(short) <= longest
    assert short == raw or (short.endswith("…") and raw.startswith(short[:-1]))


@pytest.mark.fault("F59")
def test_shortening_does_not_cut_a_character_apart():
    assert text.shortened("abe\u0301e\u0301e\u0301", 6) == "abe\u0301…"
