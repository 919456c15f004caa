"""Shifts cover every hour with the fewest hours; small rounds against trying everything."""

from itertools import product

import numpy as np
import pytest

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.queueing import shifts
from kuaichu.analysis.queueing.shifts import cover


def on_duty(starts, days: int, groups, length_h: int) -> np.ndarray:
    """Counted one shift after the other."""
    found = np.zeros(days * 24, int)
    for day in range(days):
        for hour in range(24):
            for later in range(length_h):
                found[(day * 24 + hour + later) % len(found)] += starts[groups[day]][hour]
    return found.reshape(days, 24)


def least_hours(need: np.ndarray, length_h: int) -> int:
    """Of all covers of one day by at most `top` people an hour: every start tried, hour by hour, with bounds."""
    top = int(need.max())
    best = 24 * top

    def search(hour: int, starts: list[int], spent: int) -> None:
        nonlocal best
        if spent >= best:
            return
        if hour == 24:
            if (on_duty([starts], 1, [0], length_h)[0] >= need).all():
                best = spent
            return
        for begin in range(top + 1):
            starts[hour] = begin
            # Once nothing that begins later can help an hour, it must be covered.
            at = hour
            if at >= length_h - 1 and sum(starts[at - length_h + 1 : at + 1]) < need[at]:
                continue
            search(hour + 1, starts, spent + begin * length_h)
        starts[hour] = 0

    search(0, [0] * 24, 0)
    return best


@pytest.mark.parametrize("seed", range(6))
def test_small_days_against_every_cover(seed):
    """Needs in blocks of four hours keep the search short: an optimal cover begins anywhere."""
    rng = np.random.default_rng(seed)
    need = np.repeat(rng.integers(0, 3, 3), 8)
    need[rng.integers(0, 24)] = 2
    found = cover(need[None, :], length_h=12)
    assert found.hours == least_hours(need, 12)
    assert (found.on_duty >= need).all()


DAY = (1, 1, 1, 1, 1, 2, 3, 6, 8, 7, 6, 5, 5, 5, 5, 6, 7, 8, 7, 5, 4, 3, 2, 1)


def some_days(seed: int) -> np.ndarray:
    """Three like a city's, and no two alike."""
    return np.array(DAY) + np.random.default_rng(seed).integers(0, 2, (3, 24))


@pytest.mark.parametrize(("length_h", "groups"), [(8, (0, 0, 1)), (6, None), (12, (0, 1, 2))])
def test_days_are_covered_around_their_end(length_h, groups):
    need = some_days(4)
    found = cover(need, length_h=length_h, groups=groups)
    assert (found.on_duty >= need).all()
    assert (found.on_duty == on_duty(found.starts, 3, groups or [0] * 3, length_h)).all()
    assert (found.hours, found.needed) == (found.on_duty.sum(), need.sum())
    assert found.hours >= need.sum()


def test_freer_groups_never_cost_more():
    need = some_days(5)
    same, two, each = (cover(need, length_h=8, groups=groups).hours for groups in (None, (0, 0, 1), (0, 1, 2)))
    assert same >= two >= each


def test_short_rounds_against_every_cover(monkeypatch):
    """A day of six hours, everything tried: the fewest hours, then the fewest starting times."""
    monkeypatch.setattr(shifts, "HOURS", 6)
    monkeypatch.setattr(shifts, "_dislike", lambda: np.ones(6))
    for seed in range(8):
        need = np.random.default_rng(seed).integers(0, 3, (1, 6))
        best = min(
            (3 * sum(starts), sum(begin > 0 for begin in starts))
            for starts in product(range(3), repeat=6)
            if all(sum(starts[(hour - back) % 6] for back in range(3)) >= need[0, hour] for hour in range(6))
        )
        found = cover(need, length_h=3)
        assert (found.hours, int((found.starts > 0).sum()), found.is_simplest) == (*best, True), seed


def test_level_needs_begin_at_the_usual_hours():
    found = cover(np.full((7, 24), 4), length_h=8)
    assert np.flatnonzero(found.starts[0]).tolist() == [0, 8, 16]
    assert found.hours == found.needed


def test_nobody_is_wanted():
    assert cover(np.zeros((7, 24), int), length_h=8).hours == 0


@pytest.mark.parametrize(
    ("need", "length_h"),
    [([[1] * 23], 8), ([[1.5] * 24], 8), ([[-1] * 24], 8), ([[1] * 24], 0), ([[1] * 24], 25), ([[10**9] * 24], 8)],
)
def test_nonsense_is_refused(need, length_h):
    with pytest.raises(BadInput):
        cover(need, length_h=length_h)
    with pytest.raises(BadInput):
        cover([[1] * 24], length_h=8, groups=[0, 1])
