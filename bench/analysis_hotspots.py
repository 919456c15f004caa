"""Hot spots: exact p-values against esda's permutations, false alarms, detection, and what Empirical Bayes foresees.

    ./kuaichu bench analysis_hotspots                      all that needs no data
    ./kuaichu bench analysis_hotspots --crashes FILE.csv   also the ranking against later years; the columns are named
    by
                                                           --id --year --lon --lat (an id that stands twice counts once)

The peer is installed beside the product: see requirements-bench.in.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".venv/peers"
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bench")]

import _lib  # noqa: E402

from kuaichu.analysis import hotspots  # noqa: E402
from kuaichu.analysis.tables import Column, read_table  # noqa: E402

INSTALL = "uv pip install --target .venv/peers 'esda>=2.9' 'libpysal>=4.12'"
SPEED_CELLS, BIG_CELLS, REFERENCE_CELLS = (316, 316), (1000, 1000), (20, 20)
PERMUTATIONS, REFERENCE = 999, 99_999
NULL_CITIES, PLANTED_CITIES, CITY, RATE = 1000, 200, (50, 50), 0.05
TOPS = (50, 200, 1000)
GOAL_S, GOAL_RATIO, GOAL_ERRORS = 3.0, 100.0, 4.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--crashes", type=Path, help="CSV of crashes in several years, for the ranking")
    for name, column in (("id", "AREFNO"), ("year", "year"), ("lon", "lon"), ("lat", "lat")):
        options.add_argument(f"--{name}", default=column)
    options.add_argument("--cities", type=int, default=NULL_CITIES)
    given = options.parse_args()
    sys.path.append(str(PEERS))
    warnings.simplefilter("ignore")
    print(f"({_lib.load_line()})")
    speed()
    errors()
    alarms(given.cities)
    detection()
    if given.crashes is None:
        print("\n(no --crashes FILE: the Empirical Bayes ranking is not measured)")
    else:
        foresight(given)
    return 0


def grid(size: tuple[int, int]) -> hotspots.Neighbours:
    columns, rows = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    return hotspots.Neighbours.on_grid(columns.ravel(), rows.ravel())


def counts(rng: np.random.Generator, cells: int) -> np.ndarray[Any, Any]:
    """Crash-like counts: mean 1, variance 4.3, many zeros."""
    return rng.negative_binomial(0.3, 0.3 / 1.3, cells).astype(float)


def timed(work: Callable[[], Any], *, times: int = 3) -> tuple[float, float]:
    """Best wall and processor seconds of several runs."""
    best = (float("inf"), float("inf"))
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        best = min(best[0], time.perf_counter() - wall), min(best[1], time.process_time() - cpu)
    return best


def seconds(taken: tuple[float, float]) -> str:
    return f"{taken[0]:8.3f} s wall {taken[1]:8.3f} s CPU"


def peer() -> Any:
    """esda with libpysal, or None with a word how to install them."""
    try:
        import esda
        import libpysal
    except ImportError as missing:
        print(f"(peer not measured: {missing}; install it with: {INSTALL})")
        return None
    return esda, libpysal


def speed() -> None:
    rng = np.random.default_rng(1)
    hotspots.local_statistic(counts(rng, 400), grid((20, 20)))
    rows = []
    for size in (SPEED_CELLS, BIG_CELLS):
        cells = size[0] * size[1]
        values = counts(rng, cells)
        floor = timed(lambda size=size, values=values: grid(size).sums(values))
        for statistic in ("gi", "moran"):
            whole = timed(lambda s=statistic, size=size, v=values: hotspots.local_statistic(v, grid(size), statistic=s))
            rows.append((f"ours, {cells:,} cells, {statistic}, exact, with neighbours", seconds(whole)))
        rows.append((f"floor: neighbours and their sums, {cells:,} cells", seconds(floor)))
    known = peer()
    if known:
        rows += peer_speed(known, rng)
    _lib.table(f"p-values of every cell (goal: 10^6 cells <= {GOAL_S} s; >= {GOAL_RATIO:.0f}x the peer)", rows)


def peer_speed(known: Any, rng: np.random.Generator) -> list[tuple[str, str]]:
    esda, libpysal = known
    neighbours, values = grid(SPEED_CELLS), counts(rng, SPEED_CELLS[0] * SPEED_CELLS[1])
    small, weights = libpysal.weights.lat2W(20, 20, rook=False), libpysal.weights.lat2W(*SPEED_CELLS, rook=False)
    tests = {
        "gi": lambda y, w: esda.G_Local(
            y, w, transform="B", star=True, permutations=PERMUTATIONS, keep_simulations=False, n_jobs=1, seed=1
        ),
        "moran": lambda y, w: esda.Moran_Local(
            y, w, permutations=PERMUTATIONS, keep_simulations=False, n_jobs=1, seed=1
        ),
    }
    rows = []
    for statistic, test in tests.items():
        test(counts(rng, 400), small)  # warm
        theirs = timed(lambda test=test: test(values, weights), times=1)
        ours = timed(lambda s=statistic: hotspots.local_statistic(values, neighbours, statistic=s))
        rows.append(
            (
                f"esda {esda.__version__}, {len(values):,} cells, {statistic}, {PERMUTATIONS} permutations, warm",
                f"{seconds(theirs)}; ours {seconds(ours)}:"
                f" {theirs[0] / ours[0]:.0f}x wall, {theirs[1] / ours[1]:.0f}x CPU",
            )
        )
    return rows


def errors() -> None:
    """Exact p-values against many permutations, ours and the peer's, in standard errors of those."""
    rng = np.random.default_rng(2)
    neighbours, values = grid(REFERENCE_CELLS), counts(rng, REFERENCE_CELLS[0] * REFERENCE_CELLS[1])
    found = hotspots.local_statistic(values, neighbours, method="exact")
    drawn = hotspots.local_statistic(values, neighbours, method="draws", draws=REFERENCE, rng=rng)
    rows = [(f"own draws, P(>=), {len(values)} cells", worst(found.p_high, drawn.p_high))]
    rows.append((f"own draws, P(<=), {len(values)} cells", worst(found.p_low, drawn.p_low)))
    known = peer()
    if known:
        esda, libpysal = known
        weights, total = libpysal.weights.lat2W(*REFERENCE_CELLS, rook=False), values.sum()
        theirs = esda.G_Local(values, weights, transform="B", star=True, permutations=REFERENCE, n_jobs=1, seed=3)
        drawn_sums, observed = np.rint(theirs.rGs * total), np.rint(theirs.Gs * total)[:, None]
        rows.append((f"esda {esda.__version__}, its draws, P(>=)", worst(found.p_high, mean_p(drawn_sums >= observed))))
        rows.append((f"esda {esda.__version__}, its draws, P(<=)", worst(found.p_low, mean_p(drawn_sums <= observed))))
        same = np.minimum(found.p_high, 1 - found.p_high)  # its p_sim: the smaller of P(>=) and P(<)
        lost = np.abs(np.asarray(theirs.p_sim, float) - mean_p(drawn_sums >= observed)) > 2 / REFERENCE
        lost &= np.abs(np.asarray(theirs.p_sim, float) - mean_p(drawn_sums < observed)) > 2 / REFERENCE
        rows.append(
            (
                f"esda {esda.__version__}, p_sim of the {np.sum(~lost)} cells without ties lost to rounding",
                worst(same[~lost], theirs.p_sim[~lost]),
            )
        )
    _lib.table(f"exact p-values less those of {REFERENCE:,} permutations (goal: within {GOAL_ERRORS:.0f} s.e.)", rows)


def mean_p(hits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return (hits.sum(axis=1) + 1) / (REFERENCE + 1)


def worst(exact: np.ndarray[Any, Any], p: np.ndarray[Any, Any]) -> str:
    hits = np.asarray(p, float) * (REFERENCE + 1) - 1
    error = np.sqrt(np.maximum(exact * (1 - exact), 0.25 / REFERENCE) / REFERENCE)
    apart = np.abs(hits / REFERENCE - exact) / error
    return f"largest {apart.max():.2f} s.e., mean square {np.square(apart).mean():.2f} (1 expected)"


def alarms(cities: int) -> None:
    """Cities whose counts are dealt to the cells by lot: any mark at all is a false alarm."""
    rng, neighbours, cells = np.random.default_rng(3), grid(CITY), CITY[0] * CITY[1]
    rows = []
    for statistic in ("gi", "moran"):
        for name, make in (
            ("Poisson, mean 1", lambda: rng.poisson(1, cells).astype(float)),
            ("crash-like", lambda: counts(rng, cells)),
        ):
            tests = [hotspots.local_statistic(make(), neighbours, statistic=statistic) for _ in range(cities)]
            share = np.mean([hotspots.marked(test, rate=RATE).mark.any() for test in tests])
            level = np.mean([(test.p_high <= RATE).mean() for test in tests])
            rows.append((f"{statistic}, {name}", f"cities with a mark {share:.3f}; cells with p <= {RATE} {level:.4f}"))
    _lib.table(f"{cities} null cities of {cells:,} cells, FDR {RATE} (goal: <= {RATE} each)", rows)


def detection() -> None:
    """A 4 x 4 block with more events than the rest (mean 1), in a city of Poisson counts."""
    neighbours = grid(CITY)
    rows = []
    for times in (2, 3, 4, 6):
        rng = np.random.default_rng(times)
        found, false = [], []
        block = np.zeros(CITY[::-1], bool)
        block[20:24, 20:24] = True
        near = np.zeros(CITY[::-1], bool)
        near[19:25, 19:25] = True
        for _ in range(PLANTED_CITIES):
            values = rng.poisson(np.where(block, times, 1)).astype(float).ravel()
            mark = hotspots.marked(hotspots.local_statistic(values, neighbours), rate=RATE).mark > 0
            found.append(mark[block.ravel()].any())
            false.append((mark & ~near.ravel()).sum() / max(mark.sum(), 1))
        text = f"found in {np.mean(found):.3f} of {PLANTED_CITIES}; false share of marks {np.mean(false):.3f}"
        rows.append((f"block with {times}x the rest", text))
    _lib.table(f"detection, {CITY[0]} x {CITY[1]} cells, Gi*, FDR {RATE}", rows)


def foresight(given: argparse.Namespace) -> None:
    """Later years' crashes in the top cells: ranked by counts (mean over ties) and by Empirical Bayes."""
    wanted = {"id": Column(given.id, "text")} | {role: Column(getattr(given, role)) for role in ("year", "lon", "lat")}
    table = read_table(given.crashes, wanted)
    _names, once = np.unique(table["id"].astype(str), return_index=True)
    year, lon, lat = (table[role][once] for role in ("year", "lon", "lat"))
    rows = []
    for split in np.unique(year)[1:-2]:
        for name, make in (
            ("250 m", lambda part: hotspots.grid_cells(lon[part], lat[part], cell_m=250)),
            ("H3 9", lambda part: hotspots.h3_cells(lon[part], lat[part], resolution=9)),
        ):
            cells = make(year < split)
            later = cells.find(lon[year >= split], lat[year >= split])
            future = np.bincount(later[later >= 0], minlength=len(cells))
            order = hotspots.empirical_bayes(cells.counts.astype(float), neighbours=cells.neighbours).ranking()
            texts = [f"{top}: {future[order[:top]].sum()} / {raw(cells.counts, future, top):.0f}" for top in TOPS]
            rows.append((f"{name}, years before {split:.0f} against later, top", "  ".join(texts)))
    _lib.table(f"later crashes in the top cells, Empirical Bayes / counts ({len(once):,} crashes)", rows)


def raw(counted: np.ndarray[Any, Any], future: np.ndarray[Any, Any], top: int) -> float:
    """What the top cells by count catch; of the cells with equal counts at the edge the mean share."""
    edge = np.sort(counted)[-top]
    sure, tied = counted > edge, counted == edge
    return float(future[sure].sum() + future[tied].mean() * (top - sure.sum()))


if __name__ == "__main__":
    sys.exit(main())
