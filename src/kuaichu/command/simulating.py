"""`./kuaichu simulate`: the city of `simulator/` plays an installation of its own, in one process or over HTTP."""

import argparse
import gc
import io
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from math import ceil
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import unquote

from kuaichu.command import choosing
from kuaichu.command.http_house import HttpHouse, free_port
from kuaichu.command.installed import Installed
from kuaichu.command.paths import ROOT

LEVEL_S = 20.0  # how long a level of growing load lasts, unless told
RATES = (0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)  # cases per second, a level each
CASES_A_SHIFT = 20.0  # of all accidents of a day, for each officer at the desk
CALLS_FROM = "339900000000"
CLOCK_WRONG_S = (40.0, -25.0, 90.0, 0.0)  # one after the other: an NTP client that corrects itself both ways
COLLECT_AFTER = (50_000, 20, 50)  # a long life of many small things: looking through all of them less often
MOST_KINDS = 30  # of requests in the summary
FAR = datetime(9000, 1, 1, tzinfo=UTC)
SHORTEST_REST = timedelta(seconds=1)  # between two looks of the worker at what waits
CLEANING_EVERY = timedelta(hours=6)  # of the house's clock; a real worker cleans more often and finds nothing


class InsideHouse(Installed):
    """The product in this process: requests go into the WSGI application, the clock is moved, nothing sleeps."""

    faults: tuple[str, ...] = ("clock_jump",)

    def __init__(self, home: Path) -> None:
        self.home = home
        self._wrong_by = timedelta(0)
        self._jumps = 0
        from django.core.wsgi import get_wsgi_application

        self._application = get_wsgi_application()
        self._due: datetime | None = None
        self._worked_at: datetime | None = None
        self._cleaned_at: datetime | None = None

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes, address: str) -> Any:
        from simulator.house import Answer

        if method != "GET" and self._worked_at is not None:
            soon = self._worked_at + SHORTEST_REST
            self._due = soon if self._due is None else min(self._due, soon)
        answered: dict[str, Any] = {}

        def start(status: str, fields: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], object]:
            found: dict[str, str] = {}
            for name, value in fields:
                key = name.lower()
                found[key] = f"{found[key]}\n{value}" if key in found else value
            answered.update(status=int(status.split(maxsplit=1)[0]), headers=found)
            return io.BytesIO().write

        answer = self._application(_environ(method, path, headers, body, address), start)
        try:
            content = b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close:
                close()
        return Answer(answered["status"], answered["headers"], content)

    def now(self) -> datetime:
        from kuaichu import clock

        return clock.now() - self._wrong_by

    def wait_until(self, moment: datetime) -> None:
        from kuaichu import clock

        clock.jump_to(moment + self._wrong_by)

    def suffer(self, fault: str) -> None:
        """The product's clock jumps forwards or backwards against everybody else's."""
        at = self.now()
        self._wrong_by = timedelta(seconds=CLOCK_WRONG_S[self._jumps % len(CLOCK_WRONG_S)])
        self._jumps += 1
        self.wait_until(at)

    def work(self) -> datetime | None:
        """Rounds of the worker until it is idle, once something was written or fell due, and a second after the last
        ones at the earliest; when it wants to look again."""
        now = self.now()
        if self._due is not None and now < self._due:
            return self._due
        from kuaichu import worker

        if self._cleaned_at is None or now - self._cleaned_at >= CLEANING_EVERY:
            self._cleaned_at = now
            worker.clean()
        worker.run_until_idle()
        self._worked_at = self.now()
        due = min(self._cleaned_at + CLEANING_EVERY, (worker.next_due() or FAR) - self._wrong_by)
        self._due = max(due, self._worked_at + SHORTEST_REST)
        return self._due

    def texts(self, after: int) -> list[Any]:
        from simulator.over_http import texts_in

        answer = self.request("GET", f"/demo/outbox.json?after={after}", headers={}, body=b"", address="127.0.0.1")
        found: list[Any] = texts_in(answer)
        return found


def _environ(method: str, path: str, headers: Mapping[str, str], body: bytes, address: str) -> dict[str, Any]:
    where, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(where).encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": address,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ


def run(options: argparse.Namespace) -> int:
    """0 when every invariant held."""
    if options.plan:
        from kuaichu.command import planning

        return planning.run(options)
    home = Path(options.home) if options.home else Path(tempfile.mkdtemp(prefix="kuaichu-city-"))
    os.environ.update(KUAICHU_HOME=str(home), KUAICHU_DEMO="1", KUAICHU_ORIGIN=_origin(options))
    home.mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(ROOT))
    chosen = choosing.choose(options)
    _prepare(options, chosen.roads)
    from kuaichu import clock
    from kuaichu.demo.city import PASSWORD
    from simulator import loading, main, soaking

    a_day = chosen.accidents_a_day
    plan = main.Plan(
        place=options.place,
        first=_first_day(options, clock.today()).date(),
        days=options.days,
        seed=options.seed,
        accidents_a_day=a_day,
        roads=chosen.roads,
        faults=options.faults,
        password=PASSWORD,
        officers=_shared(("officer", "officer2"), a_day / CASES_A_SHIFT),
        adjusters={"INS-A": "adjuster-a", "INS-B": "adjuster-b"},
        platform="NAT-1",
        most_cases=options.cases or 10**9,
        most_minutes=options.minutes or float("inf"),
        calls_from=CALLS_FROM,
        calls_a_day=chosen.calls_a_day,
    )
    if options.speed == "load":
        with _http_house(home, options).serving() as real:
            outcome, _ = loading.ramp(real, plan, rates=RATES, seconds=options.seconds or LEVEL_S, tell=print)
            return _judge(outcome, real, options)
    if options.speed == "http":
        with _http_house(home, options).serving() as real:
            soak = soaking.Soak(rate=options.rate, seconds=options.seconds, most_cases=options.cases)
            outcome = soaking.run(real, plan, soak, tell=partial(print, flush=True))
            code = _judge(outcome, real, options)
            print(real.told(is_bad=code != 0))
            return code
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    house = InsideHouse(home)
    house.wait_until(_first_day(options, clock.today()))
    began = monotonic()
    outcome = main.run(house, plan, progress=lambda text: print(f"\r{text}", end="", file=sys.stderr))
    print(f"\n{len(outcome.records) / (monotonic() - began) * 60:.1f} cases a minute", file=sys.stderr)
    return _judge(outcome, house, options)


def _shared(accounts: tuple[str, ...], seats: float) -> tuple[str, ...]:
    """So many seats, at least one for each account; several seats sign in under one account."""
    return tuple(accounts[at % len(accounts)] for at in range(max(len(accounts), ceil(seats))))


def _origin(options: argparse.Namespace) -> str:
    """Inside one process nothing listens, and the same run shows the same address."""
    return f"http://127.0.0.1:{free_port()}" if options.speed != "inside" else "http://127.0.0.1"


def _http_house(home: Path, options: argparse.Namespace) -> HttpHouse:
    workers = (os.cpu_count() or 1) if os.environ.get("DATABASE_URL") else 1
    port = int(os.environ["KUAICHU_ORIGIN"].rpartition(":")[2])
    is_hard = options.faults == "hard"
    return HttpHouse(home, port=port, workers=workers, database=options.server, has_wrong_clock=is_hard)


def _judge(outcome: Any, house: Any, options: argparse.Namespace) -> int:
    """Prints what happened and every invariant; 1 on a violation or trouble."""
    from simulator import invariants, looking

    held = invariants.check(outcome, looking.Looker(house, outcome.plan.password))
    print(_summary(outcome))
    print(invariants.as_table(held))
    if options.report:
        from simulator import report

        print(report.write(outcome, Path(options.report), command=_command(outcome.plan.first), checks=held))
    return 1 if any(one.violations for one in held) or outcome.world.troubles else 0


def _command(first: date) -> str:
    """As it was typed, with the first day: without one the run would be another tomorrow."""
    typed = sys.argv[1:]
    has_day = any(word.split("=")[0] == "--from" for word in typed)
    return " ".join(["./kuaichu", *typed, *([] if has_day else ["--from", f"{first}"])])


def _first_day(options: argparse.Namespace, today: date) -> datetime:
    """Midnight in China of the run's first day: so long ago that it ends before today, if none is named."""
    from kuaichu.clock import BEIJING

    day = date.fromisoformat(options.first) if options.first else today - timedelta(days=options.days + 4)
    return datetime.combine(day, time(), BEIJING)


def _summary(outcome: Any) -> str:
    ends = Counter(f"{record.stage}/{record.outcome or '–'}" for record in outcome.records)
    lines = [f"{len(outcome.records)} cases: " + ", ".join(f"{name} {count}" for name, count in sorted(ends.items()))]
    lines += [f"  {name} {count}" for name, count in sorted(outcome.world.meter.counts.items())]
    spent = {kind: sum(each) for kind, each in outcome.world.meter.seconds.items() if kind != "text message"}
    for kind, seconds in sorted(spent.items(), key=lambda pair: -pair[1])[:MOST_KINDS]:
        lines.append(f"  {seconds:8.1f} s in {len(outcome.world.meter.seconds[kind]):6} × {kind}")
    lines.append(f"digest {outcome.world.meter.digest}")
    lines += [f"  trouble: {trouble.who}: {trouble.what}" for trouble in outcome.world.troubles[:20]]
    return "\n".join(lines)


def _prepare(options: argparse.Namespace, roads: Path) -> None:
    from kuaichu.command import prepare

    prepare.main(["--no-seed"])
    from kuaichu import wiring

    choosing.prepare_place(options, roads)
    wiring.connect()
