"""The likelihood ratio of a space-time cylinder, and the windows of time that are looked at."""

from dataclasses import dataclass
from math import log

import numpy as np
from numba import njit

from kuaichu.analysis.scan.zones import Floats, Ints

ALIKE = 1.45
LEAST_EVENTS = 2  # one event is no cluster


@dataclass(frozen=True, kw_only=True)
class Windows:
    """Windows of days: `first`..`last`, both included, and the `share` of all events that fall in each.

    For the search a zone's events are running sums over 0, 1, 2 ... `depth` days, counted backwards from the last day
    when `is_prospective`: a window holds sums[upper] - sums[lower]. Windows without any event are left out.
    """

    first: Ints
    last: Ints
    upper: Ints
    lower: Ints
    share: Floats
    depth: int
    is_prospective: bool


def windows(by_day: Ints, *, longest: int, prospective: bool) -> Windows:
    """All windows of at most `longest` days; `prospective`: only those that last until the last day.

    `by_day`: events of every day of the period.
    """
    days = len(by_day)
    ends = range(days - 1 if prospective else 0, days)
    first = np.concatenate([np.arange(end, max(end - longest, -1), -1) for end in ends] or [np.empty(0, np.int64)])
    last = np.repeat(np.array(ends), [min(end + 1, longest) for end in ends]).astype(np.int64)
    total = np.concatenate([[0], np.cumsum(by_day)])
    share = (total[last + 1] - total[first]) / max(total[-1], 1)
    first, last, share = first[share > 0], last[share > 0], share[share > 0]
    return Windows(
        first=first,
        last=last,
        upper=days - first if prospective else last + 1,
        lower=np.zeros(len(first), np.int64) if prospective else first,
        share=share,
        depth=min(longest, days) if prospective else days,
        is_prospective=prospective,
    )


def grouped(looked_at: Windows) -> Ints:
    """Windows that one test may rule out together: rows of upper, least lower, level, first window, one past the last.

    A group's 2 ** level windows (1, 2 or 4) end together, begin in a row, and the longest is at most `ALIKE` times as
    long as the shortest: the test is then nearly as sharp as one for each.
    """
    upper, lower, groups, at = looked_at.upper, looked_at.lower, [], 0
    while at < len(upper):
        for level in (2, 1, 0):
            end = at + (1 << level)
            run = np.arange(lower[at], lower[at] - (1 << level), -1)
            if level and (end > len(upper) or (upper[at:end] != upper[at]).any() or (lower[at:end] != run).any()):
                continue
            if level and upper[at] - run[-1] > ALIKE * (upper[at] - lower[at]):
                continue
            groups.append((upper[at], run[-1], level, at, end))
            at = end
            break
    return np.array(groups, np.int64).reshape(-1, 5)


@njit(cache=True, nogil=True)
def ratio(inside: float, expected: float, total: float) -> float:
    """log likelihood ratio of Kulldorff et al. 2005: c log(c / m) + (N - c) log((N - c) / (N - m)); 0 unless c > m."""
    if inside <= expected or inside < LEAST_EVENTS or expected <= 0:
        return 0.0
    found = inside * log(inside / expected)
    if total > inside:
        found += (total - inside) * log((total - inside) / (total - expected))
    return found
