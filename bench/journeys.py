"""Cases opened and whole journeys carried out over HTTP, on SQLite and PostgreSQL, against their own SQL by hand.

    ./kuaichu bench journeys [--seconds 6] [--journeys 48] [--only sqlite]

A journey is everything from the report to the sealed document: some 35 calls of `/api/v1` from two phones, the desk's
page and decision, the worker. Eight clients run at once on the same machine and take their part of its cores. The floor
runs the statements of the same journey (written down in this very run) on bare connections: what the database alone
allows.
"""

import argparse
import json
import subprocess
import sys
from typing import Any

import _lib

GOAL_JOURNEYS_PER_SECOND = 20
GOAL_P99_MS = 50


def output(installation: _lib.Installation, program: str, *arguments: str) -> Any:
    """The JSON that a program of this folder prints."""
    command = [sys.executable, str(_lib.ROOT / "bench" / program), *arguments]
    done = subprocess.run(
        command, env=dict(installation.environment), cwd=_lib.ROOT, stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def measure(database: str, *, seconds: float, journeys: int) -> None:
    with _lib.prepared(database) as installation:
        tapes = str(installation.home / "tapes")
        work = output(installation, "_tape.py", tapes)
        with _lib.serving(installation):
            load = output(installation, "_load.py", str(installation.port), str(seconds), str(journeys))
        where = installation.environment.get("DATABASE_URL") or str(installation.home / "kuaichu.sqlite3")
        floor = output(installation, "_floor.py", tapes, where, str(seconds / 2))
    _report(database, work, load, floor)


def _report(database: str, work: Any, load: Any, floor: Any) -> None:
    opened, played = load["creations"], load["journeys"]
    rows = [
        ("cases opened, 8 clients", f"{opened['per_second']:.0f}/s"),
        ("  P50 / P99 / longest", f"{opened['p50_ms']:.0f} / {opened['p99_ms']:.0f} / {opened['most_ms']:.0f} ms"),
        ("  goal P99 (SQLite)", f"{GOAL_P99_MS} ms: {_verdict(opened['p99_ms'] <= GOAL_P99_MS)}"),
        *_against("cases", opened["per_second"], floor["creation"]),
        ("whole journeys, 8 at a time, until all is sealed", f"{played['per_second']:.1f}/s"),
        ("  until all is signed", f"{played['until_signed']:.1f}/s"),
        ("  one journey, P50", f"{played['p50_s']:.2f} s"),
        ("  goal", f"{GOAL_JOURNEYS_PER_SECOND}/s: {played['per_second'] / GOAL_JOURNEYS_PER_SECOND:.0%} of it"),
        *_against("journeys", played["per_second"], floor["journey"]),
    ]
    _lib.table(f"{database} ({_lib.load_line()})", rows)
    for name in ("creation", "journey"):
        one = work[name]
        counts = f"{one['statements']} statements, {one['selects']} of them SELECT, {one['transactions']} transactions"
        _lib.table(f"{database}: where one {name} goes ({one['cpu_ms']} ms of CPU; {counts})", _shares(one["shares"]))


def _against(what: str, per_second: float, floor: Any) -> list[tuple[str, str]]:
    by_hand = floor["per_second"]
    text = f"{by_hand:.0f}/s on {floor['connections']} connection(s); we reach {per_second / by_hand:.1%} of it"
    return [(f"  the same SQL of {what} by hand", text)]


def _shares(shares: dict[str, float]) -> list[tuple[str, str]]:
    return [(f"  {name}", f"{percent:.0f} %") for name, percent in shares.items() if percent >= 0.5]


def _verdict(is_reached: bool) -> str:
    return "reached" if is_reached else "missed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--journeys", type=int, default=48)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    for database in [options.only] if options.only else _lib.databases():
        measure(database, seconds=options.seconds, journeys=options.journeys)


if __name__ == "__main__":
    main()
