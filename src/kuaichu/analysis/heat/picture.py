"""A density map as a PNG, and its legend as data.

The ramp runs from light yellow to dark red with the lightness of OKLab (Ottosson 2020) falling in equal steps, so that
equal differences look equal and a print in grey still reads. Nothing at all is transparent.
"""

import io
from dataclasses import dataclass
from math import floor, log10

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.heat.maps import Heat

COLOURS = 256  # one of them is "nothing"
PER_KM2 = 1e6
STEPS = 5
LIGHTNESS = (0.97, 0.36)
HUE = ((0.0, 105.0), (0.4, 66.0), (0.7, 36.0), (1.0, 24.0))  # degrees in OKLCh: yellow, orange, red
CHROMA = ((0.0, 0.06), (0.4, 0.16), (0.7, 0.21), (1.0, 0.15))


@dataclass(frozen=True, kw_only=True)
class Legend:
    """`steps`: (value, "#rrggbb") from 0 to `top`; values in `unit`; `box` west, south, east, north in degrees."""

    unit: str
    top: float
    steps: tuple[tuple[float, str], ...]
    bandwidth_m: float
    kernel: str
    events: int
    box: tuple[float, float, float, float]


def ramp(colours: int = COLOURS - 1) -> NDArray[np.uint8]:
    """(colours, 3) sRGB bytes, light yellow first."""
    part = np.linspace(0, 1, colours)
    light = LIGHTNESS[0] + part * (LIGHTNESS[1] - LIGHTNESS[0])
    angle = np.radians(np.interp(part, [p for p, _ in HUE], [h for _, h in HUE]))
    wanted = np.interp(part, [p for p, _ in CHROMA], [c for _, c in CHROMA])
    chroma = np.zeros(colours)
    for share in np.linspace(0, 1, 101):  # the most of the wanted chroma that a screen can show
        trial = wanted * share
        linear = _linear(light, trial * np.cos(angle), trial * np.sin(angle))
        chroma = np.where(((linear >= 0) & (linear <= 1)).all(axis=1), trial, chroma)
    linear = np.clip(_linear(light, chroma * np.cos(angle), chroma * np.sin(angle)), 0, 1)
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(srgb * 255).astype(np.uint8)


def _linear(light: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """OKLab to linear sRGB (n, 3)."""
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return np.stack([red, green, blue], axis=1)


def png(heat: Heat, *, top_per_km2: float | None = None) -> bytes:
    """The map as a PNG with 256 colours. `top_per_km2`: what the darkest red means; the map's own peak by default.

    Two maps are comparable only with the same top.
    """
    top = _top(heat, top_per_km2) / PER_KM2
    part = heat.density / top if top > 0 else np.zeros_like(heat.density)
    index = np.clip(np.ceil(part * (COLOURS - 1)), 0, COLOURS - 1).astype(np.uint8)
    picture = Image.fromarray(index, "P")
    picture.putpalette(bytes(3) + ramp().tobytes())
    held = io.BytesIO()
    picture.save(held, "PNG", transparency=0, optimize=True)
    return held.getvalue()


def legend(heat: Heat, *, top_per_km2: float | None = None) -> Legend:
    """Round values from 0 to the top with the colour that each has in the picture."""
    top = _top(heat, top_per_km2)
    colours = ramp()
    step = _round_step(top / STEPS) if top > 0 else 1.0
    values = [step * k for k in range(floor(top / step * (1 + 1e-12)) + 1)] if top > 0 else [0.0]
    marks = [min(max(round(value / top * (COLOURS - 1)) - 1, 0), COLOURS - 2) if top > 0 else 0 for value in values]
    return Legend(
        unit="起/平方公里",
        top=top,
        steps=tuple((value, "#" + colours[at].tobytes().hex()) for value, at in zip(values, marks, strict=True)),
        bandwidth_m=heat.bandwidth_m,
        kernel=heat.kernel,
        events=heat.events,
        box=(heat.raster.west, heat.raster.south, heat.raster.east, heat.raster.north),
    )


def _top(heat: Heat, top_per_km2: float | None) -> float:
    if top_per_km2 is None:
        return max(float(heat.density.max()), 0.0) * PER_KM2
    if not 0 < top_per_km2 < float("inf"):
        zh, en = f"图例上限须大于 0：{top_per_km2}", f"the legend's top must be above 0: {top_per_km2}"
        raise BadInput(zh, en, field="top")
    return top_per_km2


def _round_step(least: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** floor(log10(least))
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-12)))
