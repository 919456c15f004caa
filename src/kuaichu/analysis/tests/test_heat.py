"""Density maps: against direct summation, by their mass, at the edges, and event by event."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.heat import LivingHeat, Raster, heat

KERNELS = ("epanechnikov", "gaussian")
EARTH = 6_371_008.8


def town(*, width=160, height=90, wide=0.2, high=0.3):
    return Raster(west=120.0, south=30.0, east=120.0 + wide, north=30.0 + high, width=width, height=height)


def points(count, *, seed=1, wide=0.2, high=0.3):
    """Half in three clumps, half anywhere, some outside the box."""
    rng = np.random.default_rng(seed)
    lon, lat = 120 + wide * rng.uniform(-0.1, 1.1, count), 30 + high * rng.uniform(-0.1, 1.1, count)
    centre = rng.integers(3, size=count // 2)
    lon[: count // 2] = 120 + wide * np.array([0.2, 0.5, 0.7])[centre] + rng.normal(0, wide / 40, count // 2)
    lat[: count // 2] = 30 + high * np.array([0.3, 0.8, 0.1])[centre] + rng.normal(0, high / 40, count // 2)
    return lon, lat


def direct(lon, lat, weight, raster, bandwidth_m, kernel, rows, columns):
    """The formula itself, written down once more with plain degrees."""
    middle = np.radians((raster.south + raster.north) / 2)
    found = []
    for row, column in zip(rows, columns, strict=True):
        at_lon = raster.west + (column + 0.5) / raster.width * (raster.east - raster.west)
        at_lat = raster.north - (row + 0.5) / raster.height * (raster.north - raster.south)
        x = EARTH * np.cos(middle) * np.radians(lon - at_lon)
        y = EARTH * np.radians(lat - at_lat)
        part = (x**2 + y**2) / bandwidth_m**2
        if kernel == "epanechnikov":
            each = 2 / (np.pi * bandwidth_m**2) * np.where(part < 1, 1 - part, 0)
        else:
            each = np.exp(-part / 2) / (2 * np.pi * bandwidth_m**2)
        found.append((weight * each).sum())
    return np.array(found)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("bandwidth_m", [5.0, 60.0, 150.0, 900.0, 8_000.0, 90_000.0])
def test_a_map_is_the_direct_sum(kernel, bandwidth_m):
    raster, rng = town(), np.random.default_rng(2)
    lon, lat = points(3000)
    weight = rng.gamma(1, 3, 3000)
    lon[:10], lat[:10] = (each[rng.integers(0, 90, 10)] for each in raster.centres())  # some exactly on pixels
    found = heat(lon, lat, raster=raster, bandwidth_m=bandwidth_m, kernel=kernel, weights=weight)
    rows, columns = rng.integers(90, size=300), rng.integers(160, size=300)
    rows[:3], columns[:3] = [0, 89, 0], [0, 159, 159]
    wanted = direct(lon, lat, weight, raster, bandwidth_m, kernel, rows, columns)
    assert np.abs(found.density[rows, columns] - wanted).max() < 1e-10 * found.density.max()


@pytest.mark.parametrize("bandwidth_m", [30.0, 400.0])
def test_no_digits_are_lost_on_a_wide_map_of_many_points(bandwidth_m):
    """The trap of difference arrays: a lone event far to the right of a heap of 10^5."""
    raster = Raster(west=100.0, south=30.0, east=101.0, north=30.01, width=4096, height=20)
    rng = np.random.default_rng(3)
    lon, lat = np.full(100_001, 100.002), rng.uniform(30.0, 30.01, 100_001)
    lon[:-1] += rng.normal(0, 1e-4, 100_000)
    lon[-1], lat[-1] = 100.9, 30.005
    weight = rng.uniform(0.1, 1.0, 100_001)
    found = heat(lon, lat, raster=raster, bandwidth_m=bandwidth_m, weights=weight)
    rows, columns = np.repeat(np.arange(20), 30), np.tile(np.arange(3671, 3701), 20)
    columns[::50] = rng.integers(0, 30, 12)
    wanted = direct(lon, lat, weight, raster, bandwidth_m, "epanechnikov", rows, columns)
    gap = np.abs(found.density[rows, columns] - wanted)
    assert gap.max() < 1e-12 * found.density.max()
    far = columns > 3000
    assert gap[far].max() < 1e-9 * wanted[far].max()  # even of the lone event's own peak


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_mass_is_the_number_of_events(kernel):
    raster = town(width=400, height=300)
    rng = np.random.default_rng(4)
    lon, lat = rng.uniform(120.07, 120.13, 500), rng.uniform(30.1, 30.2, 500)
    found = heat(lon, lat, raster=raster, bandwidth_m=800, kernel=kernel)
    wide, high = raster.pixel_m
    assert found.density.sum() * wide * high == pytest.approx(500, rel=1e-4)


def test_north_is_up_and_pixels_need_not_be_square():
    raster = Raster(west=120.0, south=30.0, east=120.4, north=30.1, width=40, height=20)
    found = heat([120.005], [30.0975], raster=raster, bandwidth_m=3000)
    assert np.unravel_index(found.density.argmax(), (20, 40)) == (0, 0)
    assert found.density[0, 0] == pytest.approx(2 / (np.pi * 3000**2))
    east, north = found.density[0, 3], found.density[3, 0]
    step_x, step_y = 0.01 * 111_195.08 * np.cos(np.radians(30.05)), 0.005 * 111_195.08
    assert east / found.density[0, 0] == pytest.approx(1 - (3 * step_x / 3000) ** 2, rel=1e-6)
    assert north / found.density[0, 0] == pytest.approx(1 - (3 * step_y / 3000) ** 2, rel=1e-6)


@pytest.mark.parametrize("kernel", KERNELS)
def test_odd_inputs(kernel):
    raster = town(width=30, height=20)
    empty = heat([], [], raster=raster, bandwidth_m=500, kernel=kernel)
    assert (empty.density.shape, empty.density.any(), empty.events) == ((20, 30), False, 0)
    lost = heat([np.nan, 120.1, np.inf], [30, np.nan, 30], raster=raster, bandwidth_m=500, kernel=kernel)
    assert (lost.density.any(), lost.left_out) == (False, 3)
    away = heat([10.0], [-20.0], raster=raster, bandwidth_m=500, kernel=kernel)
    assert (away.density.any(), away.events) == (False, 1)
    one = heat([120.1], [30.1], raster=raster, bandwidth_m=5000, kernel=kernel)
    many = heat([120.1] * 1000, [30.1] * 1000, raster=raster, bandwidth_m=5000, kernel=kernel)
    assert np.allclose(many.density, 1000 * one.density, rtol=1e-9, atol=1e-12 * many.density.max())
    kept = heat([120.1, 120.15], [30.1, 30.2], raster=raster, bandwidth_m=5000, kernel=kernel, keep=[True, False])
    assert np.abs(kept.density - one.density).max() < 1e-12 * one.density.max()
    assert kept.left_out == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"bandwidth_m": 0}, "bandwidth-m"),
        ({"bandwidth_m": float("nan")}, "bandwidth-m"),
        ({"kernel": "quartic"}, "kernel"),
        ({"weights": [np.nan]}, "weight"),
        ({"weights": [1, 2]}, "lon"),
        ({"lat": [30.0, 31.0]}, "lon"),
    ],
)
def test_what_makes_no_map_is_refused(change, field):
    given = {"lon": [120.1], "lat": [30.1], "raster": town(), "bandwidth_m": 100} | change
    with pytest.raises(BadInput) as refused:
        heat(given.pop("lon"), given.pop("lat"), **given)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "box",
    [
        {"west": 121.0},
        {"south": 31.0},
        {"north": 95.0, "south": 80.0},
        {"east": float("nan")},
        {"width": 0},
        {"height": 1 << 30},
    ],
)
def test_what_is_no_raster_is_refused(box):
    with pytest.raises(BadInput):
        Raster(**{"west": 120.0, "south": 30.0, "east": 120.2, "north": 30.3, "width": 10, "height": 10} | box)


def test_a_box_around_points():
    lon, lat = np.array([120.0, 120.2, np.nan]), np.array([30.0, 30.1, 30.5])
    raster = Raster.around(lon, lat, width=10, height=10)
    assert (raster.west, raster.south, raster.east, raster.north) == pytest.approx((120.0, 30.0, 120.2, 30.1))
    single = Raster.around(lon[:1], lat[:1], width=3, height=3)
    assert single.pixel_m == pytest.approx((1 / 3, 1 / 3))


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_living_map_stays_the_full_map(kernel):
    raster = town(width=60, height=40)
    lon, lat = points(101_000, seed=5)
    living = LivingHeat(raster, bandwidth_m=300, kernel=kernel)
    for x, y in zip(lon.tolist(), lat.tolist(), strict=True):
        living.add(x, y)
    for x, y in zip(lon[:99_000].tolist(), lat[:99_000].tolist(), strict=True):
        living.remove(x, y)
    full = heat(lon[99_000:], lat[99_000:], raster=raster, bandwidth_m=300, kernel=kernel)
    assert np.abs(living.density - full.density).max() < 1e-9 * full.density.max()
    assert living.heat().events == full.events == 2000


def test_a_living_map_refuses_what_is_no_place():
    living = LivingHeat(town(), bandwidth_m=300)
    with pytest.raises(BadInput):
        living.add(float("nan"), 30.0)
    living.add(10.0, 80.0)
    assert not living.density.any()


@settings(max_examples=30, deadline=None)
@given(
    places=st.lists(st.tuples(st.floats(119.95, 120.25), st.floats(29.95, 30.35)), min_size=1, max_size=8),
    bandwidth_m=st.floats(1, 100_000),
    kernel=st.sampled_from(KERNELS),
)
def test_any_few_points(places, bandwidth_m, kernel):
    raster = town(width=17, height=9)
    lon, lat = np.array(places).T
    found = heat(lon, lat, raster=raster, bandwidth_m=bandwidth_m, kernel=kernel)
    rows, columns = (each.ravel() for each in np.mgrid[:9, :17])
    wanted = direct(lon, lat, np.ones(len(lon)), raster, bandwidth_m, kernel, rows, columns).reshape(9, 17)
    peak = (2 if kernel == "epanechnikov" else 0.5) / (np.pi * bandwidth_m**2)
    assert np.abs(found.density - wanted).max() < 1e-10 * peak
