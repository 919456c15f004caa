"""The counts of a bulletin out of the rows of three periods: its own, the same a year before, the one before.

One block for the place and one for each district; in a block one line a class; in a line valid calls and repeats.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kuaichu.calls.states import Validity
from kuaichu.governance.events.columns import CATEGORIES, VALIDITIES, Columns
from kuaichu.governance.figures.periods import Period

SETTINGS = ("kind", "first_on", "last_on")
OFFSET_S = 8 * 3600  # China's civil time
HOUR_S, DAY_S = 3600, 86_400
LINES = ("total", *CATEGORIES)
Counts = dict[str, int]


def periods(settings: Mapping[str, Any]) -> dict[str, Period]:
    """now, last_year, previous. While the period runs, `through_on` is its last whole day: so many days of each."""
    now = Period(date.fromisoformat(settings["first_on"]), date.fromisoformat(settings["last_on"]))
    whole = {"now": now, "last_year": now.a_year_before(), "previous": now.previous()}
    if "through_on" not in settings:
        return whole
    days = (date.fromisoformat(settings["through_on"]) - now.first_on).days
    return {name: Period(each.first_on, min(each.first_on + timedelta(days=days), each.last_on))
            for name, each in whole.items()}  # fmt: skip


def count(rows: Columns, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of a bulletin's run; `rows` hold at least the three periods, calls of every validity."""
    spans = periods(settings)
    masks = {name: _within(rows, span) for name, span in spans.items()}
    districts = sorted({int(code) for code in np.unique(rows.district[masks["now"] | masks["last_year"]])} - {0})
    is_now = masks["now"]
    is_valid = rows.validity == VALIDITIES.index(Validity.VALID)
    return {
        "kind": settings["kind"],
        "periods": {name: [span.first_on.isoformat(), span.last_on.isoformat()] for name, span in spans.items()},
        "blocks": [
            _block("", np.ones(len(rows), bool), rows, masks),
            *(_block(f"{code:06d}", rows.district == code, rows, masks) for code in districts),
        ],
        "others": {
            "duplicate": _numbers(rows.validity == VALIDITIES.index(Validity.DUPLICATE), masks),
            "invalid": _numbers(rows.validity == VALIDITIES.index(Validity.INVALID), masks),
            "unlocated": _numbers(is_valid & ~np.isfinite(rows.lon), masks),
        },
        "pattern": pattern(rows.t[is_now & is_valid]),
    }


def pattern(t: NDArray[np.int64]) -> list[list[int]]:
    """Counts by weekday (Monday first) and hour of China's civil time: 7 lists of 24."""
    local = t + OFFSET_S
    weekday = (local // DAY_S + 3) % 7  # 1970-01-01 was a Thursday
    hour = local % DAY_S // HOUR_S
    found = np.bincount(weekday * 24 + hour, minlength=7 * 24).reshape(7, 24)
    return [[int(value) for value in row] for row in found]


def _within(rows: Columns, span: Period) -> NDArray[np.bool_]:
    return np.asarray((rows.t >= int(span.since.timestamp())) & (rows.t < int(span.until.timestamp())))


def _block(
    district: str, is_inside: NDArray[np.bool_], rows: Columns, masks: Mapping[str, NDArray[np.bool_]]
) -> dict[str, Any]:
    valid = is_inside & (rows.validity == VALIDITIES.index(Validity.VALID))
    lines = []
    for line in LINES:
        of_line = valid if line == "total" else valid & (rows.category == CATEGORIES.index(line))
        repeats = of_line & rows.is_repeat
        lines.append({"line": line, "valid": _numbers(of_line, masks), "repeat": _numbers(repeats, masks)})
    return {"district": district, "lines": lines}


def _numbers(chosen: NDArray[np.bool_], masks: Mapping[str, NDArray[np.bool_]]) -> Counts:
    return {name: int((chosen & mask).sum()) for name, mask in masks.items()}
