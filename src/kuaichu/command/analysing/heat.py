"""`./kuaichu analyse heat`: a density map of points as numbers (.npy) or a picture (.png, with its legend beside)."""

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kuaichu.command.analysing import common, doubtful

if TYPE_CHECKING:
    from kuaichu.analysis.heat import Heat, Raster
    from kuaichu.analysis.tables import Table

HELP = "热力图：每平方米多少起 · density map: events per square metre at every pixel's centre"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_files(
        parser,
        out=".npy 数组（行 0 在北）或 .png 图（旁边的 .json 是图例）· float64 array, or a picture",
        endings=(".npy", ".png"),
    )
    common.add_points(parser)
    parser.add_argument("--weight", metavar="COLUMN", help="权重列 · column of weights")
    parser.add_argument(
        "--bbox", metavar="W,S,E,N", help="范围，经纬度；缺省为各点的外框 · box in degrees; else the points' own"
    )
    parser.add_argument("--size", default="1024", metavar="N|WxH", help="像素 · pixels, N x N or width x height")
    parser.add_argument("--bandwidth-m", type=float, required=True, metavar="METRES", help="带宽，米")
    parser.add_argument("--kernel", choices=("epanechnikov", "gaussian"), default="epanechnikov", help="核函数")
    parser.add_argument(
        "--top", type=float, metavar="PER_KM2", help="图上最深色代表的密度，起/平方公里 · what the darkest red means"
    )
    doubtful.add_argument(parser)


def run(options: argparse.Namespace) -> int:
    import numpy as np

    from kuaichu.analysis.heat import heat
    from kuaichu.analysis.tables import Column

    wanted = {"lon": Column(options.lon), "lat": Column(options.lat)}
    if options.weight:
        wanted["weight"] = Column(options.weight)
    table = common.read(options, wanted, unplaced="keep")
    if options.weight:
        common.check_numbers(table, "weight", options.weight)
    keep = doubtful.keep(options, table)
    found = heat(
        table["lon"],
        table["lat"],
        raster=_raster(options, table, keep),
        bandwidth_m=options.bandwidth_m,
        kernel=options.kernel,
        weights=table["weight"] if options.weight else None,
        keep=keep,
        progress=common.Bar("热力 · heat"),
    )
    if options.output.suffix == ".npy":
        np.save(options.output, found.density)
    else:
        _draw(options, found)
    common.tell(f"{found.events} 起，未用 {found.left_out} 起 · {found.events} events, {found.left_out} not used")
    return 0


def _raster(options: argparse.Namespace, table: "Table", keep: Any) -> "Raster":
    from kuaichu.analysis.errors import BadInput
    from kuaichu.analysis.heat import Raster

    try:
        width, height = ([int(part) for part in options.size.lower().split("x")] * 2)[:2]
    except ValueError:
        raise BadInput("--size 写成 1024 或 1024x768", "--size must be like 1024 or 1024x768", field="size") from None
    if options.bbox is None:
        chosen = slice(None) if keep is None else keep
        return Raster.around(table["lon"][chosen], table["lat"][chosen], width=width, height=height)
    try:
        west, south, east, north = (float(part) for part in options.bbox.split(","))
    except ValueError:
        raise BadInput("--bbox 写成 西,南,东,北", "--bbox must be west,south,east,north", field="bbox") from None
    return Raster(west=west, south=south, east=east, north=north, width=width, height=height)


def _draw(options: argparse.Namespace, found: "Heat") -> None:
    from kuaichu.analysis.heat.picture import legend, png

    options.output.write_bytes(png(found, top_per_km2=options.top))
    words = json.dumps(asdict(legend(found, top_per_km2=options.top)), ensure_ascii=False, indent=1)
    options.output.with_suffix(".json").write_text(words + "\n", "utf-8")
