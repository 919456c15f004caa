"""The space-time permutation scan of Kulldorff, Heffernan, Hartman, Assunção & Mostashari 2005 (PLoS Medicine 2, e59).

It needs the events only, no population: with what each place has over the whole period and what each day has over all
places, the circle and window with C and D of N events expects C D / N. Every circle around a site, every window of
days; the greatest likelihood ratio is set against the same search over data in which the days are dealt anew to the
events.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.scan.likelihood import Windows, grouped, windows
from kuaichu.analysis.scan.search import best_of_centres, greatest_of_shufflings
from kuaichu.analysis.scan.zones import Floats, Ints, Zones, circles

MOST_AT_ONCE = 64  # replicates that go through the circles side by side
MOST_EVENTS = 1 << 24  # counts stay exact in single precision
MOST_HELD = 1 << 28  # numbers in memory at once
SAME = 1e-9  # relative: ratios this near are one
EULER = 0.5772156649015329
SMALLEST = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """`sites` within `radius_m` of `centre` (numbers as given), days `first_day`..`last_day` (counted from 0), both
    included.

    `p`: Monte-Carlo, (1 + replicates at least as great) / (1 + replicates). `p_gumbel`: tail of the Gumbel law fitted
    to the replicates by moments (Abrams, Kleinman & Kulldorff 2010), for values beyond them.
    """

    centre: int
    sites: tuple[int, ...]
    radius_m: float
    first_day: int
    last_day: int
    observed: int
    expected: float
    ratio: float
    p: float
    p_gumbel: float


@dataclass(frozen=True, kw_only=True)
class Scan:
    """`clusters`: greatest ratio first, no site in two of them; `null`: the greatest ratio of every replicate,
    sorted."""

    clusters: tuple[Cluster, ...]
    null: Floats
    events: int
    days: int

    def quantile(self, share: float) -> float:
        """The ratio below which `share` (0..1) of the replicates lie."""
        return float(np.quantile(self.null, share)) if len(self.null) else 0.0


def permutation_scan(
    site: Ints,
    day: Ints,
    places_m: Floats,
    *,
    days: int,
    longest: int,
    prospective: bool,
    most_share: float = 0.5,
    max_radius_m: float = np.inf,
    replicates: int = 999,
    rng: np.random.Generator,
    most_clusters: int = 10,
    progress: Callable[[int, int], None] | None = None,
) -> Scan:
    """`site`, `day`: one entry an event, numbers from 0; `places_m`: shape (sites, 2 or 3), metres.

    Circles hold at most `most_share` of all events and reach at most `max_radius_m`; windows last 1..`longest` of the
    `days`, with `prospective` only those that still last on the last day. The answer depends on `rng`, not on the
    number of threads.
    """
    site, day, places_m = np.asarray(site, np.int64), np.asarray(day, np.int64), np.asarray(places_m, np.float64)
    _check(site, day, places_m, days=days, longest=longest, most_share=most_share, replicates=replicates)
    events = np.bincount(site, minlength=len(places_m)).astype(np.int64)
    by_day = np.bincount(day, minlength=days).astype(np.int64)
    zones = circles(places_m, events, most_events=most_share * len(site), max_radius_m=max_radius_m)
    looked_at = windows(by_day, longest=longest, prospective=prospective)
    seeds = rng.integers(1 << 63, size=replicates).astype(np.uint64)
    null = _null(site, day, events, zones, looked_at, days=days, seeds=seeds, progress=progress)
    totals = np.zeros((len(places_m), days + 1), np.int64)
    np.add.at(totals, (site, day + 1), 1)
    overall = np.concatenate([[0], np.cumsum(by_day)]).astype(np.int64)
    best, size, window = best_of_centres(
        np.cumsum(totals, axis=1),
        zones.starts,
        zones.members,
        zones.is_whole,
        looked_at.first,
        looked_at.last,
        overall,
    )
    clusters = []
    for centre in _apart(zones, best, size, most_clusters):
        members = slice(zones.starts[centre], zones.starts[centre] + size[centre])
        first, last = int(looked_at.first[window[centre]]), int(looked_at.last[window[centre]])
        sites = zones.members[members]
        clusters.append(
            Cluster(
                centre=int(centre),
                sites=tuple(sites.tolist()),
                radius_m=float(zones.distance_m[members][-1]),
                first_day=first,
                last_day=last,
                observed=int(totals[sites, first + 1 : last + 2].sum()),
                expected=float(events[sites].sum() * (overall[last + 1] - overall[first]) / len(site)),
                ratio=float(best[centre]),
                p=_p(best[centre], null),
                p_gumbel=_p_gumbel(best[centre], null),
            )
        )
    return Scan(clusters=tuple(clusters), null=null, events=len(site), days=days)


def _null(
    site: Ints,
    day: Ints,
    events: Ints,
    zones: Zones,
    looked_at: Windows,
    *,
    days: int,
    seeds: NDArray[np.uint64],
    progress: Callable[[int, int], None] | None,
) -> Floats:
    dealt = days - day if looked_at.is_prospective else day + 1
    dealt = np.sort(dealt[dealt <= looked_at.depth])
    found = np.zeros(len(seeds))
    if not len(looked_at.share) or not len(zones.members):
        return found
    fixed = (
        np.sort(site).astype(np.int32),
        dealt,
        looked_at.depth + 1,
        zones.starts,
        zones.members,
        zones.is_whole,
        events,
        looked_at.upper,
        looked_at.lower,
        looked_at.share,
        grouped(looked_at),
        np.cumsum(np.bincount(dealt, minlength=looked_at.depth + 1)) / len(site),
    )
    threads_used = os.cpu_count() or 1
    lanes = max(1, min(MOST_AT_ONCE, MOST_HELD // (threads_used * len(events) * (looked_at.depth + 1) + 1)))
    with ThreadPoolExecutor(threads_used) as threads:
        jobs = []
        for first in range(0, len(seeds), lanes):
            block = slice(first, first + lanes)
            jobs.append(threads.submit(greatest_of_shufflings, seeds[block], *fixed, found[block]))
        for done, job in enumerate(jobs, 1):
            job.result()
            if progress:
                progress(done, len(jobs))
    return np.sort(found)


def _apart(zones: Zones, best: Floats, size: Ints, most: int) -> list[int]:
    """Centres of clusters that share no site, greatest ratio first; equals: the tighter circle, then the first."""
    last = np.maximum(zones.starts[:-1] + size - 1, 0)
    radius = zones.distance_m[last] if len(zones.distance_m) else np.zeros(len(best))
    level = np.round(best / max(float(best.max(initial=0)), 1e-300) / SAME)
    is_taken = np.zeros(len(best), bool)
    chosen: list[int] = []
    for centre in np.lexsort((radius, -level)).tolist():
        if len(chosen) == most or best[centre] <= 0:
            break
        sites = zones.members[zones.starts[centre] : zones.starts[centre] + size[centre]]
        if not is_taken[sites].any():
            is_taken[sites] = True
            chosen.append(centre)
    return chosen


def _p(found: float, null: Floats) -> float:
    return float(1 + (null >= found * (1 - SAME)).sum()) / (1 + len(null))


def _p_gumbel(found: float, null: Floats) -> float:
    spread = float(null.std()) * np.sqrt(6) / np.pi
    if spread == 0:
        return _p(found, null)
    return max(float(-np.expm1(-np.exp(-(found - null.mean() + EULER * spread) / spread))), SMALLEST)


def _check(
    site: Ints, day: Ints, places_m: Floats, *, days: int, longest: int, most_share: float, replicates: int
) -> None:
    sites = len(places_m)
    faults = (
        (site.shape != day.shape, "site", "事件的地点和日期个数不一样", "sites and days must be equally many"),
        (
            bool(len(site)) and not (site.min() >= 0 and site.max() < sites),
            "site",
            "事件指向不存在的地点",
            "an event names a site that isn't there",
        ),
        (
            bool(len(day)) and not (day.min() >= 0 and day.max() < days),
            "day",
            "事件不在研究期内",
            "an event lies outside the days studied",
        ),
        (not np.isfinite(places_m).all(), "places_m", "地点没有坐标", "a site has no place"),
        (not 1 <= longest <= max(days, 1), "longest", "最长时段须在 1 天到研究期之间", "longest must be 1..days"),
        (not 0 < most_share <= 1, "most_share", "份额须大于 0、不超过 1", "the share must lie in (0, 1]"),
        (replicates < 9, "replicates", "至少模拟 9 次", "at least 9 replicates"),
        (len(site) > MOST_EVENTS, "site", f"事件超过 {MOST_EVENTS} 个", f"more than {MOST_EVENTS} events"),
        (
            sites * (days + 1) > MOST_HELD,
            "places_m",
            "地点太多或研究期太长：请先把点归并成格子",
            "too many sites or days: join points into cells first",
        ),
    )
    for is_bad, field, zh, en in faults:
        if is_bad:
            raise BadInput(zh, en, field=field)
