"""The commands behind `./kuaichu`. Each handler imports what it needs, so that `--help` answers at once."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from kuaichu.command.network import EVERYWHERE

Handler = Callable[[argparse.Namespace], int]
DEFAULT_PORT = 8000
MOST_PACE = 10


def main(argv: Sequence[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuaichu.settings")
    arguments = list(argv)
    if arguments[:1] == ["manage"]:
        return _manage(arguments[1:])
    if arguments[:1] == ["analyse"]:
        from kuaichu.command.analysing import main as analyse

        return analyse(arguments[1:])
    options, rest = parser().parse_known_args(arguments)
    if rest and not getattr(options, "takes_more", False):
        parser().error(f"不认识的参数 / unknown arguments: {' '.join(rest)}")
    options.rest = rest
    module, _, function = options.handler.partition(":")
    handler: Handler = getattr(import_module(f"kuaichu.command.{module}"), function)
    return handler(options)


def _manage(arguments: list[str]) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["./kuaichu manage", *arguments])
    return 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="./kuaichu",
        description="快处：一起交通事故，从第一次点击到赔款到账。\nKuaichu: a road accident, from the first tap to the paid claim.",
        epilog="数据放在 KUAICHU_HOME（默认 ./.kuaichu）。Data lives in KUAICHU_HOME (default ./.kuaichu).",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(title="命令 / commands", metavar="COMMAND", required=True)
    _add_demo(commands)
    _add_production(commands)
    _add_checks(commands)
    _add_law(commands)
    _add_simulate(commands)
    _add_imports(commands)
    records = commands.add_parser(
        "records", help="补报以前结案的登记 · file earlier closed cases with the national platform"
    )
    records.set_defaults(handler="recording:file_since")
    records.add_argument("--since", required=True, metavar="DATE", help="从哪天结案的起 · closed on this day or later")
    commands.add_parser(
        "analyse",
        help="研判：热力、热点、聚集、重复警情、布点、派警 · analysis of files (docs/ANALYSIS.md)",
        add_help=False,
    )
    commands.add_parser("manage", help="Django 管理命令 · any Django management command", add_help=False)
    return top


def _add_demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser("demo", help="一条命令看完整演示 · the whole product with examples, on this machine")
    demo.set_defaults(handler="demo:run")
    demo.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="端口，被占用时用下一个 · port; the next free one if taken"
    )
    demo.add_argument(
        "--host", default=EVERYWHERE, help="监听地址 · address to listen on (default: reachable from a phone)"
    )
    demo.add_argument("--home", help="数据目录 · data folder (default KUAICHU_HOME or ./.kuaichu)")
    demo.add_argument("--no-seed", action="store_true", help="不准备示例案件 · without example cases")
    demo.add_argument("--reset", action="store_true", help="清空演示数据重新开始 · delete the demo data and begin anew")
    demo.add_argument(
        "--pace",
        type=_pace,
        default=1.0,
        metavar="0..10",
        help="新警情的快慢，1 约每 20 秒一起，0 不再来 · how fast new calls come: 1 about every 20 s, 0 none",
    )
    demo.add_argument(
        "--no-life", action="store_true", help="不生成虚构的警情和案件 · without invented calls and cases"
    )


def _pace(text: str) -> float:
    pace = float(text)
    if not 0 <= pace <= MOST_PACE:
        raise argparse.ArgumentTypeError(f"0 到 {MOST_PACE} · between 0 and {MOST_PACE}")
    return pace


def _add_production(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = commands.add_parser(
        "serve", help="正式运行网页服务 · web server for production, settings from the environment"
    )
    serve.set_defaults(handler="production:serve")
    serve.add_argument("--port", type=int, default=DEFAULT_PORT)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument(
        "--workers", type=int, default=0, help="进程数 · web processes (default: 1 on SQLite, else one per core)"
    )
    work = commands.add_parser("work", help="正式运行后台任务 · worker: reactions, deliveries, due clocks")
    work.set_defaults(handler="production:work")
    verify = commands.add_parser(
        "verify", help="离线核验一个案件 · check a case's journal, evidence and documents offline"
    )
    verify.set_defaults(handler="verifying:run")
    verify.add_argument("case", metavar="CASE", help="案件编号 · the case's number")
    verify.add_argument("--json", action="store_true", help="给程序读 · for programs")


def _add_imports(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from kuaichu.command.importing import add_calls

    imports = commands.add_parser(
        "import", help="导入：警情、地图 · take in a place's own files: calls (docs/CALLS.md), map"
    )
    kinds = imports.add_subparsers(title="种类 / kinds", dest="what", metavar="WHAT", required=True)
    add_calls(kinds)
    area = kinds.add_parser("map", help="边界和道路（GeoJSON） · boundaries and roads of a place")
    area.set_defaults(handler="mapping:run")
    area.add_argument(
        "file", metavar="FILE", help="GeoJSON，面是边界，线是道路 · areas are boundaries, lines are roads"
    )
    area.add_argument("--place", default="", metavar="CODE", help="区划代码 · place code (default: the highest unit's)")
    area.add_argument(
        "--frame", choices=("wgs84", "gcj02", "bd09"), default="wgs84", help="坐标系 · coordinates of the file"
    )


def _add_law(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    law = commands.add_parser(
        "law", help="法规：定责、理赔、快处、期限，JSON 进 JSON 出 · the law as JSON in, JSON out (docs/LAW.md)"
    )
    law.set_defaults(handler="lawing:run")
    kinds = law.add_subparsers(title="命令 / commands", dest="what", metavar="WHAT", required=True)
    for what, words in {
        "decide": "定责 · facts -> liability",
        "settle": "理赔计算 · accident -> settlement",
        "screen": "快处筛查 · scene -> fast track",
        "due": "期限 · clock -> deadline",
    }.items():
        asked = kinds.add_parser(what, help=words)
        asked.add_argument(
            "file", metavar="FILE|-", nargs="?", default="-", help="JSON 文件 · a JSON file, - for input"
        )
        asked.add_argument("--lines", action="store_true", help="每行一个 JSON · one JSON object per line, in and out")
    check = kinds.add_parser("check", help="全部载入并检查 · load everything, problems, values by age of last check")
    check.add_argument("--json", action="store_true", help="给程序读 · for programs")
    diff = kinds.add_parser("diff", help="两个日期之间的变化 · what changed between two days")
    diff.add_argument("--from", dest="since", required=True, metavar="DATE")
    diff.add_argument("--to", dest="until", required=True, metavar="DATE")
    diff.add_argument("--place", default="000000", metavar="CODE", help="区划代码 · six-digit place code")
    diff.add_argument("--json", action="store_true", help="给程序读 · for programs")
    paper = kinds.add_parser("print", help="打印全部规则和数值 · all rules and values as a readable page")
    paper.add_argument("file", metavar="FILE.html")


def _add_simulate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    city = commands.add_parser(
        "simulate", help="模拟一座城市，跑、压、测这套系统 · a simulated city plays the whole product"
    )
    city.set_defaults(handler="city_home:run")
    city.add_argument("--place", default="339900", metavar="CODE", help="区划代码 · place code")
    city.add_argument(
        "--roads", metavar="FILE", help="道路（GeoJSON，WGS-84；默认演示城市） · roads (default: the invented city's)"
    )
    city.add_argument(
        "--like",
        metavar="NAME",
        help="每天的起数按某地公布的 · as many a day as a place has published (docs/SIMULATOR.md)",
    )
    city.add_argument("--days", type=int, default=3, help="几天 · days")
    city.add_argument("--seed", type=int, default=1, help="同一个种子，同一次运行 · the same seed gives the same run")
    city.add_argument("--people", type=int, default=500_000, help="人口 · inhabitants")
    city.add_argument("--cases", type=int, default=0, help="最多几起事故 · at most so many accidents")
    city.add_argument(
        "--minutes",
        type=float,
        default=0,
        help="实际跑多少分钟后不再有新事故 · after so many real minutes no more accidents come",
    )
    city.add_argument("--calls", type=float, default=-1, help="每天多少警情 · calls a day (default: by inhabitants)")
    city.add_argument("--from", dest="first", default="", metavar="DATE", help="第一天 · first day (default: lately)")
    city.add_argument("--faults", choices=("none", "mild", "hard"), default="mild")
    city.add_argument(
        "--speed",
        choices=("inside", "load", "http"),
        default="inside",
        help="一个进程里拨快时钟；真实进程，逐级加压；真实进程，一直这样 · clock moved; real processes: growing load, or a soak",
    )
    city.add_argument(
        "--seconds", type=float, default=0.0, help="每一级多久（load），共多久（http） · of each level, or of the soak"
    )
    city.add_argument("--rate", type=float, default=1.0, help="http：每秒几起事故 · accidents a second")
    city.add_argument(
        "--database",
        choices=("sqlite", "postgresql"),
        default="",
        help="postgresql：临时启动一个自己的，hard 时也杀它 · a private server, killed too (default: DATABASE_URL or SQLite)",
    )
    city.add_argument("--home", help="数据目录（默认临时） · data folder (default: a temporary one)")
    city.add_argument("--report", metavar="DIR", help="报告放哪里（HTML 和 JSON） · folder of the report")
    city.add_argument("--plan", action="store_true", help="只算要多少坐席和骑手 · only plan seats and riders")
    city.add_argument(
        "--share", type=_share, metavar="0..1", help="承诺时间内办完的占比 · share to be done within the promise"
    )


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError("0 到 1 之间 · between 0 and 1")
    return share


def _add_checks(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    test = commands.add_parser("test", help="全部检查和测试 · every check and test; further arguments go to pytest")
    test.set_defaults(handler="checks:run", takes_more=True)
    test.add_argument("--fast", action="store_true", help="不跑浏览器流程 · without the browser journeys")
    bench = commands.add_parser("bench", help="性能测量 · measurements, printed as tables")
    bench.set_defaults(handler="benches:run", takes_more=True)
    bench.add_argument("only", nargs="?", help="只跑一项 · only this one")
    words = commands.add_parser("words", help="合并、编译英文词条 · merge and compile the English catalogue")
    words.set_defaults(handler="words:run")
    lock = commands.add_parser("lock", help="更新依赖锁定文件 · compile the lock files anew")
    lock.set_defaults(handler="locks:run")
    lock.add_argument("--upgrade", action="store_true", help="升级到最新版本 · take the newest versions")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
