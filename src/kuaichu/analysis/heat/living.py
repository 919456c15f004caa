"""A density map that takes events in and out one at a time."""

import numpy as np
from numpy.typing import NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.heat.maps import Heat, Kernel, check_kernel, per_square_metre
from kuaichu.analysis.heat.raster import Raster
from kuaichu.analysis.heat.stamps import stamp_epanechnikov, stamp_gaussian


class LivingHeat:
    """The map of the events that are in it now; equal to `heat` of the same events to 1e-9 of the peak.

    Not for several threads at once: the caller has the lock.
    """

    def __init__(self, raster: Raster, *, bandwidth_m: float, kernel: Kernel = "epanechnikov") -> None:
        check_kernel(kernel, bandwidth_m)
        self.raster, self.bandwidth_m, self.kernel = raster, bandwidth_m, kernel
        self.events = 0
        self._sums = np.zeros((raster.height, raster.width))
        wide, high = raster.pixel_m
        self._per_column, self._per_row = wide / bandwidth_m, high / bandwidth_m
        self._stamp = stamp_epanechnikov if kernel == "epanechnikov" else stamp_gaussian
        self._columns_per_degree = raster.width / (raster.east - raster.west)
        self._rows_per_degree = raster.height / (raster.north - raster.south)
        self._stamp(self._sums, 0.0, 0.0, 0.0, self._per_column, self._per_row)  # compiled before the first event

    def add(self, lon: float, lat: float, weight: float = 1.0) -> None:
        """One event in, WGS-84 degrees. Raises BadInput when a number is not finite."""
        self._change(lon, lat, weight)
        self.events += 1

    def remove(self, lon: float, lat: float, weight: float = 1.0) -> None:
        """One event out: exactly what was put in."""
        self._change(lon, lat, -weight)
        self.events -= 1

    def _change(self, lon: float, lat: float, weight: float) -> None:
        if not abs(lon) + abs(lat) + abs(weight) < float("inf"):
            raise BadInput("经度、纬度、权重须是数字", "longitude, latitude and weight must be numbers", field="lon")
        column = (lon - self.raster.west) * self._columns_per_degree - 0.5
        row = (self.raster.north - lat) * self._rows_per_degree - 0.5
        self._stamp(self._sums, float(column), float(row), float(weight), self._per_column, self._per_row)

    @property
    def density(self) -> NDArray[np.float64]:
        """Events per square metre (height, width); a copy. Signs are kept: weights may be negative."""
        return self._sums * per_square_metre(self.kernel, self.bandwidth_m)

    def heat(self) -> Heat:
        """The map as it stands."""
        return Heat(
            density=self.density,
            raster=self.raster,
            bandwidth_m=self.bandwidth_m,
            kernel=self.kernel,
            events=self.events,
            left_out=0,
        )
