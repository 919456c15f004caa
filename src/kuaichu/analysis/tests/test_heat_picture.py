"""The picture: a ramp that the eye reads evenly, and a legend that says what its colours mean."""

import io

import numpy as np
import pytest
from PIL import Image

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.heat import Raster, heat, picture


def lightness(colours):
    """CIE L* of sRGB bytes: another measure than the one that made the ramp."""
    part = colours / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return np.where(luminance > 0.008856, 116 * np.cbrt(luminance) - 16, 903.3 * luminance)


def test_the_ramp_darkens_evenly_from_light_yellow_to_dark_red():
    ramp = picture.ramp().astype(float)
    light = lightness(ramp)
    assert (light[0] > 90, light[-1] < 35) == (True, True)
    fall = -np.diff(light[::15])
    assert (fall > 0).all()
    assert fall.max() / fall.min() < 2
    assert ramp[0, :2].min() > 240
    assert ramp[0, 2] < ramp[0, 1]
    assert ramp[-1, 0] > 2 * ramp[-1, 1:].max()


def one_spot():
    raster = Raster(west=120.0, south=30.0, east=120.1, north=30.1, width=50, height=50)
    return heat([120.051] * 70, [30.051] * 70, raster=raster, bandwidth_m=2000)


def test_the_picture_has_the_legends_colours():
    found = one_spot()
    shown = Image.open(io.BytesIO(picture.png(found))).convert("RGBA")
    assert shown.size == (50, 50)
    assert shown.getpixel((0, 0))[3] == 0
    row, column = np.unravel_index(found.density.argmax(), (50, 50))
    assert shown.getpixel((int(column), int(row)))[:3] == tuple(int(each) for each in picture.ramp()[-1])
    key = picture.legend(found)
    assert key.top == pytest.approx(70 * 2 / np.pi / 4, rel=0.01)
    assert [value for value, _ in key.steps] == [0, 5, 10]
    value, colour = key.steps[1]
    at = np.unravel_index(np.abs(found.density - value / 1e6).argmin(), (50, 50))
    near = np.array(shown.getpixel((int(at[1]), int(at[0])))[:3], float)
    assert np.abs(near - [int(colour[k : k + 2], 16) for k in (1, 3, 5)]).max() < 25


def test_maps_of_one_scale_and_an_empty_map():
    found = one_spot()
    assert picture.legend(found, top_per_km2=100).steps[-1][0] == 100
    assert picture.png(found, top_per_km2=100) != picture.png(found)
    with pytest.raises(BadInput):
        picture.png(found, top_per_km2=0)
    empty = heat([], [], raster=found.raster, bandwidth_m=2000)
    assert picture.legend(empty).steps == ((0.0, picture.legend(found).steps[0][1]),)
    assert Image.open(io.BytesIO(picture.png(empty))).convert("RGBA").getextrema()[3] == (0, 0)
