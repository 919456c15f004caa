"""`./kuaichu analyse scan`: new clusters in place and time, as JSON."""

import argparse
import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from kuaichu.command.analysing import doubtful
from kuaichu.command.analysing.common import Bar, add_files, add_points, check_numbers, read, tell

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kuaichu.analysis.scan import Cluster, Scan
    from kuaichu.analysis.tables import Table

HELP = "扫描：何处、从何时起新近多发 · scan: new clusters in place and time (space-time permutation)"
DAY_S = 86_400
EPOCH = date(1970, 1, 1)
SHARE, SHARE_WITH_RADIUS = 0.1, 0.5
QUANTILES = (0.5, 0.9, 0.95, 0.99)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_files(parser, out="clusters.json", endings=(".json",))
    parser.add_argument(
        "--site", default="site", metavar="COLUMN", help="地点列 · column that names the place of an event"
    )
    add_points(parser)
    doubtful.add_argument(parser)
    parser.add_argument("--time", default="t", metavar="COLUMN", help="时间列 · column of times (date, or seconds)")
    parser.add_argument("--cases", metavar="COLUMN", help="件数列 · column of how many events a row stands for")
    parser.add_argument("--days", type=int, metavar="N", help="只看最近 N 天 · study the last N days (default: all)")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DATE", help="研究期首日 · first day")
    parser.add_argument("--until", dest="last", type=date.fromisoformat, metavar="DATE", help="研究期末日 · last day")
    parser.add_argument(
        "--window-days", type=int, metavar="N", help="聚集最长几天 · longest cluster (default: half of the days)"
    )
    parser.add_argument(
        "--max-share",
        type=float,
        metavar="SHARE",
        help=f"圆内事件最多占几成 · most of all events in a circle (default: {SHARE}; {SHARE_WITH_RADIUS} with a radius)",
    )
    parser.add_argument(
        "--max-radius-m", type=float, default=float("inf"), metavar="M", help="圆的最大半径，米 · metres"
    )
    parser.add_argument(
        "--prospective", action="store_true", help="只找到末日仍在持续的 · only clusters that last until the last day"
    )
    parser.add_argument("--replicates", type=int, default=999, metavar="N", help="模拟次数 · Monte-Carlo replicates")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="随机种子 · the same seed gives the same answer"
    )
    parser.add_argument("--clusters", type=int, default=10, metavar="N", help="最多列几个 · how many clusters to list")


def run(options: argparse.Namespace) -> int:
    import numpy as np

    from kuaichu.analysis.errors import BadInput
    from kuaichu.analysis.scan import on_sphere, permutation_scan
    from kuaichu.analysis.tables import Column

    wanted = {
        "site": Column(options.site, "text"),
        "lon": Column(options.lon),
        "lat": Column(options.lat),
        "time": Column(options.time, "time"),
    }
    if options.cases:
        wanted["cases"] = Column(options.cases, "integer")
    table = read(options, wanted)
    usable = doubtful.keep(options, table)
    if usable is not None:
        table = table.taken(usable)
    if not table.rows:
        raise BadInput("文件里没有一行事件", "the file holds no event", field="in", file=table.path)
    check_numbers(table, "time", options.time)
    if options.cases:
        check_numbers(table, "cases", options.cases, least=0)
    names, site, lon, lat = _sites(table)
    day, first_day, days = _period(table, options)
    kept = (day >= 0) & (day < days)
    if options.cases:
        site, day = (np.repeat(part[kept], table["cases"][kept]) for part in (site, day))
    else:
        site, day = site[kept], day[kept]
    share = options.max_share or (SHARE_WITH_RADIUS if np.isfinite(options.max_radius_m) else SHARE)
    longest = options.window_days or max(days // 2, 1)
    found = permutation_scan(
        site,
        day,
        on_sphere(lon, lat),
        days=days,
        longest=longest,
        prospective=options.prospective,
        most_share=share,
        max_radius_m=options.max_radius_m,
        replicates=options.replicates,
        rng=np.random.default_rng(options.seed),
        most_clusters=options.clusters,
        progress=Bar("扫描 scan"),
    )
    told = _told(found, options, names=names, places=(lon, lat), first_day=first_day)
    told["period"] |= {"window_days": longest, "max_share": share}
    options.output.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    _say(told)
    return 0


def _sites(table: "Table") -> "tuple[list[str], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]":
    """Names of the sites, every event's site, and the place of every site: that of its first event."""
    import numpy as np

    names, first, site = np.unique(table["site"].astype(str), return_index=True, return_inverse=True)
    lon, lat = table["lon"][first], table["lat"][first]
    moved = (np.abs(table["lon"] - lon[site]) + np.abs(table["lat"] - lat[site])) > 1e-6
    if moved.any():
        tell(f"{int(moved.sum())} 行的坐标与同名地点首行不同，以首行为准 · rows differ from their site's first place")
    return names.tolist(), site.astype(np.int64), lon, lat


def _period(table: "Table", options: argparse.Namespace) -> "tuple[NDArray[np.int64], date, int]":
    """The day of every event from the first studied day, that day, and how many days are studied."""
    import numpy as np

    from kuaichu.analysis.errors import BadInput

    day = np.floor(table["time"] / DAY_S).astype(np.int64)
    last = (options.last - EPOCH).days if options.last else int(day.max())
    first = (options.first - EPOCH).days if options.first else int(day.min())
    if options.days:
        first = max(first, last - options.days + 1) if options.first else last - options.days + 1
    if first > last:
        raise BadInput("研究期的首日晚于末日", "the first day studied is after the last", field="from")
    return day - first, EPOCH + timedelta(first), last - first + 1


def _told(
    found: "Scan",
    options: argparse.Namespace,
    *,
    names: list[str],
    places: "tuple[NDArray[np.float64], NDArray[np.float64]]",
    first_day: date,
) -> dict[str, Any]:
    clusters = [_cluster(one, options, names=names, places=places, first_day=first_day) for one in found.clusters]
    return {
        "model": "space-time permutation",
        "analysis": "prospective" if options.prospective else "retrospective",
        "period": {
            "from": first_day.isoformat(),
            "to": (first_day + timedelta(found.days - 1)).isoformat(),
            "days": found.days,
        },
        "events": found.events,
        "sites": len(names),
        "replicates": len(found.null),
        "seed": options.seed,
        "null_quantiles": {f"{share:g}": found.quantile(share) for share in QUANTILES},
        "best": clusters[0] if clusters else None,
        "secondary": clusters[1:],
    }


def _cluster(
    one: "Cluster",
    options: argparse.Namespace,
    *,
    names: list[str],
    places: "tuple[NDArray[np.float64], NDArray[np.float64]]",
    first_day: date,
) -> dict[str, Any]:
    """`recurrence_days`: so often chance alone gives such a cluster when the scan runs every day (prospective only)."""
    told = {
        "centre": names[one.centre],
        "lon": float(places[0][one.centre]),
        "lat": float(places[1][one.centre]),
        "radius_m": one.radius_m,
        "sites": [names[site] for site in one.sites],
        "from": (first_day + timedelta(one.first_day)).isoformat(),
        "to": (first_day + timedelta(one.last_day)).isoformat(),
        "days": one.last_day - one.first_day + 1,
        "observed": one.observed,
        "expected": one.expected,
        "llr": one.ratio,
        "p": one.p,
        "p_gumbel": one.p_gumbel,
    }
    if options.prospective:
        told |= {"recurrence_days": 1 / one.p, "recurrence_days_gumbel": 1 / one.p_gumbel}
    return told


def _say(told: dict[str, Any]) -> None:
    best = told["best"]
    if best is None:
        tell("没有多于期望的聚集 · no circle and window with more events than expected")
        return
    tell(
        f"最强聚集 best cluster: {best['centre']} {best['radius_m']:.0f} m, {best['from']} – {best['to']}, "
        f"{best['observed']} / {best['expected']:.2f}, LLR {best['llr']:.4f}, p = {best['p']:.3g}"
    )
