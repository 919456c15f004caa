import numpy as np
import pytest

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.plane import EARTH_RADIUS_M, Plane


def great_circle_m(lon1, lat1, lon2, lat2):
    """Haversine, as an independent measure."""
    p1, p2, dl = np.radians(lat1), np.radians(lat2), np.radians(lon2 - lon1)
    h = np.sin((p2 - p1) / 2) ** 2 + np.cos(p1) * np.cos(p2) * np.sin(dl / 2) ** 2
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(h))


def test_distances_within_ten_kilometres_are_right_to_a_thousandth():
    rng = np.random.default_rng(1)
    lon, lat = 120.5 + rng.uniform(-0.1, 0.1, 500), 30 + rng.uniform(-0.09, 0.09, 500)
    x, y = Plane(lon=120.5, lat=30).metres(lon, lat)
    apart = np.hypot(np.diff(x), np.diff(y))
    assert apart == pytest.approx(great_circle_m(lon[:-1], lat[:-1], lon[1:], lat[1:]), rel=1.1e-3)


def test_there_and_back():
    plane = Plane(lon=120.5, lat=30)
    lon, _lat = plane.degrees(*plane.metres(np.array([121.0, np.nan]), np.array([31.0, 30.0])))
    assert lon[0] == pytest.approx(121, abs=1e-12)
    assert np.isnan(lon[1])


def test_swapped_coordinates_are_named():
    with pytest.raises(BadInput, match=r"（30.001287, 120.500000）.*写反"):
        Plane(lon=30.001286999999998, lat=120.5)
    with pytest.raises(BadInput, match="没有一个可用"):
        Plane.around(np.array([np.nan]), np.array([np.nan]))
