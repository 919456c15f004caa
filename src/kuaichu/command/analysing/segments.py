"""`./kuaichu analyse segments`: how many events on every road segment, and the density along the roads."""

import argparse
import csv
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kuaichu.command.analysing import common, doubtful

if TYPE_CHECKING:
    from kuaichu.analysis.segments import Segments

HELP = "路段密度：吸附到道路，逐段计数，沿路网的核密度 · events per road segment and density along the network"
DECIMALS = 7


def add_arguments(parser: argparse.ArgumentParser) -> None:
    endings = (".geojson", ".json", ".csv")
    common.add_files(parser, out=".geojson 或 .csv · one row or line per piece of road", endings=endings)
    common.add_points(parser)
    parser.add_argument("--network", required=True, metavar="GEOJSON", help="道路线（WGS-84）· road lines")
    parser.add_argument("--weight", metavar="COLUMN", help="权重列 · column of weights")
    parser.add_argument("--bandwidth-m", type=float, default=300.0, metavar="METRES", help="沿路带宽，米")
    parser.add_argument("--lixel-m", type=float, default=100.0, metavar="METRES", help="小段最长，米 · longest piece")
    parser.add_argument("--snap-m", type=float, default=50.0, metavar="METRES", help="吸附距离，米 · farthest road")
    parser.add_argument("--kernel", choices=("epanechnikov", "quartic"), default="epanechnikov", help="核函数")
    parser.add_argument(
        "--per",
        choices=("lixel", "link"),
        default="lixel",
        help="按小段还是按整条路段 · per piece or per whole segment",
    )
    doubtful.add_argument(parser)


def run(options: argparse.Namespace) -> int:
    from pathlib import Path

    from kuaichu.analysis.network_files import read_network
    from kuaichu.analysis.segments import segments
    from kuaichu.analysis.tables import Column

    wanted = {"lon": Column(options.lon), "lat": Column(options.lat)}
    if options.weight:
        wanted["weight"] = Column(options.weight)
    table = common.read(options, wanted, unplaced="keep")
    if options.weight:
        common.check_numbers(table, "weight", options.weight)
    found = segments(
        table["lon"],
        table["lat"],
        read_network(Path(options.network)),
        bandwidth_m=options.bandwidth_m,
        lixel_m=options.lixel_m,
        snap_m=options.snap_m,
        kernel=options.kernel,
        weights=table["weight"] if options.weight else None,
        keep=doubtful.keep(options, table),
        progress=common.Bar("路段 · segments"),
    )
    rows = _links(found) if options.per == "link" else _lixels(found)
    if options.output.suffix == ".csv":
        _write_csv(options, rows)
    else:
        _write_geojson(options, rows)
    common.tell(
        f"{int(found.snapped.is_near.sum())} 起在路上，{found.off_road} 起 {options.snap_m:g} 米内无路，未用 {found.left_out} 起 · "
        f"on roads, without a road near, not used"
    )
    return 0


Row = tuple[dict[str, Any], list[list[float]]]


def _links(found: "Segments") -> Iterator[Row]:
    """One row per link: facts and vertices."""
    roads, mean = found.roads, found.mean_density
    for k in range(roads.links):
        rows = slice(roads.shape_start[k], roads.shape_start[k + 1])
        length = float(roads.length_m[k])
        facts = {
            "link": k,
            "name": roads.name[k],
            "length_m": round(length, 2),
            "events": float(found.count[k]),
            "events_per_km": float(found.count[k]) / max(length, 1e-3) * 1000,
            "density_per_km": float(mean[k]) * 1000,
        }
        yield facts, [list(p) for p in zip(roads.shape_lon[rows].tolist(), roads.shape_lat[rows].tolist(), strict=True)]


def _lixels(found: "Segments") -> Iterator[Row]:
    """One row per lixel; its line is cut out of the link's."""
    import numpy as np

    roads = found.roads
    pieces = np.bincount(found.lixel_link, minlength=roads.links)
    for k, link in enumerate(found.lixel_link.tolist()):
        rows = slice(roads.shape_start[link], roads.shape_start[link + 1])
        half = 0.5 / pieces[link]
        share = float(found.lixel_share[k])
        facts = {
            "link": link,
            "name": roads.name[link],
            "piece": round((share - half) * pieces[link]),
            "length_m": round(float(found.lixel_m[k]), 2),
            "density_per_km": float(found.density[k]) * 1000,
        }
        yield facts, _cut(roads.shape_lon[rows], roads.shape_lat[rows], share - half, share + half)


def _cut(lon: Any, lat: Any, begin: float, end: float) -> list[list[float]]:
    """The part of a polyline between two shares of its length, in degrees."""
    import numpy as np

    step = np.hypot(np.diff(lon) * np.cos(np.radians(lat[:1])), np.diff(lat))
    along = np.concatenate([[0.0], np.cumsum(step)])
    along = along / along[-1] if along[-1] > 0 else np.linspace(0, 1, len(lon))
    at = np.concatenate([[begin], along[(along > begin + 1e-12) & (along < end - 1e-12)], [end]])
    return [
        [round(x, DECIMALS), round(y, DECIMALS)]
        for x, y in zip(np.interp(at, along, lon).tolist(), np.interp(at, along, lat).tolist(), strict=True)
    ]


def _write_csv(options: argparse.Namespace, rows: Iterator[Row]) -> None:
    """The facts, and the middle of each line's vertices' box as lon, lat."""
    with options.output.open("w", encoding="utf-8", newline="") as written:
        out = None
        for facts, line in rows:
            middle = {
                name: (min(p[k] for p in line) + max(p[k] for p in line)) / 2 for k, name in enumerate(("lon", "lat"))
            }
            if out is None:
                out = csv.DictWriter(written, [*facts, *middle])
                out.writeheader()
            out.writerow(facts | middle)


def _write_geojson(options: argparse.Namespace, rows: Iterator[Row]) -> None:
    with options.output.open("w", encoding="utf-8") as written:
        written.write('{"type": "FeatureCollection", "features": [')
        for k, (facts, line) in enumerate(rows):
            geometry = {"type": "LineString", "coordinates": line}
            feature = {"type": "Feature", "properties": facts, "geometry": geometry}
            written.write((",\n" if k else "\n") + json.dumps(feature, ensure_ascii=False))
        written.write("\n]}\n")
