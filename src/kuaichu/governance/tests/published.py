"""A month as it was published, as rows: made to have those figures, at times and places drawn by lot."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from kuaichu.clock import BEIJING
from kuaichu.governance.events.columns import CATEGORIES, VALIDITIES, Columns

NAMES = {"accident": "事故", "order": "秩序", "other": "其他"}
MIDDLE = (120.58, 30.0)


@dataclass(frozen=True)
class Row:
    number: str
    received_at: datetime
    category: str
    district: str
    lon: float
    lat: float
    repeat_of: str


@cache
def facts() -> dict[str, Any]:
    return dict(yaml.safe_load(Path(__file__).with_name("published_month.yaml").read_text()))


def rows(seed: int = 1) -> Iterator[Row]:
    """Both months, in the order of their times within a class; a repeat names the first call of its class."""
    rng = np.random.default_rng(seed)
    for at, when in enumerate(("now", "last_year")):
        year, month = (int(part) for part in str(facts()["months"][when]).split("-"))
        start = datetime(year, month, 1, tzinfo=BEIJING).timestamp()
        length = monthrange(year, month)[1] * 86_400
        for district, classes in facts()["valid"].items():
            for category, counts in classes.items():
                repeats = facts()["repeat"][district][category][at]
                t = np.sort(rng.integers(0, length, counts[at])) + int(start)
                lon, lat = (middle + rng.normal(0, 0.05, counts[at]) for middle in MIDDLE)
                first = f"{year}{month:02d}{district}{category[:2].upper()}"
                for n in range(counts[at]):
                    repeat_of = f"{first}00000" if n >= counts[at] - repeats else ""
                    moment = datetime.fromtimestamp(int(t[n]), UTC)
                    yield Row(f"{first}{n:05d}", moment, category, district, float(lon[n]), float(lat[n]), repeat_of)


def columns() -> Columns:
    """The rows as the desk's store would hold them."""
    found = list(rows())
    return Columns(
        id=np.arange(len(found)),
        t=np.array([int(row.received_at.timestamp()) for row in found]),
        lon=np.array([row.lon for row in found]),
        lat=np.array([row.lat for row in found]),
        category=np.array([CATEGORIES.index(row.category) for row in found], np.int8),
        subclass=np.zeros(len(found), np.int16),
        validity=np.full(len(found), VALIDITIES.index("valid"), np.int8),
        is_repeat=np.array([bool(row.repeat_of) for row in found]),
        unit=np.full(len(found), -1, np.int32),
        district=np.array([int(row.district) for row in found], np.int32),
    )


def as_csv() -> Iterator[str]:
    """The lines of a file as another system exports it."""
    yield "接警编号,报警时间,警情类别,行政区划,经度,纬度,重复警情编号,警情有效性\n"
    for row in rows():
        moment = row.received_at.astimezone(BEIJING)
        yield (
            f"{row.number},{moment:%Y-%m-%d %H:%M:%S},{NAMES[row.category]},{row.district},"
            f"{row.lon:.6f},{row.lat:.6f},{row.repeat_of},有效\n"
        )
