"""WGS-84, GCJ-02 and BD-09: inside the house everything is WGS-84, the others exist at the edges to map providers.

GCJ-02 shifts points inside China by some hundred metres and leaves the others alone; BD-09 shifts GCJ-02 once more.
The formulas are the widely published ones; ways back are found by iteration, to far less than a metre.
"""

from math import atan2, cos, pi, sin, sqrt

_AXIS_M = 6378245.0
_ECCENTRICITY = 0.00669342162296594323
_BD = pi * 3000 / 180
_CLOSE = 1e-9  # degrees, a tenth of a millimetre
_MOST_STEPS = 30

Point = tuple[float, float]  # longitude, latitude in degrees


def is_shifted(lon: float, lat: float) -> bool:
    """Whether GCJ-02 differs here: a rectangle around China."""
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def gcj02_from_wgs84(lon: float, lat: float) -> Point:
    """Outside China unchanged."""
    if not is_shifted(lon, lat):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    waves = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    radians = lat / 180 * pi
    magic = 1 - _ECCENTRICITY * sin(radians) ** 2
    root = sqrt(magic)
    d_lon = east * 180 / (_AXIS_M / root * cos(radians) * pi)
    d_lat = north * 180 / (_AXIS_M * (1 - _ECCENTRICITY) / (magic * root) * pi)
    return lon + d_lon, lat + d_lat


def wgs84_from_gcj02(lon: float, lat: float) -> Point:
    """The inverse, by iteration."""
    if not is_shifted(lon, lat):
        return lon, lat
    found_lon, found_lat = lon, lat
    for _ in range(_MOST_STEPS):
        there_lon, there_lat = gcj02_from_wgs84(found_lon, found_lat)
        off_lon, off_lat = lon - there_lon, lat - there_lat
        found_lon, found_lat = found_lon + off_lon, found_lat + off_lat
        if max(abs(off_lon), abs(off_lat)) < _CLOSE:
            break
    return found_lon, found_lat


def bd09_from_gcj02(lon: float, lat: float) -> Point:
    length = sqrt(lon * lon + lat * lat) + 0.00002 * sin(lat * _BD)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BD)
    return length * cos(angle) + 0.0065, length * sin(angle) + 0.006


def gcj02_from_bd09(lon: float, lat: float) -> Point:
    """The exact inverse by iteration; the commonly copied closed form is off by up to 1e-5 degrees."""
    found_lon, found_lat = lon - 0.0065, lat - 0.006
    for _ in range(_MOST_STEPS):
        there_lon, there_lat = bd09_from_gcj02(found_lon, found_lat)
        off_lon, off_lat = lon - there_lon, lat - there_lat
        found_lon, found_lat = found_lon + off_lon, found_lat + off_lat
        if max(abs(off_lon), abs(off_lat)) < _CLOSE:
            break
    return found_lon, found_lat


def bd09_from_wgs84(lon: float, lat: float) -> Point:
    return bd09_from_gcj02(*gcj02_from_wgs84(lon, lat))


def wgs84_from_bd09(lon: float, lat: float) -> Point:
    return wgs84_from_gcj02(*gcj02_from_bd09(lon, lat))
