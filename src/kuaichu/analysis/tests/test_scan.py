"""The scan against a plain search over every circle and window, and its p-values against their own law."""

from math import log

import numpy as np
import pytest

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.scan import on_sphere, permutation_scan
from kuaichu.analysis.scan.likelihood import grouped, windows
from kuaichu.analysis.scan.zones import circles


def plain_search(site, day, places, *, days, longest, prospective, most_share, max_radius_m):
    """The greatest ratio, its sites and days: straight from the definition."""
    total, best = len(site), (0.0, (), 0, 0)
    for centre in places:
        distance = np.round(np.hypot(*(places - centre).T), 9)
        for radius in np.unique(distance[distance <= max_radius_m]):
            inside = np.flatnonzero(distance <= radius)
            in_zone = np.isin(site, inside)
            if in_zone.sum() > most_share * total:
                break
            for last in [days - 1] if prospective else range(days):
                for first in range(max(last - longest + 1, 0), last + 1):
                    in_days = (day >= first) & (day <= last)
                    c, m = (in_zone & in_days).sum(), in_zone.sum() * in_days.sum() / total
                    if c < 2 or c <= m:
                        continue
                    rest = (total - c) * log((total - c) / (total - m)) if c < total else 0
                    found = c * log(c / m) + rest
                    if found > best[0] + 1e-9:
                        best = (found, tuple(inside.tolist()), first, last)
    return best


def city(seed, *, events=120, sites=14, days=9):
    rng = np.random.default_rng(seed)
    places = np.floor(rng.uniform(0, 6, (sites, 2))) * 1000  # on a lattice: many equal distances and shared places
    return rng.integers(0, sites, events), rng.integers(0, days, events), places


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("prospective", [True, False])
def test_the_best_cluster_is_that_of_a_plain_search(seed, prospective):
    site, day, places = city(seed)
    given = {"days": 9, "longest": 4, "prospective": prospective, "most_share": 0.4, "max_radius_m": 2500}
    expected = plain_search(site, day, places, **given)
    found = permutation_scan(site, day, places, replicates=9, rng=np.random.default_rng(0), **given).clusters[0]
    assert found.ratio == pytest.approx(expected[0], rel=1e-12)
    in_zone, in_days = np.isin(site, found.sites), (day >= found.first_day) & (day <= found.last_day)
    assert found.observed == (in_zone & in_days).sum()
    assert found.expected == pytest.approx(in_zone.sum() * in_days.sum() / len(site))
    if (sorted(found.sites), found.first_day, found.last_day) != (list(expected[1]), *expected[2:]):
        assert found.observed * log(found.observed / found.expected) + (len(site) - found.observed) * log(
            (len(site) - found.observed) / (len(site) - found.expected)
        ) == pytest.approx(expected[0])  # another circle with the very same ratio


@pytest.mark.parametrize("prospective", [True, False])
def test_the_quick_search_over_shufflings_is_the_plain_one(prospective):
    """Two sites and few events: the law of the greatest ratio, from every way to deal the days."""
    site, day = np.array([0, 0, 0, 1, 1, 1, 1]), np.array([0, 1, 1, 2, 0, 2, 2])
    places = np.array([[0.0, 0], [500, 0]])
    given = {"days": 3, "longest": 2, "prospective": prospective, "most_share": 0.6, "max_radius_m": 100.0}
    null = permutation_scan(site, day, places, replicates=6000, rng=np.random.default_rng(3), **given).null
    rng = np.random.default_rng(4)
    plain = np.array([plain_search(site, rng.permutation(day), places, **given)[0] for _ in range(250)])
    values = np.unique(np.round(null, 5))
    assert set(np.round(plain, 5)) <= set(values)
    for value in values:
        share = (null >= value - 1e-4).mean()
        error = 4.5 * np.sqrt(share * (1 - share) * (1 / 250 + 1 / 6000))
        assert (plain >= value - 1e-4).mean() == pytest.approx(share, abs=error + 1e-9)


def test_the_seed_gives_the_answer_whatever_the_threads(monkeypatch):
    site, day, places = city(1, events=3000, sites=60, days=28)
    answers = []
    for cores, lanes in ((1, 64), (3, 5)):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        monkeypatch.setattr("kuaichu.analysis.scan.permutation.MOST_AT_ONCE", lanes)
        rng = np.random.default_rng(12)
        answers.append(
            permutation_scan(site, day, places, days=28, longest=7, prospective=True, replicates=99, rng=rng)
        )
    assert (answers[0].null == answers[1].null).all()
    assert answers[0].clusters == answers[1].clusters


def test_windows_ruled_out_together_change_no_answer(monkeypatch):
    site, day, places = city(2, events=3000, sites=40, days=20)
    day = np.where(day % 5 == 3, 0, day)  # days without events, and one with many
    given = {"days": 20, "longest": 12, "prospective": False, "most_share": 0.3, "replicates": 150}
    groups = grouped(windows(np.bincount(day, minlength=20), longest=12, prospective=False))
    assert np.concatenate([np.arange(*group[3:]) for group in groups]).tolist() == list(range(groups[-1, 4]))
    assert set(groups[:, 2]) == {0, 1, 2}
    together = permutation_scan(site, day, places, rng=np.random.default_rng(6), **given).null
    monkeypatch.setattr("kuaichu.analysis.scan.likelihood.ALIKE", 1.0)
    assert (together == permutation_scan(site, day, places, rng=np.random.default_rng(6), **given).null).all()


def test_a_planted_cluster_is_found_with_its_days_and_secondary_ones_share_no_site():
    site, day, places = city(3, events=2000, sites=50, days=28)
    near = np.flatnonzero(np.hypot(*(places - places[7]).T) <= 1000)
    site = np.concatenate([site, np.random.default_rng(1).choice(near, 60)])
    day = np.concatenate([day, np.random.default_rng(2).integers(24, 28, 60)])
    rng = np.random.default_rng(5)
    found = permutation_scan(site, day, places, days=28, longest=14, prospective=True, replicates=199, rng=rng)
    best = found.clusters[0]
    assert set(near) <= set(best.sites)
    assert (best.first_day, best.last_day) == (24, 27)
    assert best.p == 1 / 200
    assert 0 < best.p_gumbel < 1e-4
    taken = [one for cluster in found.clusters for one in cluster.sites]
    assert len(taken) == len(set(taken))
    assert [one.ratio for one in found.clusters] == sorted((one.ratio for one in found.clusters), reverse=True)
    assert all(0 < one.p <= 1 and 0 < one.p_gumbel <= 1 for one in found.clusters)
    assert found.quantile(0.5) < found.quantile(0.95)


def test_alarms_on_cities_without_clusters_keep_their_level():
    p = []
    for seed in range(60):
        site, day, places = city(seed, events=150, sites=12, days=10)
        rng = np.random.default_rng(seed)
        found = permutation_scan(site, day, places, days=10, longest=5, prospective=True, replicates=19, rng=rng)
        p.append(found.clusters[0].p if found.clusters else 1.0)
    assert (np.array(p) <= 0.05 + 1e-9).sum() <= 9  # 3 expected; more than 9 in one of 700 runs
    assert (np.array(p) <= 0.5).mean() == pytest.approx(0.5, abs=0.25)


def test_circles_hold_equal_distances_together_and_keep_their_limits():
    places = np.array([[0.0, 0], [1, 0], [-1, 0], [0, 3]])
    zones = circles(places, np.array([1, 1, 1, 1]), most_events=2)
    assert zones.members[: zones.starts[1]].tolist() == [0]  # both at 1 m would make three
    assert zones.members[zones.starts[1] : zones.starts[2]].tolist() == [1, 0]
    wide = circles(places, np.array([1, 1, 1, 1]), most_events=4, max_radius_m=1)
    assert wide.members[: wide.starts[1]].tolist() == [0, 1, 2]
    assert wide.is_whole[: wide.starts[1]].tolist() == [True, False, True]
    assert circles(places, np.array([5, 1, 1, 1]), most_events=3).starts[1] == 0


def test_chords_are_great_circle_distances():
    points = on_sphere(np.array([120.0, 120.0, 120.03]), np.array([30.0, 30.027, 30.0]))
    assert np.linalg.norm(points[1] - points[0]) == pytest.approx(np.radians(0.027) * 6_371_008.8, rel=1e-7)
    east = np.radians(0.03) * 6_371_008.8 * np.cos(np.radians(30))
    assert np.linalg.norm(points[2] - points[0]) == pytest.approx(east, rel=1e-6)


def scanned(site, day, places, **given):
    given = {"days": 5, "longest": 2, "prospective": False, "replicates": 19, "rng": np.random.default_rng(0)} | given
    return permutation_scan(np.array(site, int), np.array(day, int), np.array(places, float), **given)


def test_odd_inputs_behave():
    assert scanned([], [], np.empty((0, 2))).clusters == ()
    assert scanned([], [], [[0, 0]]).quantile(0.95) == 0
    assert scanned([0], [3], [[0, 0], [9, 9]]).clusters == ()
    assert scanned([0] * 8, [1] * 8, [[0, 0]]).clusters == ()
    same_place = scanned([0, 1, 2, 0, 1], [0, 0, 0, 4, 4], [[3, 3]] * 3)
    assert same_place.clusters == ()  # one circle with everything in it is no place
    same_day = scanned([0, 0, 1, 2], [2] * 4, [[0, 0], [5, 0], [9, 9]])
    assert same_day.clusters == ()
    whole = scanned([0, 0, 1, 1], [0, 0, 4, 4], [[0, 0], [9, 9]], most_share=1, longest=5)
    assert whole.clusters[0].ratio == pytest.approx(2 * log(2) + 2 * log(2 / 3))
    for wrong, words in (
        ({"days": 2}, "outside the days"),
        ({"longest": 6}, "longest"),
        ({"most_share": 0}, "share"),
        ({"replicates": 0}, "replicates"),
    ):
        with pytest.raises(BadInput, match=words):
            scanned([0, 1], [0, 4], [[0, 0], [9, 9]], **wrong)
    with pytest.raises(BadInput, match="has no place"):
        scanned([0], [0], [[np.nan, 0]])
    with pytest.raises(BadInput, match="isn't there"):
        scanned([2], [0], [[0, 0]])
