"""Two periods of one place beside each other: counts by class, both densities, where it changed more than elsewhere.

A square of the map is held against the rest of the place in the same two periods: with m calls in the square of which k
fell into the later one, k of m is drawn from all calls (hypergeometric, as Fisher's exact test has it; two-sided as
twice the smaller tail), so a year that was quieter everywhere changes no square. q: after Benjamini & Hochberg. That a
square stood out before and is quieter now may be chance alone (regression to the mean); q doesn't take that out.
"""

import base64
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuaichu.governance.events import CATEGORIES, Columns
from kuaichu.governance.figures import Period

WHEN = ("before", "after")
DEFAULTS = {"bandwidth_m": 400.0, "cell_m": 300.0, "rate": 0.05, "least": 10, "most": 40}


def periods_of(settings: Mapping[str, Any]) -> dict[str, Period]:
    """`before` and `after`, each [first day, last day] as ISO dates."""
    return {when: Period(*map(date.fromisoformat, settings[when])) for when in WHEN}


def within(rows: Columns, period: Period) -> NDArray[np.bool_]:
    """Which calls were received in the period."""
    return np.asarray((rows.t >= int(period.since.timestamp())) & (rows.t < int(period.until.timestamp())))


def counts(rows: Columns) -> dict[str, int]:
    """All of them, by class, and those without a place."""
    by_class = {code: int((rows.category == at).sum()) for at, code in enumerate(CATEGORIES)}
    return {"total": len(rows)} | by_class | {"unlocated": int((~np.isfinite(rows.lon)).sum())}


def packed(values: NDArray[np.uint16]) -> str:
    """base64 of little-endian uint16, row 0 in the north."""
    return base64.b64encode(values.astype("<u2").tobytes()).decode()


def changes(parts: Mapping[str, Columns], settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Squares with at least `least` calls in both periods together: the sure ones, then the others, the greatest change
    first."""
    from scipy.stats import hypergeom

    from kuaichu.analysis.hotspots import adjusted, grid_cells

    lon = np.concatenate([parts[when].lon for when in WHEN])
    lat = np.concatenate([parts[when].lat for when in WHEN])
    if not len(lon):
        return []
    is_after = np.repeat([False, True], [len(parts[when]) for when in WHEN])
    ids = np.concatenate([parts[when].id for when in WHEN])
    cells = grid_cells(lon, lat, cell_m=float(settings["cell_m"]), domain="seen")
    cell = cells.find(lon, lat)
    then, now = (np.bincount(cell[is_after == each], minlength=len(cells)) for each in (False, True))
    both = then + now
    asked = np.flatnonzero(both >= int(settings["least"]))
    if not len(asked):
        return []
    drawn = hypergeom(len(lon), int(is_after.sum()), both[asked])
    p = np.minimum(1.0, 2 * np.minimum(drawn.cdf(now[asked]), drawn.sf(now[asked] - 1)))
    q = adjusted(p)
    order = np.lexsort((asked, -np.abs(now - then)[asked], q > float(settings["rate"])))[: int(settings["most"])]
    return [
        {
            "lon": float(lon[cell == asked[at]].mean()),
            "lat": float(lat[cell == asked[at]].mean()),
            "before": int(then[asked[at]]),
            "after": int(now[asked[at]]),
            "p": float(p[at]),
            "q": float(q[at]),
            "is_sure": bool(q[at] <= float(settings["rate"])),
            "calls_before": ids[(cell == asked[at]) & ~is_after].tolist(),
            "calls_after": ids[(cell == asked[at]) & is_after].tolist(),
        }
        for at in order
    ]
