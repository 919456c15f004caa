"""Weights: how often what agrees among calls that belong together and among those that don't, as counts in a file.

Counts, not logarithms, are kept: a force's own confirmed and refused links are simply added to them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.repeats import kernel as k
from kuaichu.analysis.repeats import sizes as z

Floats = NDArray[np.float64]
DEFAULT_FILE = Path(__file__).with_name("weights-1.json")
LARGEST_M = 60_000.0  # outer edge of the last distance bin: a call set on a default point
LEAST, MOST = -8.0, 12.0  # no single agreement may decide more than that, however few exceptions were counted
SMOOTH = np.array([0.25, 0.5, 0.25])
SCALARS = {
    "prior_s": k.S_PRIOR_S, "memory_s": k.S_MEMORY_S, "shrink": k.S_SHRINK, "type_prior": k.S_TYPE_PRIOR,
    "same_pair": k.S_SAME_PAIR, "threshold": k.S_THRESHOLD, "window_s": k.S_WINDOW_S, "event_s": k.S_EVENT_S,
    "matter_s": k.S_MATTER_S, "offset": k.S_OFFSET, "type_rate": k.S_TYPE_RATE, "aftermath": k.S_AFTERMATH,
}  # fmt: skip
STARTING = {
    "prior_s": 120.0, "memory_s": 3600.0, "shrink": 0.6, "type_prior": 50.0, "same_pair": 3.0, "threshold": 0.45,
    "window_s": 10_800.0, "event_s": 43_200.0, "matter_s": 30 * 86_400.0, "offset": 0.0,
    "type_rate": 30.0, "aftermath": 0.03,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Counts. Where there are two rows, row 0 counts pairs that do not belong together and row 1 pairs that do.

    place: further calls by distance bin. age: further calls of others by age bin; age_exposure_s: seconds that
    incidents were
    that old. calls, calls_expected: further calls by number of calls so far, and how many `age` alone would expect.
    plate (2, 7), road (2, 4, 5), typ (2, 3), gap (2, 8), near (2, 2, 7), habit (2, 4), phone_typ (2, 3): see sizes.py.
    scalars: seconds, threshold (probability from which a call is flagged), and priors. made: how, for a reader.
    """

    place: Floats
    age: Floats
    age_exposure_s: Floats
    calls: Floats
    calls_expected: Floats
    plate: Floats
    road: Floats
    typ: Floats
    gap: Floats
    near: Floats
    habit: Floats
    phone_typ: Floats
    scalars: Mapping[str, float]
    made: Mapping[str, Any]

    def table(self) -> k.Table:
        """Natural logarithms for the kernel."""
        scalars = np.zeros(20)
        for name, place in SCALARS.items():
            scalars[place] = self.scalars[name]
        scalars[k.S_SAME_PHONE] = np.log((self.gap[1].sum() + 0.5) / (self.gap[0].sum() + 0.5))
        upper = z.FIRST_AGE_S * z.AGE_RATIO ** np.arange(z.AGE_BINS)
        part = np.searchsorted(z.PART_EDGES_S, upper / np.sqrt(z.AGE_RATIO))
        incidents = max(float(self.age_exposure_s[0]) / z.FIRST_AGE_S, 1.0)
        repeats = np.bincount(part, self.age, z.AGE_PARTS) / incidents
        scalars[k.S_MEAN_REPEATS : k.S_MEAN_REPEATS + z.AGE_PARTS] = np.maximum(repeats, 0.005)
        age, half_hour = self._age(), upper <= 1800
        spans = np.diff(np.concatenate([[0.0], upper[half_hour]]))
        scalars[k.S_USUAL] = np.log(float(np.exp(age[half_hour]) @ spans) / spans.sum())
        typ = (self.typ[1, 1:] + 1) / (self.typ[1, 1:].sum() + 2)
        near = np.stack([log_ratio(self.near[:, late], 1.0) for late in range(2)])
        phone_typ = np.concatenate([[0.0], log_ratio(self.phone_typ[:, 1:], 1.0)])
        plate = np.concatenate([[0.0], log_ratio(self.plate[:, 1:], 0.5)])
        road = np.zeros((z.BANDS, z.ROAD_LEVELS))
        for band in range(z.BANDS):
            road[band, 1:] = log_ratio(self.road[:, band, 1:], 2.0)
        return k.Table(
            place=self._place(), age=age, calls=np.log((self.calls + 5) / (self.calls_expected + 5)), plate=plate,
            road=road, typ=typ, gap=log_ratio(np.stack([_smoothed(row) for row in self.gap]), 1.0), near=near,
            habit=log_ratio(self.habit, 1.0),
            phone_typ=phone_typ, scalars=scalars,
        )  # fmt: skip

    def _place(self) -> Floats:
        """ln density per m² of a further call by distance bin."""
        edges = np.append(z.FIRST_BIN_M * z.BIN_RATIO ** np.arange(z.DISTANCE_BINS - 1), LARGEST_M)
        areas = np.pi * np.diff(np.concatenate([[0.0], edges]) ** 2)
        counts = _smoothed(self.place) + 0.5
        density = counts / counts.sum() / areas
        return np.log(np.minimum.accumulate(density))  # nearer is never less likely

    def _age(self) -> Floats:
        """ln further calls per second by age bin."""
        exposure = np.maximum(self.age_exposure_s, 1.0)
        rate = (_smoothed(self.age) + 0.1) / exposure
        return np.log(rate)

    def with_scalars(self, **changes: float) -> "Weights":
        known = {item.name: getattr(self, item.name) for item in fields(self)}
        return Weights(**{**known, "scalars": {**self.scalars, **changes}})

    def to_json(self) -> str:
        kept: dict[str, Any] = {"version": 1, "made": dict(self.made), "scalars": dict(self.scalars)}
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                kept[item.name] = np.round(value, 2).tolist()
        return json.dumps(kept, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Weights":
        try:
            kept = json.loads(text)
            names = {item.name for item in fields(cls)} - {"scalars", "made"}
            arrays = {name: np.array(kept[name], float) for name in names}
            weights = cls(**arrays, scalars=kept["scalars"], made=kept["made"])
            weights.table()
        except (ValueError, KeyError, TypeError, IndexError) as error:
            zh, en = f"权重文件读不懂：{error}", f"this is no file of weights: {error}"
            raise BadInput(zh, en, field="weights") from None
        return weights


def log_ratio(counts: Floats, prior: float) -> Floats:
    """ln m/u per level: shares of the two rows, each with `prior` pseudo-counts spread as both rows together are."""
    together = counts.sum(axis=0) + 0.5
    spread = together / together.sum() * prior
    m = (counts[1] + spread) / (counts[1].sum() + prior)
    u = (counts[0] + spread) / (counts[0].sum() + prior)
    return np.clip(np.log(m / u), LEAST, MOST)


def _smoothed(counts: Floats) -> Floats:
    padded = np.pad(counts, 1, mode="edge")
    return np.convolve(padded, SMOOTH, mode="valid")


@cache
def default_weights() -> Weights:
    """The weights that come with the house; `made` says how they were made."""
    return Weights.from_json(DEFAULT_FILE.read_text(encoding="utf-8"))


def combined(several: Sequence[Weights], made: Mapping[str, Any]) -> Weights:
    """One set of weights from the counts of several trainings; the offset is their mean."""
    first = several[0]
    sums = {
        item.name: np.sum([getattr(weights, item.name) for weights in several], axis=0)
        for item in fields(first)
        if item.name not in ("scalars", "made")
    }
    offset = float(np.mean([weights.scalars["offset"] for weights in several]))
    return Weights(**sums, scalars={**first.scalars, "offset": offset}, made=dict(made))
