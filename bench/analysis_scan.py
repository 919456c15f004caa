"""Space-time permutation scan: speed, false alarms, detection, and SaTScan's own published sample.

    ./kuaichu bench analysis_scan                              all that needs no data
    ./kuaichu bench analysis_scan --satscan-samples FOLDER     also NYCfever.cas and NYCfever.geo out of that folder

SaTScan and its samples are not part of this project; its figures below were measured with version 10.3.2.
"""

import argparse
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]

import _lib  # noqa: E402

from kuaichu.analysis.scan import Scan, on_sphere, permutation_scan  # noqa: E402

EVENTS, SITES, DAYS, SHARE, REPLICATES = 100_000, 1024, 28, 0.1, 999
GOAL_S, SATSCAN_S = 5.0, 24.9
CITIES, PLANTED, LEVEL = 1000, 100, 0.05
SAMPLE = {"llr": 3.8454184, "zips": 9, "days": 3, "p": 0.21, "null": {0.5: 3.15, 0.9: 4.47, 0.95: 4.75, 0.99: 5.89}}
SAMPLE_FIRST, SAMPLE_DAYS, SAMPLE_WINDOW, SAMPLE_RADIUS_M = date(2001, 11, 1), 24, 7, 3000.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--satscan-samples", type=Path, metavar="FOLDER")
    options.add_argument("--cities", type=int, default=CITIES)
    given = options.parse_args()
    print(f"({_lib.load_line()})")
    speed()
    alarms(given.cities)
    detection()
    if given.satscan_samples is None:
        print("\n(no --satscan-samples FOLDER: the published sample is not compared)")
        return 0
    return 0 if sample(given.satscan_samples) else 1


def town(rng: np.random.Generator, *, events: int, sites: int, days: int) -> tuple[Any, Any, Any]:
    """Sites anywhere in 30 km x 30 km, some busier than others; days without any pattern."""
    busy = rng.gamma(1, 1, sites)
    site = rng.choice(sites, events, p=busy / busy.sum())
    return site, rng.integers(0, days, events), rng.uniform(0, 30_000, (sites, 2))


def speed() -> None:
    site, day, places = town(np.random.default_rng(5), events=EVENTS, sites=SITES, days=DAYS)
    rows = []
    wall = time.perf_counter()
    shuffler = np.random.default_rng(1)
    for _ in range(REPLICATES // 10):
        shuffler.permutation(day)
    rows.append(
        (f"floor: NumPy shuffles the days {REPLICATES} times", f"{(time.perf_counter() - wall) * 10:7.2f} s wall")
    )
    for name, longest, prospective in (
        ("prospective, windows up to 14 days", 14, True),
        ("prospective, windows up to 27 days", 27, True),
        ("retrospective, all windows up to 14 days", 14, False),
    ):
        rows.append((f"ours, {name}", timed(site, day, places, longest=longest, prospective=prospective)))
    title = f"{EVENTS:,} events, {SITES:,} sites, {DAYS} days, {SHARE:.0%}, {REPLICATES} replicates"
    _lib.table(f"{title} (goal <= {GOAL_S} s; SaTScan 10.3.2, idle, earlier: {SATSCAN_S} s)", rows)


def timed(site: Any, day: Any, places: Any, *, longest: int, prospective: bool) -> str:
    given = {"days": DAYS, "longest": longest, "prospective": prospective, "most_share": SHARE}
    permutation_scan(site[:999], day[:999], places, replicates=9, rng=np.random.default_rng(0), **given)  # compiled
    best = (float("inf"), float("inf"))
    for _ in range(2):
        wall, cpu = time.perf_counter(), time.process_time()
        permutation_scan(site, day, places, replicates=REPLICATES, rng=np.random.default_rng(1), **given)
        best = min(best[0], time.perf_counter() - wall), min(best[1], time.process_time() - cpu)
    return f"{best[0]:7.2f} s wall {best[1]:7.2f} s CPU on two threads; {SATSCAN_S / best[0]:.1f}x SaTScan"


def alarms(cities: int) -> None:
    """The best cluster of cities without any: p <= level in at most that share of them."""
    rows = []
    for prospective in (True, False):
        p, tail = [], []
        for seed in range(cities):
            site, day, places = town(np.random.default_rng(seed), events=300, sites=30, days=14)
            found = scanned(site, day, places, prospective=prospective, replicates=99, seed=seed)
            p.append(found.clusters[0].p if found.clusters else 1.0)
            tail.append(found.clusters[0].p_gumbel if found.clusters else 1.0)
        name = "prospective" if prospective else "retrospective"
        text = f"Monte-Carlo {np.mean(np.array(p) <= LEVEL):.3f}, Gumbel {np.mean(np.array(tail) <= LEVEL):.3f}"
        rows.append((f"{name}: share with p <= {LEVEL}", text))
    error = np.sqrt(LEVEL * (1 - LEVEL) / cities)
    _lib.table(f"{cities} null cities (300 events, 30 sites, 14 days); goal {LEVEL} +- {2 * error:.3f}", rows)


def scanned(site: Any, day: Any, places: Any, *, prospective: bool, replicates: int, seed: int) -> Scan:
    rng = np.random.default_rng(seed)
    return permutation_scan(
        site, day, places, days=14, longest=7, prospective=prospective, most_share=0.3, replicates=replicates, rng=rng
    )


def detection() -> None:
    """Extra events at one site and its two nearest on the last three days, among 300 others."""
    rows = []
    for extra in (3, 6, 9, 12):
        found, overlap = [], []
        for seed in range(PLANTED):
            rng = np.random.default_rng(seed)
            site, day, places = town(rng, events=300, sites=30, days=14)
            near = np.argsort(np.hypot(*(places - places[seed % 30]).T))[:3]
            site = np.concatenate([site, rng.choice(near, extra)])
            day = np.concatenate([day, rng.integers(11, 14, extra)])
            scan = scanned(site, day, places, prospective=True, replicates=199, seed=seed)
            best = scan.clusters[0]
            found.append(best.p <= LEVEL and bool(set(near) & set(best.sites)))
            if found[-1]:
                overlap.append(len(set(near) & set(best.sites)) / len(set(near) | set(best.sites)))
        text = f"found {np.mean(found):.2f} of {PLANTED}; sites shared with the truth {np.mean(overlap or [0]):.2f}"
        rows.append((f"{extra} extra events on 3 sites in 3 days", text))
    _lib.table(f"detection of planted clusters, p <= {LEVEL}, 199 replicates", rows)


def sample(folder: Path) -> bool:
    geo, cas = folder / "NYCfever.geo", folder / "NYCfever.cas"
    if not (geo.is_file() and cas.is_file()):
        print(f"\n(NYCfever.geo and NYCfever.cas are not in {folder}: the published sample is not compared)")
        return True
    places = [line.split() for line in geo.read_text().splitlines() if line.strip()]
    number = {name: at for at, (name, *_rest) in enumerate(places)}
    site, day = [], []
    for line in cas.read_text().splitlines():
        if line.strip():
            name, cases, when = line.split()
            year, month, month_day = (int(part) for part in when.split("/"))
            site += [number[name]] * int(cases)
            day += [(date(year, month, month_day) - SAMPLE_FIRST).days] * int(cases)
    where = on_sphere(np.array([float(row[2]) for row in places]), np.array([float(row[1]) for row in places]))
    given = {"days": SAMPLE_DAYS, "longest": SAMPLE_WINDOW, "prospective": True, "max_radius_m": SAMPLE_RADIUS_M}
    found = permutation_scan(site, day, where, replicates=9999, rng=np.random.default_rng(1), **given)
    best = found.clusters[0]
    days = best.last_day - best.first_day + 1
    rows = [
        ("log likelihood ratio", f"{best.ratio:.7f}  (SaTScan {SAMPLE['llr']})"),
        ("zips, days", f"{len(best.sites)}, {days}  (SaTScan {SAMPLE['zips']}, {SAMPLE['days']})"),
        ("observed, expected", f"{best.observed}, {best.expected:.2f}"),
        ("p, Gumbel p", f"{best.p:.4f}, {best.p_gumbel:.4f}  (SaTScan about {SAMPLE['p']})"),
    ]
    rows += [
        (f"null quantile {share}", f"{found.quantile(share):.2f}  (SaTScan {value})")
        for share, value in SAMPLE["null"].items()
    ]
    _lib.table(
        "SaTScan's sample NYCfever, prospective, circles up to 3 km, windows up to 7 days, 9,999 replicates", rows
    )
    return abs(best.ratio - SAMPLE["llr"]) < 5e-8 and (len(best.sites), days) == (SAMPLE["zips"], SAMPLE["days"])


if __name__ == "__main__":
    sys.exit(main())
