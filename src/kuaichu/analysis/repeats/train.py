"""Weights from calls whose incidents are known: shares counted in closed form; or from none, by classification EM.

With truth: the recogniser runs over the calls while every call joins its true incident, and counts how often each
level of
agreement stands between calls and open incidents that belong together and that don't (m and u of Fellegi & Sunter
1969).
Distances and ages of further calls are counted directly. Without truth: the recogniser's own links take the place of
the
truth, round after round (classification EM: Celeux & Govaert 1992), from weights that are roughly right.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.repeats import sizes as z
from kuaichu.analysis.repeats.encode import encode, order_of
from kuaichu.analysis.repeats.run import FREE, OPEN, Batch
from kuaichu.analysis.repeats.state import new_state
from kuaichu.analysis.repeats.stream import no_counts, run_all
from kuaichu.analysis.repeats.texts import Words
from kuaichu.analysis.repeats.weights import STARTING, Floats, Weights

Wholes = NDArray[np.int64]
LAGS = z.MEMBERS - 1  # earlier calls of the incident with which a call's distance is counted
ROUNDS = 4  # of the two factors of the rate of further calls; converged to 1e-3 after three
OFFSET_ROUNDS = 2


def train(
    columns: Mapping[str, NDArray[Any]],
    incident: NDArray[Any],
    *,
    matter: NDArray[Any] | None = None,
    made: Mapping[str, Any] | None = None,
    scalars: Mapping[str, float] | None = None,
) -> Weights:
    """Weights from labelled calls.

    incident: any value a call, equal for calls about one event (a force's 关联警情编号 after its people confirmed or
    refused).
    matter: the same for matters that the same caller brought up on several days; left out, it is `incident`.
    """
    order = order_of(columns)
    if order.size < 2 or len(incident) != order.size:
        zh, en = "训练至少要两条警情，且每条都有所属事件", "training needs two calls or more, each with its incident"
        raise BadInput(zh, en, field="incident")
    words = Words()
    batch = encode(columns, words, order=order)
    events = _numbered(np.asarray(incident)[order])
    matters = events if matter is None else _numbered(np.asarray(matter)[order])
    return train_encoded(batch, events, matters, made=made or {}, scalars={**STARTING, **(scalars or {})})


def train_encoded(
    batch: Batch, events: Wholes, matters: Wholes, *, made: Mapping[str, Any], scalars: Mapping[str, float]
) -> Weights:
    """`train` on calls that are encoded already."""
    batch = batch._replace(event=events, matter=matters, forced=_first_calls(events))
    weights = _flat(scalars, made)
    ages: dict[str, Any] = _ages(batch)
    weights = replace(weights, place=_places(batch), **ages)
    counts = _counted(batch, weights)
    weights = replace(weights, **counts._asdict())
    free = batch._replace(forced=np.full(batch.t.size, FREE, np.int64))
    is_again = batch.forced >= 0
    for _ in range(OFFSET_ROUNDS):
        weights = weights.with_scalars(offset=weights.scalars["offset"] + _missing_odds(free, weights, is_again))
    return weights


def train_unlabelled(
    columns: Mapping[str, NDArray[Any]], start: Weights, *, rounds: int = 3, made: Mapping[str, Any] | None = None
) -> Weights:
    """Weights from calls without labels, starting from others (classification EM)."""
    words = Words()
    batch, weights = encode(columns, words), start
    for _ in range(rounds):
        out = np.zeros((batch.t.size, z.OUT))
        run_all(new_state(), weights.table(), batch, types=_types(batch), out=out, counts=no_counts())
        events = out[:, z.O_INCIDENT].astype(np.int64)
        weights = train_encoded(batch, events, _matters(out), made=made or {}, scalars=start.scalars)
    return weights


def _numbered(values: NDArray[Any]) -> Wholes:
    return np.unique(values.astype(str), return_inverse=True)[1].astype(np.int64)


def _types(batch: Batch) -> int:
    return int(batch.typ.max(initial=0)) + 2


def _first_calls(events: Wholes) -> Wholes:
    """For every call the number of its incident's first call, or OPEN when it is the first itself."""
    _, first, where = np.unique(events, return_index=True, return_inverse=True)
    forced = first[where].astype(np.int64)
    forced[first] = OPEN
    return forced


def _matters(out: Floats) -> Wholes:
    """Matters that judged calls belong to: what the earlier call belongs to, else their own incident."""
    matters: Wholes = np.arange(len(out), dtype=np.int64)
    for row in np.flatnonzero(out[:, z.O_KIND] != z.NEW):
        matters[row] = matters[int(out[row, z.O_OTHER])]
    return matters


def _flat(scalars: Mapping[str, float], made: Mapping[str, Any]) -> Weights:
    empty = no_counts()._asdict()
    return Weights(
        place=np.ones(z.DISTANCE_BINS), age=np.ones(z.AGE_BINS), age_exposure_s=np.ones(z.AGE_BINS),
        calls=np.zeros(z.COUNT_LEVELS), calls_expected=np.zeros(z.COUNT_LEVELS), scalars=dict(scalars), made=dict(made),
        **empty,
    )  # fmt: skip


def _pairs(batch: Batch, lag: int) -> tuple[Wholes, Wholes]:
    """Calls and the call `lag` before each in the same incident, of other phones."""
    order = np.argsort(batch.event, kind="stable")
    later, earlier = order[lag:], order[:-lag] if lag else order
    is_pair = batch.event[later] == batch.event[earlier]
    is_other = (batch.phone[later] == 0) | (batch.phone[later] != batch.phone[earlier])
    return later[is_pair & is_other], earlier[is_pair & is_other]


def _places(batch: Batch) -> Floats:
    """Distances between calls of one incident by bin."""
    counts = np.zeros(z.DISTANCE_BINS)
    for lag in range(1, LAGS + 1):
        later, earlier = _pairs(batch, lag)
        away = np.hypot(batch.x[later] - batch.x[earlier], batch.y[later] - batch.y[earlier])
        away = away[np.isfinite(away)]
        counts += np.bincount(_bins(away, z.FIRST_BIN_M, z.BIN_RATIO, z.DISTANCE_BINS), minlength=z.DISTANCE_BINS)
    return counts


def _bins(values: Floats, first: float, ratio: float, bins: int) -> Wholes:
    steps = np.ceil(np.log(np.maximum(values, first) / first) / np.log(ratio))
    return np.clip(steps, 0, bins - 1).astype(np.int64)


def _ages(batch: Batch) -> dict[str, Floats]:
    """Rate of further calls as a product of age and number of calls so far, both counted against the time incidents
    had.
    """
    order = np.argsort(batch.event, kind="stable")
    t, event = batch.t[order], batch.event[order]
    starts = np.flatnonzero(np.r_[True, event[1:] != event[:-1]])
    sizes = np.diff(np.r_[starts, event.size])
    rank = np.arange(event.size) - np.repeat(starts, sizes)
    age = t - np.repeat(t[starts], sizes)
    is_own = _same_phone_before(batch.phone[order], starts, sizes)
    edges = np.append(z.FIRST_AGE_S * z.AGE_RATIO ** np.arange(z.AGE_BINS - 1), 86_400.0)
    until = np.where(np.r_[event[1:] == event[:-1], False], np.r_[age[1:], 0.0], edges[-1])
    level = np.minimum(np.array([0, 1, 2, 2, 3, 3, 3, 3])[np.minimum(rank, 7)] + (rank > 7), z.COUNT_LEVELS - 1)
    exposure = np.zeros((z.AGE_BINS, z.COUNT_LEVELS))
    for number, (low, high) in enumerate(zip(np.r_[0.0, edges[:-1]], edges, strict=True)):
        inside = np.clip(np.minimum(until, high) - np.maximum(age, low), 0, None)
        exposure[number] = np.bincount(level, inside, z.COUNT_LEVELS)
    is_further = (rank > 0) & ~is_own
    before = level[np.maximum(np.arange(event.size) - 1, 0)]
    seen = np.zeros((z.AGE_BINS, z.COUNT_LEVELS))
    bins = _bins(age, z.FIRST_AGE_S, z.AGE_RATIO, z.AGE_BINS)
    np.add.at(seen, (bins[is_further], before[is_further]), 1)
    return _two_factors(seen, exposure)


def _same_phone_before(phone: Wholes, starts: Wholes, sizes: Wholes) -> NDArray[np.bool_]:
    """Did the phone call about this incident before? Rows stand by incident and time."""
    incident = np.repeat(np.arange(starts.size), sizes)
    _, first, where = np.unique(np.stack([incident, phone]), axis=1, return_index=True, return_inverse=True)
    return np.asarray((first[where.ravel()] != np.arange(phone.size)) & (phone != 0))


def _two_factors(seen: Floats, exposure: Floats) -> dict[str, Floats]:
    by_calls = np.ones(z.COUNT_LEVELS)
    for _ in range(ROUNDS):
        weighted = exposure @ by_calls
        rate = (seen.sum(axis=1) + 0.1) / np.maximum(weighted, 1.0)
        expected = rate @ exposure
        by_calls = (seen.sum(axis=0) + 5) / (expected + 5)
    return {
        "age": seen.sum(axis=1), "age_exposure_s": exposure @ by_calls, "calls": seen.sum(axis=0),
        "calls_expected": rate @ exposure,
    }  # fmt: skip


def _counted(batch: Batch, weights: Weights) -> Any:
    """Levels between calls and open incidents, each call joining its true incident."""
    counts, out = no_counts(), np.zeros((batch.t.size, z.OUT))
    state = new_state(calls=1 << int(np.ceil(np.log2(max(batch.t.size, 2)))))
    run_all(state, weights.table(), batch, types=_types(batch), out=out, counts=counts, learn=True)
    return counts


def _missing_odds(batch: Batch, weights: Weights, is_again: NDArray[np.bool_]) -> float:
    """What must be added to the logarithm of the odds so that as many calls are expected to be repeats as there are."""
    out = np.zeros((batch.t.size, z.OUT))
    run_all(new_state(), weights.table(), batch, types=_types(batch), out=out, counts=no_counts())
    score = np.clip(np.where(out[:, z.O_KIND] == z.MATTER, 0, out[:, z.O_ANY]), 0, 1 - 1e-12)
    log_odds, wanted = np.log(np.maximum(score, 1e-300) / (1 - score)), float(is_again.mean())
    low, high = -5.0, 5.0
    for _ in range(40):
        middle = (low + high) / 2
        is_low = float((1 / (1 + np.exp(-np.clip(log_odds + middle, -700, 700)))).mean()) < wanted
        low, high = (middle, high) if is_low else (low, middle)
    return (low + high) / 2
