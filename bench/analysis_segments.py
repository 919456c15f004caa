"""Events along roads: 10^6 events on a city's network, snapped, counted and spread; every kernel of the way timed.

    ./kuaichu bench analysis_segments                                   a made-up town of 20,000 links
    ./kuaichu bench analysis_segments --net X_net.tntp --nodes X_node.tntp

Floor: adding every event once to the lixel that it lies on. The reference for small networks stands in the tests.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from _analysing import head, line, timed

import numpy as np  # isort: skip
from kuaichu.analysis.network_files import read_tntp  # isort: skip
from kuaichu.analysis.networks import Network, lattice, network  # isort: skip
from kuaichu.analysis.segments import Snapper, segments  # isort: skip

CORES = os.cpu_count() or 1
SNAP_M = 100.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--net", type=Path)
    options.add_argument("--nodes", type=Path)
    options.add_argument("--lixel-m", type=float, default=75.0)
    given = options.parse_args()
    roads = (read_tntp(given.net, given.nodes) if given.net else made_up()).as_roads()
    lon, lat, link = events(roads, given.events)
    head(f"segments: {given.events:,} events, {roads.links:,} links, {roads.length_m.sum() / 1000:,.0f} km", "scipy")
    segments(lon[:10], lat[:10], roads, lixel_m=given.lixel_m)
    floor, _, _ = timed(lambda: np.bincount(link, minlength=roads.links))
    line("floor: every event added to its link, s", f"{floor:.4f}")
    wall, cpu, _ = timed(lambda: Snapper(roads).snap(lon, lat, limit_m=SNAP_M), 3)
    line("snapping alone, s on the clock (of processors)", f"{wall:.2f} ({cpu:.2f})")
    good = True
    for metres in (200.0, 300.0, 500.0):
        wall, cpu, found = timed(
            lambda each=metres: segments(lon, lat, roads, bandwidth_m=each, lixel_m=given.lixel_m, snap_m=SNAP_M), 3
        )
        count = len(found.density)
        fair = min(wall, cpu / CORES)
        is_goal = metres == 300 and count >= 40_000
        what = f"snap, count and spread, {metres:g} m, {count:,} lixels, s (of processors)"
        good &= line(what, f"{wall:.2f} ({cpu:.2f})", "<= 3" if is_goal else "", fair <= 3 if is_goal else None)
    return 0 if good else 1


def made_up() -> Network:
    """A town of 100 by 100 streets, two hundred metres apart and bent at random; lengths as they then are."""
    plain = lattice(columns=100, rows=100, spacing_m=200.0)
    rng = np.random.default_rng(1)
    x, y = plain.plane.metres(plain.lon, plain.lat)
    lon, lat = plain.plane.degrees(x + rng.normal(0, 40, plain.nodes), y + rng.normal(0, 40, plain.nodes))
    kept = rng.random(plain.links) < 0.9
    ends = {"from_node": plain.from_node[kept], "to_node": plain.to_node[kept]}
    return network(lon=lon, lat=lat, **ends, is_one_way=False)


def events(roads: Network, count: int) -> tuple[Any, Any, Any]:
    """Most of them on few roads, some metres beside."""
    rng = np.random.default_rng(2)
    weight = roads.length_m * rng.gamma(0.5, 1, roads.links)
    link = rng.choice(roads.links, count, p=weight / weight.sum())
    share = rng.random(count)
    a, b = roads.from_node[link], roads.to_node[link]
    lon = roads.lon[a] * (1 - share) + roads.lon[b] * share + rng.normal(0, 1e-4, count)
    lat = roads.lat[a] * (1 - share) + roads.lat[b] * share + rng.normal(0, 1e-4, count)
    return lon, lat, link


if __name__ == "__main__":
    sys.exit(main())
