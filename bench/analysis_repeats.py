"""Repeat calls: flags and pairs against known truth, beside a plain rule (floor) and splink (peer), and how fast.

    ./kuaichu bench analysis_repeats                a city's month and a province's day
    ./kuaichu bench analysis_repeats --no-peer      without splink
    ./kuaichu bench analysis_repeats --train        make the weights of the house anew

Seeds of training and testing differ; the threshold is the one in the weights file.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
sys.path.append(str(ROOT / ".venv" / "peers"))

from _lib import load_line, percentile  # noqa: E402

from bench._calls import Calls, generate  # noqa: E402
from kuaichu.analysis.repeats import Recogniser, combined, train  # noqa: E402
from kuaichu.analysis.repeats.weights import DEFAULT_FILE  # noqa: E402

TRAINING = (("city", 30.0, 1066.0, 101), ("province", 0.35, 100_000.0, 102))
TESTING = (("city", 30.0, 1066.0, (201, 202, 203)), ("province", 1.0, 100_000.0, (211,)))
GOALS = {"city": (0.93, 0.92, 0.90), "province": (0.92, 0.87, 0.85)}
OFFERED = 20_000
Wholes = NDArray[np.int64]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--train", action="store_true")
    options.add_argument("--no-peer", action="store_true")
    given = options.parse_args()
    if given.train:
        return make_weights()
    print(f"{'what':34} {'flag P':>8} {'flag R':>8} {'pair P':>8} {'pair R':>8} {'pair F1':>8}   ({load_line()})")
    is_good = True
    for (kind, days, per_day, seeds), training in zip(TESTING, TRAINING, strict=True):
        peer = None if given.no_peer else trained_peer(training)
        for seed in seeds:
            calls = generate(kind=kind, days=days, per_day=per_day, seed=seed)
            is_good &= measured(kind, seed, calls, peer if seed == seeds[0] else None)
    return 0 if is_good else 1


def make_weights() -> int:
    """Counts of generated calls of a city and a province, added up."""
    parts = []
    for kind, days, per_day, seed in TRAINING:
        calls = generate(kind=kind, days=days, per_day=per_day, seed=seed)
        parts.append(train(calls.columns, calls.event, matter=calls.matter))
        print(f"{kind}: {calls.event.size} calls")
    made = {
        "what": "counts from generated calls with known truth: a start until a force trains weights of its own",
        "generator": "bench/_calls.py",
        "seeds": {f"{kind}, {days:g} days": seed for kind, days, _, seed in TRAINING},
        "command": "./kuaichu bench analysis_repeats --train",
    }
    DEFAULT_FILE.write_text(combined(parts, made).to_json() + "\n", encoding="utf-8")
    return 0


def measured(kind: str, seed: int, calls: Calls, peer: Any) -> bool:
    Recogniser().batch({name: values[:50] for name, values in calls.columns.items()})  # compiled before it is timed
    began, used = time.perf_counter(), time.process_time()
    found = Recogniser().batch(calls.columns)
    used, took = time.process_time() - used, time.perf_counter() - began
    title = f"{kind}, {calls.event.size} calls, seed {seed}"
    flags = found["kind"] == "event"
    reached = line(f"ours: {title}", calls, flags, numbered(found["incident_id"]))
    is_good = all(value >= goal for value, goal in zip(reached, GOALS[kind], strict=True))
    matters(calls, found)
    rule = plain_rule(calls)
    line("floor: same phone 6 h, or 200 m 20 min", calls, rule >= 0, chained(rule))
    if peer is not None:
        against(peer, calls)
    rate = calls.event.size / used
    print(f"  batch: {rate:,.0f} calls per second of processor time, {calls.event.size / took:,.0f} by the clock")
    return bool(is_good & one_by_one(calls, found) & (rate >= 20_000))


def line(title: str, calls: Calls, flags: NDArray[np.bool_], incident: Wholes) -> tuple[float, float, float]:
    right = float((flags & calls.again).sum())
    precision, recall = right / max(flags.sum(), 1), right / calls.again.sum()
    both, made, true = (pair_count(of) for of in (_joint(calls.event, incident), incident, calls.event))
    f1 = 2 * both / (made + true)
    print(
        f"{title:40} {precision:8.3f} {recall:8.3f} {both / max(made, 1):8.3f} {both / true:8.3f} {f1:8.3f}", flush=True
    )
    return precision, recall, f1


def _joint(one: Wholes, two: Wholes) -> Wholes:
    return np.unique(np.stack([one, two]), axis=1, return_inverse=True)[1].ravel()


def pair_count(groups: Wholes) -> float:
    sizes = np.unique(groups, return_counts=True)[1].astype(float)
    return float((sizes * (sizes - 1) / 2).sum())


def numbered(ids: NDArray[Any]) -> Wholes:
    return np.unique(ids.astype(str), return_inverse=True)[1].astype(np.int64)


def matters(calls: Calls, found: dict[str, NDArray[Any]]) -> None:
    """The other notion: the same caller, the same matter, another day."""
    first = np.unique(calls.matter, return_index=True)[1]
    is_later = ~calls.again
    is_later[first] = False
    flags = found["kind"] == "matter"
    right = (flags & is_later).sum()
    if is_later.sum() >= 100:
        shares = f"precision {right / flags.sum():.3f}, recall {right / is_later.sum():.3f}"
        print(f"  the same matter on another day: {shares}"
              f" of {is_later.sum()}")  # fmt: skip


def plain_rule(calls: Calls) -> Wholes:
    """What a desk does by eye: the newest call of the same phone in 6 h, else any in 200 m and 20 min; -1 for none."""
    t, x, y = (calls.columns[name] for name in "txy")
    phones: dict[str, int] = {}
    found: Wholes = np.full(t.size, -1, np.int64)
    begin = np.searchsorted(t, t - 1200)
    for row, phone in enumerate(calls.columns["phone"]):
        before = phones.get(phone, -1) if phone else -1
        if before >= 0 and t[row] - t[before] < 6 * 3600:
            found[row] = before
        else:
            near = np.flatnonzero(np.hypot(x[begin[row] : row] - x[row], y[begin[row] : row] - y[row]) < 200)
            found[row] = begin[row] + near[-1] if near.size else -1
        phones[phone] = row
    return found


def chained(repeats: Wholes) -> Wholes:
    incident: Wholes = np.arange(repeats.size, dtype=np.int64)
    for row in np.flatnonzero(repeats >= 0):
        incident[row] = incident[repeats[row]]
    return incident


def trained_peer(training: tuple[str, float, float, int]) -> Any:
    """splink with labels of the training calls and its best threshold on them; None when it is not installed."""
    try:
        import splink
    except ImportError:
        print("  (splink is missing: .venv/tools/bin/uv pip install --target .venv/peers -r requirements-bench.in)")
        return None
    from _repeats_peer import Peer, records, thresholds

    kind, days, per_day, seed = training
    calls = generate(kind=kind, days=days, per_day=per_day, seed=seed)
    share = pair_count(calls.event) / (calls.event.size**2 / 2)
    table = records(calls.columns, calls.event)
    peer = Peer(table, share)
    scored = peer.scored(table)
    by_pairs = max(thresholds(), key=lambda level: pairs_f1(calls.event, scored.pairs(level)))
    by_clusters = max(thresholds(), key=lambda level: clusters_f1(calls.event, scored.clusters(level)))
    return splink.__version__, peer, by_pairs, by_clusters


def pairs_f1(event: Wholes, pairs: Wholes) -> float:
    both = float((event[pairs[:, 0]] == event[pairs[:, 1]]).sum())
    return 2 * both / (len(pairs) + pair_count(event))


def clusters_f1(event: Wholes, incident: Wholes) -> float:
    return 2 * pair_count(_joint(event, incident)) / (pair_count(incident) + pair_count(event))


def against(trained: Any, calls: Calls) -> None:
    from _repeats_peer import records

    version, peer, by_pairs, by_clusters = trained
    table = records(calls.columns, calls.event)
    used = time.process_time()
    scored = peer.scored(table)
    pairs, incident = pairs_f1(calls.event, scored.pairs(by_pairs)), scored.clusters(by_clusters)
    used = time.process_time() - used
    first = np.unique(incident, return_index=True)[1]
    flags = np.ones(incident.size, bool)
    flags[first] = False
    line(f"splink {version}, clusters at {by_clusters}", calls, flags, incident)
    print(f"  splink, pairs at {by_pairs}: pair F1 {pairs:.3f}; {calls.event.size / used:,.0f} calls per s of processor"
          " time")  # fmt: skip


def one_by_one(calls: Calls, found: dict[str, NDArray[Any]]) -> bool:
    """The same calls offered singly: the same answers to the bit, and how long one takes."""
    recogniser, took = Recogniser(), []
    size = min(OFFERED, calls.event.size)
    rows = [{name: values[row] for name, values in calls.columns.items()} for row in range(size)]
    is_same = True
    for row, call in enumerate(rows):
        began = time.thread_time()
        judged = recogniser.offer(call)
        took.append(time.thread_time() - began)
        repeats = judged.link.repeats if judged.link else None
        is_same &= repeats == found["repeats"][row] and judged.incident_id == found["incident_id"][row]
        is_same &= judged.link is None or round(judged.link.score, 6) == found["score"][row]
    p99 = percentile(took, 0.99) * 1e3
    print(f"  one by one ({size}): median {percentile(took, 0.5) * 1e6:.0f} µs, p99 {p99:.2f} ms of processor time")
    print(f"  the same answers as in the batch: {is_same}")
    return is_same and p99 <= 1


if __name__ == "__main__":
    sys.exit(main())
