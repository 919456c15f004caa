"""The raster of a map: a box in degrees cut into pixels, row 0 in the north."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.plane import Plane

Floats = NDArray[np.float64]
MOST_PIXELS = 1 << 26


@dataclass(frozen=True, kw_only=True)
class Raster:
    """`width` by `height` pixels over a box in WGS-84 degrees; metres by the local plane at the box's centre.

    Pixels need not be square: a pixel is (east - west) / width degrees wide and (north - south) / height high.
    """

    west: float
    south: float
    east: float
    north: float
    width: int
    height: int

    def __post_init__(self) -> None:
        box = (self.west, self.south, self.east, self.north)
        if not (np.isfinite(box).all() and self.west < self.east and self.south < self.north):
            zh, en = "范围要写成 西,南,东,北（经纬度），且西小于东、南小于北", "the box must be west,south,east,north"
            raise BadInput(f"{zh}：{box}", f"{en} in degrees, west < east, south < north: {box}", field="bbox")
        if self.width < 1 or self.height < 1 or self.width * self.height > MOST_PIXELS:
            size = f"{self.width} × {self.height}"
            zh = f"图幅 {size} 不可用，像素总数须在 1 到 {MOST_PIXELS} 之间"
            raise BadInput(zh, f"a map of {size} isn't possible: 1 to {MOST_PIXELS} pixels", field="size")
        self.plane  # noqa: B018 - refuses a box on a pole

    @property
    def plane(self) -> Plane:
        return Plane(lon=(self.west + self.east) / 2, lat=(self.south + self.north) / 2)

    @property
    def pixel_m(self) -> tuple[float, float]:
        """Width and height of a pixel in metres."""
        east, north = self.plane.metres_per_degree
        return (self.east - self.west) * east / self.width, (self.north - self.south) * north / self.height

    def pixels(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Column and row of the points as fractions: 0.0 is the centre of the first pixel."""
        column = (np.asarray(lon, np.float64) - self.west) * (self.width / (self.east - self.west)) - 0.5
        row = (self.north - np.asarray(lat, np.float64)) * (self.height / (self.north - self.south)) - 0.5
        return column, row

    def centres(self) -> tuple[Floats, Floats]:
        """Longitudes (width,) and latitudes (height,) of the pixels' centres, latitudes from north to south."""
        column, row = np.arange(self.width, dtype=np.float64), np.arange(self.height, dtype=np.float64)
        lon: Floats = self.west + (column + 0.5) * ((self.east - self.west) / self.width)
        lat: Floats = self.north - (row + 0.5) * ((self.north - self.south) / self.height)
        return lon, lat

    @classmethod
    def around(cls, lon: Floats, lat: Floats, *, width: int, height: int, margin_m: float = 0.0) -> "Raster":
        """The points' own box, with a margin; a box without width or height gets at least a metre each way."""
        plane = Plane.around(lon, lat)
        east, north = plane.metres_per_degree
        is_finite = np.isfinite(lon) & np.isfinite(lat)
        lon, lat = lon[is_finite], lat[is_finite]
        half_x = max((float(lon.max()) - float(lon.min())) / 2, 0.5 / east) + margin_m / east
        half_y = max((float(lat.max()) - float(lat.min())) / 2, 0.5 / north) + margin_m / north
        box = {"west": plane.lon - half_x, "east": plane.lon + half_x}
        return cls(**box, south=plane.lat - half_y, north=plane.lat + half_y, width=width, height=height)
