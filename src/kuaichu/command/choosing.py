"""Which city `./kuaichu simulate` plays: its place, its roads, how much happens in a day."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kuaichu.command.paths import ROOT

OWN_MAP = ROOT / "src/kuaichu/demo/map/roads.geojson"
ACCIDENTS, CALLS, OF_PEOPLE = 40, 110, 500_000  # a day, by inhabitants


@dataclass(frozen=True)
class Chosen:
    """`roads` is a GeoJSON file with lines in WGS-84; accidents and calls a day on average."""

    roads: Path
    accidents_a_day: float
    calls_a_day: float


def choose(options: argparse.Namespace) -> Chosen:
    """What was asked, or what a place like it has published (--like). SystemExit in words for what can't be."""
    roads = Path(options.roads) if options.roads else OWN_MAP
    if not _points(roads):
        raise SystemExit(f"{roads}：没有读到道路（GeoJSON 的线） · no roads (GeoJSON lines) in it")
    accidents, calls = (options.people / OF_PEOPLE * rate for rate in (ACCIDENTS, CALLS))
    if options.like:
        place = published(options.like)
        accidents, calls = place.get("cases_a_day", accidents), place.get("calls_a_day", calls)
        print(f"{place['name']}：{place['note']}")
    return Chosen(roads, float(accidents), options.calls if options.calls >= 0 else float(calls))


def published(name: str) -> dict[str, Any]:
    """A row of `places` in simulator/data/published.yaml."""
    import yaml

    places = yaml.safe_load((ROOT / "simulator/data/published.yaml").read_text("utf-8"))["places"]
    if name not in places:
        raise SystemExit(f"--like：{'、'.join(places)} · one of these, not {name}")
    return dict(places[name])


def prepare_place(options: argparse.Namespace, roads: Path) -> None:
    """The demonstration's agencies and people, in the place that was asked for. SystemExit for an unknown code."""
    from kuaichu import clock
    from kuaichu.demo.city import city, ensure_rows
    from kuaichu.law.identifiers.division_codes import division

    if options.place == city()["place"]["code"]:
        ensure_rows()
        return
    found = division(options.place, on=clock.today())
    if found is None:
        raise SystemExit(f"--place {options.place}：没有这个区划代码 · no such place code")
    points = _points(roads)
    lon, lat = (sum(point[axis] for point in points) / len(points) for axis in (0, 1))
    ensure_rows({"code": options.place, "name": found.zh, "name_en": options.place, "lon_wgs84": lon, "lat_wgs84": lat})


def _points(roads: Path) -> list[list[float]]:
    try:
        features = json.loads(roads.read_text("utf-8"))["features"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SystemExit(f"{roads}：读不了（{type(error).__name__}） · can't be read as GeoJSON") from None
    lines = [feature["geometry"] for feature in features if feature.get("geometry")]
    found = [line["coordinates"] for line in lines if line["type"] == "LineString"]
    found += [part for line in lines if line["type"] == "MultiLineString" for part in line["coordinates"]]
    return [point for line in found for point in line]
