"""`./kuaichu analyse hotspots`: cells with their counts, p-values and marks, or the Empirical Bayes ranking."""

import argparse
import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kuaichu.command.analysing import doubtful
from kuaichu.command.analysing.common import Bar, add_files, add_points, read, tell

if TYPE_CHECKING:
    from kuaichu.analysis.hotspots import Cells

HELP = "热点：哪些格子多得不像偶然 · hot spots: cells with more events than chance gives, with exact p-values"
Row = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_files(parser, out="cells.csv, or .geojson with the cells' outlines", endings=(".csv", ".geojson"))
    add_points(parser)
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--cell-m", type=float, default=250, metavar="M", help="格子边长，米 · side of a square cell, metres"
    )
    kind.add_argument(
        "--h3", type=int, metavar="LEVEL", help="用 H3 六边形，0–15 · H3 cells of this resolution instead"
    )
    parser.add_argument(
        "--statistic",
        choices=("gi", "moran", "eb"),
        default="gi",
        help="gi: local Gi*; moran: local Moran's I; eb: 经验贝叶斯排名 · Empirical Bayes ranking",
    )
    parser.add_argument(
        "--fdr", type=float, default=0.05, metavar="RATE", help="可接受的误报比例 · false discovery rate of the marks"
    )
    parser.add_argument(
        "--tail",
        choices=("high", "both"),
        default="high",
        help="high: 只找偏多 · one-sided; both: 也找偏少 · two-sided, low ones too",
    )
    parser.add_argument("--rings", type=int, default=1, metavar="N", help="几圈算邻居 · how many rings are neighbours")
    parser.add_argument(
        "--cells",
        choices=("box", "seen"),
        default="box",
        help="box: 范围内所有格子 · every cell of the points' box; seen: 只用有事件的格子 · cells with an event only",
    )
    doubtful.add_argument(parser)
    parser.add_argument("--only-marked", action="store_true", help="只输出热点 · write only the marked cells")


def run(options: argparse.Namespace) -> int:
    from kuaichu.analysis import hotspots
    from kuaichu.analysis.errors import BadInput
    from kuaichu.analysis.tables import Column

    if options.rings < 1:
        raise BadInput("邻居至少一圈", "--rings must be 1 or more", field="rings")
    table = read(options, {"lon": Column(options.lon), "lat": Column(options.lat)})
    usable = doubtful.keep(options, table)
    lon, lat = (table[role] if usable is None else table[role][usable] for role in ("lon", "lat"))
    shared = {"domain": options.cells, "rings": options.rings}
    if options.h3 is not None:
        cells = hotspots.h3_cells(lon, lat, resolution=options.h3, **shared)
    else:
        cells = hotspots.grid_cells(lon, lat, cell_m=options.cell_m, **shared)
    columns = _ranking(cells) if options.statistic == "eb" else _marks(cells, options)
    marks = columns.get("mark")
    is_part = options.only_marked and marks is not None
    places = [at for at in range(len(cells)) if not is_part or (marks and marks[at])]
    write(options.output, cells, columns, places)
    return 0


def _marks(cells: "Cells", options: argparse.Namespace) -> dict[str, list[Any]]:
    import numpy as np

    from kuaichu.analysis import hotspots

    counts = cells.counts.astype(float)
    bar = Bar("热点 hotspots")
    found = hotspots.local_statistic(
        counts, cells.neighbours, statistic=options.statistic, rng=np.random.default_rng(0), progress=bar
    )
    marks = hotspots.marked(found, rate=options.fdr, tail=options.tail)
    if options.statistic == "gi":
        words = np.array(["cold", "", "hot"])[marks.mark + 1]
    else:
        words = np.where(marks.mark != 0, hotspots.patterns(counts, found, cells.neighbours.counts), "")
    number = int((marks.mark != 0).sum())
    how = "精确 exact" if not found.draws else f"{found.draws} 次抽取 draws"
    tell(f"{len(cells)} 个格子 cells, {number} 个标出 marked, FDR {options.fdr:g}, p: {how}")
    return {
        "neighbour_sum": found.neighbour_sum.tolist(),
        "score": found.score.tolist(),
        "p": marks.p.tolist(),
        "q": marks.q.tolist(),
        "mark": words.tolist(),
    }


def _ranking(cells: "Cells") -> dict[str, list[Any]]:
    import numpy as np

    from kuaichu.analysis import hotspots

    found = hotspots.empirical_bayes(cells.counts.astype(float), neighbours=cells.neighbours)
    rank = np.empty(len(cells), np.int64)
    rank[found.ranking()] = np.arange(1, len(cells) + 1)
    tell(f"mu = {found.base:.4g} + {found.around:.4g} · 邻居均值 neighbours' mean, alpha = {found.alpha:.4g}")
    return {
        "mean": found.mean.tolist(),
        "weight": found.weight.tolist(),
        "expected": found.expected.tolist(),
        "sd": found.sd.tolist(),
        "excess": found.excess.tolist(),
        "rank": rank.tolist(),
    }


def write(path: Path, cells: "Cells", columns: dict[str, list[Any]], places: list[int]) -> None:
    """CSV with one line a cell, or a GeoJSON FeatureCollection of their outlines (WGS-84)."""
    names = ["cell", "lon", "lat", "count", *columns]
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(_rows(cells, columns, places))
        return
    features = [
        {"type": "Feature", "properties": row, "geometry": {"type": "Polygon", "coordinates": [_ring(cells, place)]}}
        for place, row in zip(places, _rows(cells, columns, places), strict=True)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def _rows(cells: "Cells", columns: dict[str, list[Any]], places: list[int]) -> Iterator[Row]:
    for place in places:
        identity = f"{int(cells.ids[place]):x}" if cells.kind == "h3" else int(cells.ids[place])
        yield {
            "cell": identity,
            "lon": round(float(cells.lon[place]), 7),
            "lat": round(float(cells.lat[place]), 7),
            "count": int(cells.counts[place]),
        } | {name: column[place] for name, column in columns.items()}


def _ring(cells: "Cells", place: int) -> list[list[float]]:
    corners = [[round(lon, 7), round(lat, 7)] for lon, lat in cells.outline(place)]
    return [*corners, corners[0]]
