"""DBSCAN: 10^6 points against scikit-learn, the same partition, in seconds and in memory.

    ./kuaichu bench analysis_clusters
    ./kuaichu bench analysis_clusters --points 100000

Floor: sorting the points by cell. Memory: what a process of its own needs at most beyond the points.
"""

import argparse
import os
import sys
from typing import Any

from _analysing import ROOT, head, line, peak_memory, peer, timed

import numpy as np  # isort: skip
from kuaichu.analysis.clusters import dbscan  # isort: skip

REACH_M = 50.0
LEAST = 20
CORES = os.cpu_count() or 1
PROGRAM = """
import sys
sys.path[:0] = [{bench!r}]
from _analysing import memory_kb, new_peak
from analysis_clusters import points, REACH_M, LEAST
import numpy as np
x, y = points({count})
{prepare}
new_peak()
print(memory_kb('VmRSS'))
{work}
print(memory_kb('VmHWM'))
"""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--points", type=int, default=1_000_000)
    count = options.parse_args().points
    head(f"clusters: {count:,} points, reach {REACH_M:g} m, at least {LEAST}", "scikit-learn")
    x, y = points(count)
    floor, _, _ = timed(lambda: np.argsort((y // 35).astype(np.int64) * 10_000 + (x // 35).astype(np.int64)), 3)
    line("floor: points sorted by cell, s", f"{floor:.3f}")
    dbscan(x[:100], y[:100], reach_m=REACH_M, least=LEAST)
    wall, cpu, (label, core) = timed(lambda: dbscan(x, y, reach_m=REACH_M, least=LEAST), 3)
    line("clusters, s on the clock (of processors)", f"{wall:.2f} ({cpu:.2f})")
    line("  clusters found, share in them", f"{label.max() + 1:,}, {(label >= 0).mean():.2f}")
    ours = "dbscan(x, y, reach_m=REACH_M, least=LEAST)"
    mine = peak_memory(
        _program(
            count, "from kuaichu.analysis.clusters import dbscan; dbscan(x[:9], y[:9], reach_m=9.0, least=2)", ours
        )
    )
    line("  memory beyond the points, MB", f"{mine:,.0f}")
    sklearn = peer("sklearn.cluster", "scikit-learn")
    if sklearn is None:
        return 0
    both = np.stack([x, y], axis=1)
    seconds, used, theirs = timed(lambda: sklearn.DBSCAN(eps=REACH_M, min_samples=LEAST).fit(both), 1)
    line("scikit-learn, s on the clock (of processors)", f"{seconds:.1f} ({used:.1f})")
    is_same = bool((theirs.labels_ == label).all() and core.sum() == len(theirs.core_sample_indices_))
    good = line("same labels and core points", str(is_same), "True", is_same)
    good &= line("faster, by processor seconds, times", f"{used / cpu:,.0f}", ">= 10", used / cpu >= 10)
    fit = "DBSCAN(eps=REACH_M, min_samples=LEAST).fit(np.stack([x, y], axis=1))"
    other = peak_memory(
        _program(count, "from sklearn.cluster import DBSCAN; DBSCAN(eps=9.0).fit(np.ones((9, 2)))", fit)
    )
    line("  scikit-learn's memory beyond the points, MB", f"{other:,.0f}")
    good &= line("share of its memory", f"{mine / other:.3f}", "<= 0.1", mine / other <= 0.1)
    return 0 if good else 1


def _program(count: int, prepare: str, work: str) -> str:
    return PROGRAM.format(bench=str(ROOT / "bench"), count=count, prepare=prepare, work=work)


def points(count: int) -> tuple[Any, Any]:
    """Half in 300 heaps of all sizes, half anywhere on 30 by 30 km."""
    rng = np.random.default_rng(3)
    place = rng.integers(300, size=count)
    centre, spread = rng.random((300, 2)) * 30_000, rng.gamma(2, 150, 300)
    x, y = centre[place].T + rng.normal(size=(2, count)) * spread[place]
    x[::2], y[::2] = rng.random((2, len(x[::2]))) * 30_000
    return x, y


if __name__ == "__main__":
    sys.exit(main())
