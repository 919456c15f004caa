"""`./kuaichu analyse coverage`: where k units stand best, by day or hour, and how good that provably is."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kuaichu.command.analysing import doubtful, written
from kuaichu.command.analysing.common import Bar, add_files, add_points, tell
from kuaichu.command.analysing.roads import add_network
from kuaichu.command.analysing.written import write_rows, write_summary

if TYPE_CHECKING:
    from kuaichu.analysis.coverage import Day
    from kuaichu.command.analysing.sited import Places

HELP = "布点：k 个单元放在哪里最近、最全，附下界证明 · where to put k units: nearest or most covering, with proof"
NAMES = ("hour", "unit", "site", "lon", "lat", "weight", "mean", "moved")
SHARES = (0.5, 0.9, 0.95)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    words = ".csv 或 .geojson · a row per hour and unit, and OUT.summary.json with bounds"
    add_files(parser, out=words, endings=written.ENDINGS)
    add_points(parser)
    parser.add_argument(
        "--weight", metavar="COLUMN", help="权重列，如警情数 · column of weights; else every row counts 1"
    )
    parser.add_argument(
        "--hour", default="hour", metavar="COLUMN", help="小时列（整数），--per hour 时用 · column of hours"
    )
    parser.add_argument(
        "--per", choices=("day", "hour"), default="day", help="全天一个方案或逐小时 · one plan or hourly"
    )
    parser.add_argument("--units", type=int, required=True, metavar="K", help="单元数 · how many units")
    parser.add_argument(
        "--sites", type=Path, metavar="FILE", help="备选点位表 · candidate sites; else the points themselves"
    )
    parser.add_argument("--site-name", metavar="COLUMN", help="点位名称列 · column with a site's name; else its row")
    parser.add_argument(
        "--cell-m",
        type=float,
        metavar="METRES",
        help="先归并到方格 · gather the points into squares of this side first",
    )
    limit = parser.add_mutually_exclusive_group()
    limit.add_argument(
        "--within-m", type=float, metavar="R", help="目标改为 R 米内覆盖最多 · cover the most within R metres instead"
    )
    limit.add_argument(
        "--within-s", type=float, metavar="S", help="目标改为 S 秒内覆盖最多 · the same within S seconds of driving"
    )
    parser.add_argument(
        "--detour", type=float, default=1.3, help="路程与直线之比，没有路网时用 · road against straight line"
    )
    parser.add_argument("--speed-kmh", type=float, default=30.0, help="车速，没有路网时用 · speed, without a network")
    parser.add_argument(
        "--drive-cost",
        type=float,
        default=0.0,
        help="换点每行驶一米（秒）相当于一起警情多等几米（秒）· price of a metre (second) driven between hours",
    )
    parser.add_argument("--move-cost", type=float, default=0.0, help="每次换点的固定代价 · price of every move")
    parser.add_argument(
        "--gap", type=float, default=1e-3, help="可接受的差距 · share of the optimum that may stay open"
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="每小时求解上限 · most seconds of HiGHS an hour")
    parser.add_argument("--assigned", type=Path, metavar="FILE", help="各需求点由谁负责 · who serves which point, .csv")
    doubtful.add_argument(parser)
    add_network(parser, help_more="有路网则按行车秒数 · with one, travel is seconds on the road instead of metres")


def run(options: argparse.Namespace) -> int:
    from kuaichu.analysis.coverage import day_plan
    from kuaichu.command.analysing.sited import places

    found = places(options)
    day = day_plan(
        found.reach,
        found.weights,
        options.units,
        between=found.between,
        per_distance=options.drive_cost,
        per_move=options.move_cost,
        within=found.within,
        gap=options.gap,
        seconds=options.seconds,
        progress=Bar("布点 · siting"),
    )
    write_rows(options.output, _rows(day, found), names=NAMES)
    if options.assigned:
        write_rows(options.assigned, _assigned(day, found), names=("hour", "lon", "lat", "weight", "site", "travel"))
    write_summary(options.output, summary(day, found))
    _tell(day, found)
    return 0


def _rows(day: "Day", found: "Places") -> list[dict[str, Any]]:
    rows = []
    for number, (hour, plan) in enumerate(zip(found.hours, day.hours, strict=True)):
        for unit, site in enumerate(day.posts[number]):
            is_its = plan.assigned == site
            weight = float(plan.weights[is_its].sum())
            travelled = float((plan.weights[is_its] * plan.travel[is_its]).sum())
            rows.append(
                {
                    "hour": hour,
                    "unit": unit + 1,
                    "site": found.names[site],
                    "lon": float(found.site_lon[site]),
                    "lat": float(found.site_lat[site]),
                    "weight": weight,
                    "mean": travelled / weight if weight else None,
                    "moved": float(day.moved[number, unit]),
                }
            )
    return rows


def _assigned(day: "Day", found: "Places") -> list[dict[str, Any]]:
    return [
        {
            "hour": hour,
            "lon": float(found.lon[i]),
            "lat": float(found.lat[i]),
            "weight": float(plan.weights[i]),
            "site": found.names[plan.assigned[i]] if plan.assigned[i] >= 0 else "",
            "travel": float(plan.travel[i]),
        }
        for hour, plan in zip(found.hours, day.hours, strict=True)
        for i in range(plan.travel.size)
    ]


def summary(day: "Day", found: "Places") -> dict[str, Any]:
    """What the plan is worth and what no plan could beat; travel in `unit`."""
    hours = []
    for hour, plan in zip(found.hours, day.hours, strict=True):
        entry = {
            "hour": hour,
            "cost": plan.cost,
            "bound": plan.bound,
            "gap": plan.gap,
            "proof": plan.proof,
            "weight": plan.total,
            "unreached": plan.unreached,
            "mean": plan.mean,
        } | {f"p{share * 100:.0f}": plan.percentile(share) for share in SHARES}
        if found.within is not None:
            entry["covered_share"] = plan.covered_share(found.within)
        hours.append(entry)
    return {
        "goal": day.hours[0].goal,
        "unit": found.unit,
        "within": found.within,
        "points": found.reach.points,
        "sites": found.reach.sites,
        "units": int(day.posts.shape[1]),
        "cost": day.cost,
        "moving": day.moving,
        "bound": day.bound,
        "gap": day.gap,
        "moves": int((day.moved > 0).sum()),
        "moved": float(day.moved.sum()),
        "hours": hours,
    }


def _tell(day: "Day", found: "Places") -> None:
    """A line per hour for the person at the screen."""
    unit = {"m": "米 m", "s": "秒 s"}[found.unit]
    for hour, plan in zip(found.hours, day.hours, strict=True):
        name = "全天 day" if hour is None else f"{hour} 时"
        share = "" if found.within is None else f"  覆盖 covered {plan.covered_share(found.within):.1%}"
        tell(f"{name}  平均 mean {plan.mean:.0f} {unit}{share}  差距 gap ≤ {plan.gap:.3%}（{plan.proof}）")
    if len(day.hours) > 1:
        tell(f"换点 moves {int((day.moved > 0).sum())}，共 {day.moved.sum():.0f} {unit}；全天 day gap ≤ {day.gap:.2%}")
