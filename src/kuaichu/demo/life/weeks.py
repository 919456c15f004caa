"""The past of the demonstration as files of calls: written as a city would send them, taken in by the product's import.

`life.json` in the home remembers since when the city lives and up to when its calls are in.
"""

import csv
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from kuaichu import clock
from kuaichu.calls.importing import Imported, import_calls
from kuaichu.demo.life.days import LivedCall, book, lived
from kuaichu.errors import Refused

HEADER = ("接警编号", "报警时间", "报警人", "报警电话", "报警内容", "警情地址", "道路名称", "经度", "纬度", "车牌",
          "警情细类", "有效性", "重复警情编号", "关联警情编号", "管辖单位", "行政区划", "受伤人数", "派警时间", "到场时间",
          "结束时间", "处理结果")  # fmt: skip
YEAR = timedelta(days=364)  # whole weeks: a Monday a year before is a Monday
DISPATCHED = timedelta(seconds=50)
SHORT = timedelta(minutes=5)
FRESH = timedelta(minutes=25)  # the latest calls are typed, not imported
LONGEST_GAP = timedelta(days=42)
LOOKED_AT = 160  # the calls of the last day: links among older ones would only make the desk look neglected


@dataclass(frozen=True)
class Life:
    """Since when the invented city lives, its seed, and the moment up to which its calls are in."""

    first: date
    seed: int
    until: datetime


def required_demonstration() -> None:
    """Invented calls belong into the demonstration and nowhere else. Raises Refused."""
    if not settings.DEMO:
        raise Refused("demo.only", "只有演示环境才会生成虚构警情")


def known() -> Life | None:
    """What the home remembers; None before the first time."""
    path = _path()
    if not path.exists():
        return None
    row = json.loads(path.read_text("utf-8"))
    return Life(date.fromisoformat(row["first"]), int(row["seed"]), datetime.fromisoformat(row["until"]))


def live_through(place_code: str, *, until: datetime) -> Imported | None:
    """Bring the calls in up to a moment: all weeks at the first time, what is missing later. None if nothing is.

    Raises Refused("demo.only") outside the demonstration.
    """
    required_demonstration()
    life = known()
    if life is not None and until - life.until < SHORT:
        return None
    if life is None:
        words = book()
        first = clock.local_day(until) - timedelta(days=7 * int(words["weeks"]))
        since, life = datetime.min.replace(tzinfo=clock.BEIJING), Life(first, int(words["seed"]), until)
    else:
        since = max(life.until, until - LONGEST_GAP)
    calls = [call for call in _all(place_code, life, until) if since < call.at <= until]
    done = _take_in(place_code, calls) if calls else None
    _path().write_text(
        json.dumps({"first": life.first.isoformat(), "seed": life.seed, "until": until.isoformat()}), "utf-8"
    )
    return done


def _all(place_code: str, life: Life, until: datetime) -> list[LivedCall]:
    days = (clock.local_day(until) - life.first).days + 1
    weeks = 7 * int(book()["weeks"])
    before = lived(
        place_code, first=life.first - YEAR, days=weeks + 7, seed=life.seed + 1, more=float(book()["year_before"])
    )
    return before + lived(place_code, first=life.first, days=days, seed=life.seed)


def _take_in(place_code: str, calls: list[LivedCall]) -> Imported:
    folder = Path(settings.HOME) / "life"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "calls.csv"
    write(calls, path)
    try:
        return import_calls(path, place_code=place_code, faults=folder / "faults.csv", looked_at=LOOKED_AT)
    finally:
        path.unlink()


def write(calls: list[LivedCall], path: Path) -> None:
    """A file as docs/CALLS.md describes it."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        rows.writerows(_row(call) for call in calls)


def _row(call: LivedCall) -> tuple[object, ...]:
    from kuaichu.calls.classes import CLASSES

    return (
        call.number, _time(call.at), call.name, call.phone, call.content, call.location, call.road,
        "" if call.lon is None else call.lon, "" if call.lat is None else call.lat, call.plates,
        CLASSES[call.subclass].zh, "有效", call.repeat_of, call.incident, call.unit, call.district, call.injured,
        _time(call.at + DISPATCHED), _time(call.arrived_at), _time(call.closed_at), call.result,
    )  # fmt: skip


def _time(moment: datetime) -> str:
    return moment.astimezone(clock.BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _path() -> Path:
    return Path(settings.HOME) / "life.json"
