"""GCJ-02 to WGS-84 for whole columns: the formulas of law.identifiers.coordinates, in NumPy."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_AXIS_M = 6378245.0
_ECCENTRICITY = 0.00669342162296594323
_STEPS = 6  # the error shrinks some thousandfold a step; four reach the limit of double precision


def wgs84_from_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Degrees in, degrees out; NaN stays NaN; points outside the shifted rectangle stay as they are."""
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    is_shifted = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    found_lon, found_lat = lon.copy(), lat.copy()
    for _ in range(_STEPS):
        d_lon, d_lat = _shift(found_lon, found_lat)
        found_lon, found_lat = lon - d_lon, lat - d_lat
    return np.where(is_shifted, found_lon, lon), np.where(is_shifted, found_lat, lat)


def _shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    sin, pi = np.sin, np.pi
    waves = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    root_x = np.sqrt(np.abs(x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root_x + waves
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root_x + waves
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    angle = lat / 180 * pi
    magic = 1 - _ECCENTRICITY * sin(angle) ** 2
    root = np.sqrt(magic)
    d_lon = east * 180 / (_AXIS_M / root * np.cos(angle) * pi)
    d_lat = north * 180 / (_AXIS_M * (1 - _ECCENTRICITY) / (magic * root) * pi)
    return d_lon, d_lat
