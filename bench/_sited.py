"""A made-up city for measuring where units stand: 262 grids, and calls by grid and hour with two rush hours."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
GRIDS, HOURS = 262, 24


def city(rng: np.random.Generator, *, calls_a_day: float, days: int = 1) -> tuple[Floats, Floats]:
    """Grid centres (262, 2) in metres, a kilometre apart and off by up to 300 m, and calls (24, 262) of all days."""
    side = int(np.ceil(np.sqrt(GRIDS * 1.3)))
    column, row = (each.ravel() for each in np.meshgrid(np.arange(side), np.arange(side)))
    off = np.hypot(column - side / 2, row - side / 2)
    kept = np.sort(np.argsort(off + 2 * rng.random(side * side))[:GRIDS])
    places = np.stack([column[kept], row[kept]], axis=1) * 1000.0 + rng.uniform(-300, 300, (GRIDS, 2))
    busy = np.exp(-4 * off[kept] / side) * rng.gamma(1.0, 1.0, GRIDS)
    hour = np.arange(HOURS)
    rush = 0.35 + np.exp(-(((hour - 8) / 2.0) ** 2)) + np.exp(-(((hour - 18) / 2.5) ** 2)) + 0.5 * (abs(hour - 13) < 6)
    rate = rush[:, None] * busy * (0.7 + 0.6 * rng.random((HOURS, GRIDS)))
    return places, rng.poisson(rate / rate.sum() * calls_a_day * days).astype(np.float64)
