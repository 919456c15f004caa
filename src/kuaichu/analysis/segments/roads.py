"""Events on roads: how many on every segment, and the density along the network."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kuaichu.analysis.errors import BadInput
from kuaichu.analysis.networks import Network
from kuaichu.analysis.segments.density import network_density
from kuaichu.analysis.segments.snapping import Snapped, Snapper

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Kernel = Literal["epanechnikov", "quartic"]
SHORTEST_M = 1e-3
MOST_LIXELS = 20_000_000


@dataclass(frozen=True, kw_only=True)
class Segments:
    """Counts and densities on `roads` (two-way links, carriageway pairs merged).

    Per link: `count` (links,) events or weight on it. Per lixel, in order of links: `lixel_link`, `lixel_share` (its
    centre, 0 to 1 of the link), `lixel_m` (its length), `density` in events per metre of road at its centre.
    `snapped` per event; `off_road` events had no road within the limit, `left_out` no finite place or were masked out.
    """

    roads: Network
    count: Floats
    lixel_link: Ints
    lixel_share: Floats
    lixel_m: Floats
    density: Floats
    snapped: Snapped
    off_road: int
    left_out: int

    @property
    def mean_density(self) -> Floats:
        """Events per metre, the mean of each link's lixels (links,)."""
        pieces = np.bincount(self.lixel_link, minlength=self.roads.links)
        return np.bincount(self.lixel_link, weights=self.density, minlength=self.roads.links) / pieces


def segments(
    lon: ArrayLike,
    lat: ArrayLike,
    network: Network,
    *,
    bandwidth_m: float = 300.0,
    lixel_m: float = 100.0,
    snap_m: float = 50.0,
    kernel: Kernel = "epanechnikov",
    weights: ArrayLike | None = None,
    keep: ArrayLike | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Segments:
    """Points (n,), WGS-84 degrees, snapped to the nearest road within `snap_m` metres and spread along the network.

    Kernels along the road, d < b = `bandwidth_m`: epanechnikov 3/(4b)·(1 - d²/b²), quartic 15/(16b)·(1 - d²/b²)²; each
    event's mass is 1, but for what dead ends swallow. Links are cut into equal lixels of at most `lixel_m`.
    """
    _check(kernel, bandwidth_m, lixel_m)
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    weight = np.ones(len(x)) if weights is None else np.asarray(weights, np.float64)
    wanted = np.ones(len(x), bool) if keep is None else np.asarray(keep, bool)
    if not (x.ndim == 1 and x.shape == y.shape == weight.shape == wanted.shape):
        raise BadInput("经度、纬度、权重、掩码长短不一", "lengths differ", field="lon")
    wanted = wanted & np.isfinite(x) & np.isfinite(y)
    if not np.isfinite(weight[wanted]).all():
        row = int(np.flatnonzero(wanted & ~np.isfinite(weight))[0])
        raise BadInput(
            f"第 {row + 1} 条的权重不是数字", f"the weight of row {row} is not a number", field="weight", row=row
        )
    roads = network.as_roads()
    snapped = Snapper(roads).snap(np.where(wanted, x, np.nan), y, limit_m=snap_m)
    on = np.flatnonzero(snapped.is_near)
    link, mass = snapped.link[on], weight[on]
    length = np.maximum(roads.length_m, SHORTEST_M)
    lixels = np.maximum(np.ceil(length / lixel_m), 1).astype(np.int64)
    if lixels.sum() > MOST_LIXELS:
        raise BadInput("路段切得太细", f"more than {MOST_LIXELS} lixels", field="lixel-m")
    lixel_start = np.concatenate([[0], np.cumsum(lixels)])
    density = network_density(
        ends=(roads.from_node, roads.to_node, roads.nodes),
        length_m=length,
        event_link=link,
        event_at_m=snapped.share[on] * length[link],
        weight=mass,
        lixel_start=lixel_start,
        bandwidth_m=bandwidth_m,
        is_quartic=kernel == "quartic",
        progress=progress,
    )
    of_link = np.repeat(np.arange(roads.links), lixels)
    place = np.arange(lixel_start[-1]) - lixel_start[of_link]
    return Segments(
        roads=roads,
        count=np.asarray(np.bincount(link, weights=mass, minlength=roads.links), np.float64),
        lixel_link=of_link,
        lixel_share=(place + 0.5) / lixels[of_link],
        lixel_m=(length / lixels)[of_link],
        density=density,
        snapped=snapped,
        off_road=int(np.count_nonzero(wanted)) - len(on),
        left_out=len(x) - int(np.count_nonzero(wanted)),
    )


def _check(kernel: str, bandwidth_m: float, lixel_m: float) -> None:
    if kernel not in get_args(Kernel):
        raise BadInput(f"没有“{kernel}”这种核函数", f"there is no kernel “{kernel}”", field="kernel")
    for field, value in (("bandwidth-m", bandwidth_m), ("lixel-m", lixel_m)):
        if not 0 < value < float("inf"):
            raise BadInput(f"{field} 须是大于 0 的米数", f"{field} must be metres above 0", field=field)
