"""Times that should not be believed, and stretches of time that were not recorded."""

from dataclasses import dataclass
from enum import IntFlag
from math import log

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

HOUR_S = 3600
DAY_S = 24 * HOUR_S
WEEK_HOURS = 7 * 24
LEVEL_WEEKS = 5
HOLE_LEAST = 20.0
HOLE_CHANCE = 0.01
OVERDISPERSION = 2.0
MIDNIGHT_LEAST = 30
MIDNIGHT_TIMES = 5.0


class TimeFlag(IntFlag):
    """What is wrong with a time."""

    MISSING = 1
    FUTURE = 2
    NO_HOUR = 4  # exactly midnight, where far too many events are: only the day is known


@dataclass(frozen=True, kw_only=True)
class Hole:
    """Nothing was recorded from `from_s` to `to_s` (seconds since 1970, local clock), `expected` events were due."""

    from_s: float
    to_s: float
    expected: float


@dataclass(frozen=True, kw_only=True)
class TimeQuality:
    """`flags` (n,) uint8 of `TimeFlag`; `holes` in order of time; a hole lacks at least `least_expected` events."""

    flags: NDArray[np.uint8]
    holes: tuple[Hole, ...]
    least_expected: float

    @property
    def is_usable(self) -> NDArray[np.bool_]:
        return self.flags == 0

    @staticmethod
    def kinds() -> tuple[TimeFlag, ...]:
        return tuple(TimeFlag)

    def count(self, flag: TimeFlag) -> int:
        return int(np.count_nonzero(self.flags & np.uint8(flag)))


def check_times(time_s: ArrayLike, *, now_s: float | None = None) -> TimeQuality:
    """Flags for every time (n,), seconds since 1970 on the local clock, and the holes between them.

    A hole is a gap in which the week's own profile (168 hours) times the weeks' running level let so many events
    expect that, were they Poisson, one such gap in the file would have a chance of less than 1 %; twice that, because
    calls come in bursts, and never fewer than 20.
    """
    time = np.asarray(time_s, np.float64)
    flags = np.zeros(len(time), np.uint8)
    is_missing = ~np.isfinite(time)
    is_future = np.zeros(len(time), bool) if now_s is None else ~is_missing & (time > now_s)
    flags[is_missing] |= np.uint8(TimeFlag.MISSING)
    flags[is_future] |= np.uint8(TimeFlag.FUTURE)
    is_known = ~is_missing & ~is_future
    flags[is_known & _is_hourless(np.where(is_known, time, 1.0), is_known)] |= np.uint8(TimeFlag.NO_HOUR)
    good = np.sort(time[is_known])
    least = max(HOLE_LEAST, OVERDISPERSION * log(max(len(good), 1) / HOLE_CHANCE))
    return TimeQuality(flags=flags, holes=_holes(good, least), least_expected=least)


def _is_hourless(time: Floats, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Exactly 00:00:00, when that is far more usual than the other full hours."""
    second = np.mod(time, DAY_S)
    on_hour = known & (np.mod(second, HOUR_S) == 0)
    counts = np.bincount((second[on_hour] // HOUR_S).astype(np.int64), minlength=24)
    too_many = counts[0] >= max(MIDNIGHT_LEAST, MIDNIGHT_TIMES * counts[1:].mean())
    return on_hour & (second == 0) & too_many


def _holes(time: Floats, least: float) -> tuple[Hole, ...]:
    if len(time) < 2 or time[-1] - time[0] < 2 * DAY_S:
        return ()
    start = np.floor(time[0] / HOUR_S)
    hour = (time / HOUR_S - start).astype(np.int64)
    hourly = np.bincount(hour)
    due = np.concatenate([[0.0], np.cumsum(_expected(hourly))])
    mark = np.interp(time / HOUR_S - start, np.arange(len(due)), due)
    wide = np.flatnonzero(np.diff(mark) >= least)
    return tuple(
        Hole(from_s=float(time[k]), to_s=float(time[k + 1]), expected=float(mark[k + 1] - mark[k])) for k in wide
    )


def _expected(hourly: NDArray[np.int64]) -> Floats:
    """Events due in every hour: the mean of the same hour of the week, scaled by the median level of weeks around.

    Days without a single event don't count in the mean, or long holes would excuse themselves.
    """
    hours = np.arange(len(hourly))
    day = hours // 24
    is_counted = np.bincount(day, weights=hourly)[day] > 0
    slot = hours % WEEK_HOURS
    seen = np.bincount(slot[is_counted], minlength=WEEK_HOURS)
    profile = np.bincount(slot, weights=hourly, minlength=WEEK_HOURS) / np.maximum(seen, 1)
    if len(hourly) < LEVEL_WEEKS * WEEK_HOURS:
        return profile[slot]
    week = hours // WEEK_HOURS
    counted = np.bincount(week, weights=np.where(is_counted, profile[slot], 0.0))
    ratio = np.bincount(week, weights=hourly) / np.maximum(counted, 1e-9)
    ratio[counted == 0] = np.nan
    half = LEVEL_WEEKS // 2
    padded = np.pad(ratio, half, mode="reflect")
    around = np.lib.stride_tricks.sliding_window_view(padded, LEVEL_WEEKS)
    is_known = ~np.isnan(around).all(axis=1)
    level = np.ones(len(ratio))
    level[is_known] = np.nanmedian(around[is_known], axis=1)
    return profile[slot] * level[week]
