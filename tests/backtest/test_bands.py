"""Score bands: cut evenly, equal scores together, promise and keeping apart in time."""

from __future__ import annotations

from collections.abc import Iterable

from connector.backtest.bands import HAND, Judged, bands


def judged(scores: Iterable[float], *, by_hand: bool = False, followed: bool = False):
    return [Judged(number, number, score, by_hand, followed) for number, score in enumerate(scores)]


def half(_person: int) -> tuple[int, int]:
    return 100, 50


def test_bands_hold_about_the_same_number():
    told = bands(judged(range(50, 90)), half)
    assert [(band.label, band.followed.episodes.of) for band in told] == [
        ("50 to 59", 10),
        ("60 to 69", 10),
        ("70 to 79", 10),
        ("80 to 89", 10),
    ]


def test_equal_scores_stay_together():
    told = bands(judged([50.0] * 30 + [60.0] * 10), half)
    assert [(band.label, band.followed.episodes.of) for band in told] == [
        ("50 to 50", 30),
        ("60 to 60", 10),
    ]


def test_few_episodes_make_few_bands():
    assert len(bands(judged(range(50, 60)), half)) == 1
    assert bands([], half) == ()


def test_labels_have_the_digits_that_tell_them_apart():
    told = bands(judged([13 + number / 100 for number in range(40)]), half)
    assert [band.label for band in told][:2] == ["13.0 to 13.1", "13.1 to 13.2"]


def test_raised_hands_are_a_band_of_their_own():
    told = bands([*judged([50] * 10), *judged([300] * 5, by_hand=True)], half)
    assert [band.label for band in told] == ["50 to 50", HAND]
    assert (told[1].low, told[1].followed.episodes.of) == (None, 5)


def test_each_band_is_put_beside_its_own_people():
    told = bands(judged(range(50, 90), followed=True), lambda p: (100, 50 if p < 10 else 10))
    assert [band.followed.same.lift for band in told] == [2, 10, 10, 10]


def test_the_halves_are_halves_of_the_time():
    episodes = [Judged(n, n, 50.0, by_hand=False, followed=n < 10) for n in range(20)]
    (band,) = bands(episodes, half)[:1]
    assert (band.earlier.share, band.later.share) == (1.0, 0.0)
    assert (band.earlier.of, band.later.of) == (10, 10)
