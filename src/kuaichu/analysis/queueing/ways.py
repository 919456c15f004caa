"""How long riders are under way when as many stand where they should."""

import numpy as np
from numpy.typing import ArrayLike

from kuaichu.analysis.coverage import max_cover, straight
from kuaichu.analysis.queueing.lines import Floats

MOST_POINTS = 400  # sampled accidents
MOST_SITES = 60  # candidate stands
MOST_STANDS = 40  # more riders than this stand in twos
GAP = 0.1  # of the accidents left uncovered: as good as the assumptions deserve


class Ways:
    """Ways to the accidents `lon`, `lat` (n,) from the best stands among the sites (m,), WGS-84 degrees.

    Stands are set to cover most accidents within `reach_s` (`analysis.coverage.max_cover`), distances are straight
    lines times `detour`, speed is `rider_m_s` metres a second. The nearest rider goes, whether or not busy.
    """

    def __init__(
        self, points: tuple[ArrayLike, ArrayLike], sites: tuple[ArrayLike, ArrayLike], *, rider_m_s: float,
        detour: float, reach_s: float,
    ) -> None:  # fmt: skip
        self._reach = straight(points, sites, detour=detour)
        self._speed, self._within_m = rider_m_s, reach_s * rider_m_s
        self._known: dict[int, Floats] = {}

    def to(self, riders: int) -> Floats:
        """Seconds to each accident (n,) from the nearest of so many stands; more riders are never farther away."""
        count = max(1, min(riders, MOST_STANDS, self._reach.sites))
        if count not in self._known:
            sited = max_cover(self._reach, np.ones(self._reach.points), count, within=self._within_m, gap=GAP)
            self._known[count] = np.asarray(sited.travel, np.float64) / self._speed
        return self._known[count]

    @property
    def means(self) -> dict[int, float]:
        """Mean seconds by number of stands, for those that were asked about."""
        return {count: float(way.mean()) for count, way in sorted(self._known.items())}


def sampled(lon: ArrayLike, lat: ArrayLike, *, rng: np.random.Generator) -> tuple[tuple[Floats, Floats], ...]:
    """Points and sites out of known accidents: at most MOST_POINTS and, of those, MOST_SITES. ValueError for none."""
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    if not len(x):
        raise ValueError("no accident has a place")
    some = rng.permutation(len(x))[:MOST_POINTS]
    return (x[some], y[some]), (x[some[:MOST_SITES]], y[some[:MOST_SITES]])
