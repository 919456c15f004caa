"""`./kuaichu analyse clusters`: which points lie together (DBSCAN)."""

import argparse
import csv
import json
from typing import TYPE_CHECKING

from kuaichu.command.analysing import common, doubtful

if TYPE_CHECKING:
    from kuaichu.analysis.clusters import Clusters
    from kuaichu.analysis.tables import Table

HELP = "聚集：哪些点挤在一起（DBSCAN）· which points lie together"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_files(
        parser,
        out=".csv（每点一行：簇号）或 .geojson（每簇一点）· a row per point, or a point per cluster",
        endings=(".csv", ".geojson", ".json"),
    )
    common.add_points(parser)
    parser.add_argument(
        "--reach-m", type=float, required=True, metavar="METRES", help="相邻距离，米 · neighbours within"
    )
    parser.add_argument(
        "--least", type=int, default=5, help="至少几起才算核心（含自身）· points that make a core, itself too"
    )
    doubtful.add_argument(parser)


def run(options: argparse.Namespace) -> int:
    from kuaichu.analysis.clusters import clusters
    from kuaichu.analysis.tables import Column

    table = common.read(options, {"lon": Column(options.lon), "lat": Column(options.lat)}, unplaced="keep")
    found = clusters(
        table["lon"], table["lat"], reach_m=options.reach_m, least=options.least, keep=doubtful.keep(options, table)
    )
    if options.output.suffix == ".csv":
        _write_points(options, table, found)
    else:
        _write_clusters(options, found)
    inside = int((found.label >= 0).sum())
    common.tell(
        f"{len(found.size)} 簇，含 {inside} 起；未用 {found.left_out} 起 · "
        f"{len(found.size)} clusters of {inside} events; {found.left_out} not used"
    )
    return 0


def _write_points(options: argparse.Namespace, table: "Table", found: "Clusters") -> None:
    columns = (table["lon"].tolist(), table["lat"].tolist(), found.label.tolist(), found.is_core.tolist())
    with options.output.open("w", encoding="utf-8", newline="") as written:
        out = csv.writer(written)
        out.writerow(["row", "lon", "lat", "cluster", "core"])
        for row, (lon, lat, label, core) in enumerate(zip(*columns, strict=True)):
            out.writerow([row, lon, lat, label, int(core)])


def _write_clusters(options: argparse.Namespace, found: "Clusters") -> None:
    features = [
        {
            "type": "Feature",
            "properties": {
                "cluster": k,
                "events": int(found.size[k]),
                "radius_m": round(float(found.radius_m[k]), 1),
            },
            "geometry": {
                "type": "Point",
                "coordinates": [round(float(found.lon[k]), 7), round(float(found.lat[k]), 7)],
            },
        }
        for k in sorted(range(len(found.size)), key=lambda each: (-found.size[each], each))
    ]
    words = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)
    options.output.write_text(words + "\n", "utf-8")
