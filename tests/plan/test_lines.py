"""Texts end at whole lines and words, within what every target holds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.hubspot import outgoing as hubspot
from adapters.salesforce import outgoing as salesforce
from connector.config.rulebook import Phase
from connector.language import ENGLISH, GERMAN, LANGUAGES, language
from connector.model import Kind
from connector.plan.lines import clipped, fits, listed, whole_lines


def test_more_lines_than_bearable_are_counted():
    assert listed([str(n) for n in range(5)], ENGLISH, most=3) == "- 0\n- 1\n- 2\n... and 2 more"
    assert listed(["a\n- b"], GERMAN, most=3) == "- a - b"
    assert listed([], ENGLISH) == ""


def test_a_line_ends_after_a_word():
    assert clipped("one two three", 9) == "one two…"
    assert clipped("one two", 7) == "one two"
    assert clipped("x" * 20, 5) == "xxxx…"


@pytest.mark.parametrize("line", ["plain text", "<&'\">" * 4, "😀" * 10])
def test_a_text_that_is_too_long_ends_at_a_whole_line_with_the_number_of_the_rest(line: str):
    lines = [f"{n} {line}" for n in range(9_000)]
    cut = whole_lines("\n".join(lines)).split("\n")
    told = "\n".join(cut)
    assert fits(told)
    assert salesforce.cut(told, salesforce.DESCRIPTION) == told
    assert not hubspot.note_html("<" * 255, told).endswith("…")
    assert cut[:-1] == lines[: len(cut) - 1]
    assert cut[-1] == f"... and {9_000 - (len(cut) - 1)} more"
    assert not fits("\n".join([*lines[: len(cut)], cut[-1]]))


@settings(max_examples=20)
@given(st.lists(st.text(max_size=40), max_size=8), st.sampled_from(["a", "<", "😀"]))
def test_whatever_comes_fits_and_what_fits_is_left_alone(lines: list[str], filler: str):
    text = "\n".join(lines)
    assert whole_lines(text) == text
    assert fits(whole_lines("\n".join([filler * 70_000, *lines])))


@pytest.mark.parametrize("one", LANGUAGES.values(), ids=list(LANGUAGES))
def test_every_language_has_a_word_for_everything(one):
    assert set(one.did) == set(Kind)
    assert all("{}" in each.named and each.plain for each in one.did.values())
    assert set(one.why) == set(ENGLISH.why)
    assert set(one.phases) == {phase.value for phase in Phase}
    assert set(one.personas) == set(ENGLISH.personas)
    assert set(one.units) == set(ENGLISH.units)
    assert len(set(one.months)) == 12


@pytest.mark.parametrize(
    ("wishes", "code"),
    [(("de_AT",), "de"), (("", "DE-ch"), "de"), ((None, "fr", "en_GB"), "en"), ((), "en")],
)
def test_a_language_is_found_in_any_spelling(wishes: tuple[object, ...], code: str):
    assert language(*wishes).code == code
