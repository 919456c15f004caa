"""Importing a file of calls: seconds, where they go, and as floor the same rows by plain executemany in the same run.

    ./kuaichu bench imports                        10^6 rows, 1 % of them at fault, on SQLite
    ./kuaichu bench imports --rows 100000 --database postgresql

The file is made here: a year of calls of a city that does not exist, with names, phones and what callers say.
"""

import argparse
import csv
import os
import random
import sqlite3
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GOAL_S = 60.0
Spent = tuple[float, float]  # seconds, seconds of processor
HEADER = ["接警编号", "报警时间", "报警人", "报警电话", "报警内容", "警情地址", "道路名称", "经度", "纬度", "车牌号", "警情类别",
          "警情细类", "管辖单位", "受伤人数", "是否逃逸", "派警时间", "到场时间", "结束时间", "处理结果"]  # fmt: skip
CLASSES = [("事故", "机动车财损"), ("事故", "伤人事故"), ("事故", "电动车事故"), ("秩序", "违停、挪车"), ("秩序", "噪音扰民"),
           ("秩序", "占道"), ("其他类", "交通拥堵"), ("其他类", "设施故障"), ("", "")]  # fmt: skip
SAID = ["两车追尾，没有人受伤，占着车道", "电动车和小轿车碰了，骑车的腿擦伤", "小区门口有车堵住出口，电话打不通，请挪车",
        "渣土车半夜一直从楼下过，吵得睡不着", "红绿灯坏了，四个方向都不亮", "堵了快半小时了，没有民警指挥"]  # fmt: skip
ROADS = ["人民路", "解放路", "滨河路", "环城东路", "建设路", "学府街", "迎春路", "河西大道"]
DONE = ["双方自行协商，已撤离", "已通知车主挪车", "到场疏导，恢复通行", "转市政处理"]
UNITS = ["迎春中队", "河西中队", "高新大队"]


def make(path: Path, rows: int, *, faulty: float = 0.01, seed: int = 5) -> None:
    """`rows` calls; every hundredth has one of the usual faults."""
    pick = random.Random(seed)
    start = datetime(2025, 11, 1)
    with path.open("w", encoding="utf-8", newline="") as written:
        write = csv.writer(written).writerow
        write(HEADER)
        for number in range(rows):
            at = start + timedelta(seconds=number * 30_000_000 // rows)
            lon, lat = 120.5 + pick.gauss(0, 0.06), 30.0 + pick.gauss(0, 0.05)
            kind = pick.choice(CLASSES)
            road, phone = pick.choice(ROADS), f"1{pick.randrange(3, 10)}{pick.randrange(10**9):09d}"
            row = [f"J{number:012d}", f"{at:%Y-%m-%d %H:%M:%S}", "王" + pick.choice("明芳伟秀英军"), phone,
                   f"{road}{pick.choice(SAID)}，{pick.randrange(1, 400)}号附近", f"{road}{pick.randrange(1, 400)}号", road,
                   f"{lon:.6f}", f"{lat:.6f}", f"浙D{pick.randrange(10**5):05d}", *kind, pick.choice(UNITS), "0", "否",
                   f"{at + timedelta(minutes=2):%Y-%m-%d %H:%M:%S}", f"{at + timedelta(minutes=9):%Y-%m-%d %H:%M:%S}",
                   f"{at + timedelta(minutes=25):%Y-%m-%d %H:%M:%S}", pick.choice(DONE)]  # fmt: skip
            if pick.random() < faulty:
                _spoil(row, pick)
            write(row)


def _spoil(row: list[str], pick: random.Random) -> None:
    match pick.randrange(5):
        case 0:
            row[7], row[8] = row[8], row[7]
        case 1:
            row[11] = "说不清的类别"
        case 2:
            row[1] = "昨天"
        case 3:
            row[7] = "不详"
        case 4:
            row[0] = ""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.inside:
        return inside(given.inside)
    from _lib import prepared

    with prepared(given.database) as installation:
        path = installation.home / "calls.csv"
        make(path, given.rows)
        print(f"{given.rows} rows, {path.stat().st_size / 1e6:.0f} MB, {given.database}", flush=True)
        command = [sys.executable, __file__, "--inside", str(path)]
        return subprocess.run(command, env=dict(installation.environment), cwd=ROOT, check=False).returncode


def inside(path: Path) -> int:
    """In the installation's own process: the import, the same again, and the floor."""
    import django

    django.setup()
    from django.conf import settings

    from kuaichu.calls.importing import import_calls, running

    seconds = watched(running)
    print(f"{'':24} {'seconds':>9} {'of processor':>13}")
    first, took = timed(lambda: import_calls(path, place_code="339900"))
    told("import", took, f"new {first.new}  changed {first.changed}  same {first.same}  faulty {first.faulty}")
    for name, spent in list(seconds.items()):
        told(f"  {name}", spent)
    assert first.rows == first.new + first.changed + first.same + first.faulty
    again, took_again = timed(lambda: import_calls(path, place_code="339900"))
    told("the same file again", took_again, f"new {again.new}  changed {again.changed}  same {again.same}")
    assert (again.new, again.changed, again.faulty) == (0, 0, first.faulty)
    if not os.environ.get("DATABASE_URL"):
        told("floor: executemany", floor(Path(settings.HOME) / "kuaichu.sqlite3"), "the stored rows as they are")
    print(f"{'goal':24} {GOAL_S:9.1f}   for 10^6 rows on SQLite")
    return 0 if took[0] <= GOAL_S * max(first.rows / 1e6, 0.05) else 1


def told(name: str, spent: Spent, words: str = "") -> None:
    print(f"{name:24} {spent[0]:9.1f} {spent[1]:13.1f}   {words}", flush=True)


def watched(module) -> dict[str, Spent]:
    """Seconds spent in each part, summed by wrapping the parts of the import."""
    from kuaichu.calls.importing import sealing, storing

    spent: dict[str, Spent] = {}
    parts = (
        (module.reading, "cleaned", "read, decode, write"),
        (module.checking, "load", "load"),
        (module.checking, "check", "normalise and check"),
        (module.checking, "settle_doubles", "doubles"),
        (module.references, "settle", "references"),
        (module.checking, "line_up", "order"),
        (module, "batch_of", "take batches"),
        (storing, "_plan", "compare with stored"),
        (sealing, "sealed", "class and encrypt here"),
        (storing, "_store", "wait for rows and write"),
        (module, "_leave_out_same", "compare all at once"),
        (module.matters, "propose", "links"),
        (storing, "_insert", "insert"),
        (module.matters, "tie", "repeats"),
        (module, "_write_faults", "faults"),
    )
    for owner, name, words in parts:
        setattr(owner, name, _timing(getattr(owner, name), words, spent))
    return spent


def _timing(function, words: str, spent: dict[str, Spent]):
    def wrapped(*arguments, **more):
        wall, worked = time.perf_counter(), time.process_time()
        try:
            return function(*arguments, **more)
        finally:
            before = spent.get(words, (0.0, 0.0))
            spent[words] = (before[0] + time.perf_counter() - wall, before[1] + time.process_time() - worked)

    return wrapped


def timed(work):
    wall, worked = time.perf_counter(), time.process_time()
    found = work()
    return found, (time.perf_counter() - wall, time.process_time() - worked)


def floor(database: Path) -> Spent:
    """The stored rows into an empty copy of the table with its indexes: one executemany a batch, as the import does."""
    source = sqlite3.connect(database)
    texts = [
        text
        for (text,) in source.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'calls_call' AND sql IS NOT NULL ORDER BY type DESC"
        )
    ]
    rows = source.execute("SELECT * FROM calls_call").fetchall()
    target = sqlite3.connect(database.with_name("floor.sqlite3"), isolation_level=None)
    target.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-400000;")
    target.execute("PRAGMA wal_autocheckpoint=20000")
    for text in texts:
        target.execute(text)
    marks = ", ".join("?" * len(rows[0]))

    def insert() -> None:
        for at in range(0, len(rows), 10_000):
            target.execute("BEGIN IMMEDIATE")
            target.executemany(f"INSERT INTO calls_call VALUES ({marks})", rows[at : at + 10_000])
            target.execute("COMMIT")

    return timed(insert)[1]


if __name__ == "__main__":
    sys.exit(main())
