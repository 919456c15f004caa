"""Waiting lines with several servers: Erlang's formulas, and the time from a call to its end. Arrays broadcast.

M/M/c: calls come at random (Poisson), each takes an exponentially distributed time, `servers` people work, nobody gives
up, first come, first served. Sources: A. K. Erlang, "Solution of some problems in the theory of probabilities of
significance in automatic telephone exchanges" (1917); N. Gans, G. Koole, A. Mandelbaum, "Telephone call centers:
tutorial, review, and research prospects", Manufacturing & Service Operations Management 5 (2003).

Times are in seconds, rates in calls an hour, loads in erlangs (people busy on the average).
"""

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kuaichu.analysis.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HOUR_S = 3600.0
MOST_SERVERS = 100_000


def load_of(an_hour: ArrayLike, handling_s: ArrayLike) -> Floats:
    """Erlangs: calls an hour times the mean handling time."""
    return np.asarray(np.asarray(an_hour, np.float64) * np.asarray(handling_s, np.float64) / HOUR_S)


def erlang_b(servers: ArrayLike, load: ArrayLike) -> Floats:
    """The share of calls that find all busy when nobody waits: B(0) = 1, B(c) = aB(c−1) / (c + aB(c−1)).

    Raises BadInput for negative, fractional or absurdly many servers and for loads that are no number.
    """
    count, a = _checked(servers, load)
    lost = np.ones_like(a)
    found = lost.copy()
    for server in range(1, int(count.max(initial=0)) + 1):
        lost = a * lost / (server + a * lost)
        found = np.where(count == server, lost, found)
    return found


def erlang_c(servers: ArrayLike, load: ArrayLike) -> Floats:
    """The share of calls that have to wait, C = B / (1 − (a/c)(1 − B)); 1 when there is more work than people."""
    count, a = _checked(servers, load)
    lost = erlang_b(count, a)
    busy = np.where(a < count, a / np.maximum(count, 1), 0.0)
    return np.where(a < count, lost / (1 - busy * (1 - lost)), 1.0)


def mean_wait_s(servers: ArrayLike, an_hour: ArrayLike, handling_s: ArrayLike) -> Floats:
    """Over all calls; infinite when there is more work than people."""
    count, a = _checked(servers, load_of(an_hour, handling_s))
    with np.errstate(divide="ignore", invalid="ignore"):
        wait = erlang_c(count, a) * np.asarray(handling_s, np.float64) / (count - a)
    return np.where(a < count, wait, np.inf)


def waits_longer(servers: ArrayLike, an_hour: ArrayLike, handling_s: ArrayLike, seconds: ArrayLike) -> Floats:
    """The share of calls that wait longer than so: C·exp(−(c − a)t/s); 1 for t < 0 and where there is too much work."""
    count, a = _checked(servers, load_of(an_hour, handling_s))
    time = np.asarray(seconds, np.float64)
    spare = np.maximum(count - a, 0.0) / np.asarray(handling_s, np.float64)
    later = erlang_c(count, a) * np.exp(-spare * np.maximum(time, 0.0))
    return np.where((time < 0) | (a >= count), 1.0, later)


def answered_within(servers: ArrayLike, an_hour: ArrayLike, handling_s: ArrayLike, seconds: ArrayLike) -> Floats:
    """The service level: the share of calls that wait at most so long."""
    return 1.0 - waits_longer(servers, an_hour, handling_s, seconds)


def done_within(servers: ArrayLike, an_hour: ArrayLike, handling_s: ArrayLike, seconds: ArrayLike) -> Floats:
    """The share of calls whose waiting and handling together end within so.

    Those who wait need the sum of two exponential times with the rates θ = (c − a)/s and μ = 1/s; what lasts longer
    than t is e^(−μt)·(1 + μ(1 − e^(−(θ−μ)t))/(θ − μ)), written with expm1 so that θ = μ is no special case.
    """
    count, a = _checked(servers, load_of(an_hour, handling_s))
    handling, time = np.asarray(handling_s, np.float64), np.maximum(np.asarray(seconds, np.float64), 0.0)
    ending = 1.0 / handling
    apart = (np.maximum(count - a, 0.0) - 1.0) * ending * time
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        stretch = np.where(np.abs(apart) < 1e-12, 1.0, -np.expm1(-apart) / apart)
        later = np.exp(-ending * time) * (1.0 + erlang_c(count, a) * ending * time * stretch)
    return np.where((time <= 0) | (a >= count), 0.0, np.clip(1.0 - later, 0.0, 1.0))


def kept_within(servers: ArrayLike, an_hour: ArrayLike, handling_s: float, own_s: ArrayLike, seconds: float) -> Floats:
    """The share of cases that end within so when people need `own_s` (a sample, (m,)) themselves besides.

    `servers`, `an_hour` (n,); answer (n,).
    """
    left = float(seconds) - np.asarray(own_s, np.float64)
    done = done_within(_column(servers), _column(an_hour), handling_s, left[None, :])
    return np.asarray(done.mean(axis=1))


def reached_within(
    servers: ArrayLike, an_hour: ArrayLike, handling_s: ArrayLike, way_s: ArrayLike, seconds: float
) -> Floats:
    """The share of calls that somebody reaches within so: waiting for a free one, then the way (a sample).

    `servers`, `an_hour`, `handling_s` (n,); `way_s` (m,) or one sample for each (n, m); answer (n,).
    """
    left = float(seconds) - np.atleast_2d(np.asarray(way_s, np.float64))
    return np.asarray(answered_within(_column(servers), _column(an_hour), _column(handling_s), left).mean(axis=1))


def own_times(median_s: float, spread: float, *, steps: int = 60) -> Floats:
    """People's own time as `steps` equally likely values of a lognormal distribution; `spread` is σ of its logarithm.

    Times at a telephone were found lognormal by Brown, Gans, Mandelbaum, Sakov, Shen, Zeltyn & Zhao, "Statistical
    analysis of a telephone call center", Journal of the American Statistical Association 100 (2005).
    """
    if not median_s >= 0 or not spread >= 0:
        raise BadInput("用时和离散程度不能为负", "times and spreads can't be negative", field="own_s")
    normal = NormalDist()
    steps_at = np.array([normal.inv_cdf((step + 0.5) / steps) for step in range(steps)])
    return np.asarray(median_s * np.exp(spread * steps_at))


def _column(values: ArrayLike) -> NDArray[Any]:
    return np.atleast_1d(np.asarray(values))[:, None]


def _checked(servers: ArrayLike, load: ArrayLike) -> tuple[Ints, Floats]:
    count, a = np.broadcast_arrays(np.asarray(servers), np.asarray(load, np.float64))
    if not np.all(count == np.floor(count)) or np.any(count < 0) or np.any(count > MOST_SERVERS):
        raise BadInput("人数要是不太大的非负整数", "people come in whole, not too large numbers", field="servers")
    if not np.all(np.isfinite(a)) or np.any(a < 0):
        raise BadInput("需求和用时要是非负的数", "demand and times must be numbers, not negative", field="load")
    return count.astype(np.int64), a
