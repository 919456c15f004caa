"""A house reached over HTTP: real processes, a real clock, and hands that kill, fill the disk and start again."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

from kuaichu.command import wrong_clock
from kuaichu.command.installed import Installed
from kuaichu.command.private_postgres import PrivatePostgres
from kuaichu.command.processes import web_process, worker_process
from kuaichu.command.watching import watched

READY_LIMIT_S = 90.0
TIMEOUT_S = 60.0
NURSE_EVERY_S = 0.3
DATABASE_AWAY_S = 2.0  # a supervisor's pause before it starts a dead server again
FULL_S = 2.0
LINES_TOLD = 60
HIT_AGAIN_EVERY = 4  # kills; the others are given the time to start again
RECOVERY_LIMIT_S = 60.0
CLOCK_STEPS_S = (40.0, -2.0, 55.0, -3.0)  # a client of NTP that corrects itself both ways
CLOCK_BACK_S = 3.0
CLOCK_WRONG_AT_MOST_S = 200.0
SMALL_DISK = 2_000_000_000  # bytes: only a home on a small file system of its own is filled up
PORTS = (20_000, 30_000)  # below those that the system gives out by itself (Linux, macOS)
TICKS = os.sysconf("SC_CLK_TCK")


class HttpHouse(Installed):
    """Web server and worker as `serve` and `work` start them, in processes of their own.

    Each address that is asked for becomes a source address of its own in 127/8 (Linux), so limits by address count.
    `database`: a running server of our own, which is killed too. What ends by itself is started again, as a supervisor
    would, and counted (`ended`).
    """

    def __init__(
        self,
        home: Path,
        *,
        port: int,
        workers: int,
        database: PrivatePostgres | None = None,
        has_wrong_clock: bool = False,
    ) -> None:
        from simulator.over_http import OverHttp

        self.home, self.port, self.database = home, port, database
        has_small_disk = shutil.disk_usage(home).free < SMALL_DISK
        self.faults: tuple[str, ...] = (
            *("kill_web", "kill_worker", "kill_all"),
            *("kill_database",) * (database is not None),
            *("fill_disk",) * has_small_disk,
            *("clock_jump",) * has_wrong_clock,
        )
        self.clock_back_s = CLOCK_BACK_S if has_wrong_clock else 0.0
        self.ended: Counter[str] = Counter()
        web, worker = web_process(host="127.0.0.1", port=port, workers=workers), worker_process()
        self._commands = {"web": web.argv, "worker": worker.argv}
        if has_wrong_clock:
            self._commands = {
                "web": (*web.argv[:-1], f"{wrong_clock.__name__}_web:application"),
                "worker": (worker.argv[0], "-m", wrong_clock.__name__),
            }
        self._kills = 0
        self._jumps = cycle(CLOCK_STEPS_S)
        self._wrong_by_s = 0.0
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._wires = OverHttp("127.0.0.1", port, timeout_s=TIMEOUT_S)
        self._hands = threading.RLock()  # who kills and starts
        self._is_over = threading.Event()

    @contextlib.contextmanager
    def serving(self) -> Iterator["HttpHouse"]:
        """Leaves nothing running, not even when this process is killed."""
        from django.db import connection

        connection.close()  # ours, of the time before: its server may be killed
        with watched() as self._dog:
            try:
                for name in self._commands:
                    self._start(name)
                if not self._is_whole(READY_LIMIT_S):
                    raise SystemExit((self.home / "web.log").read_text()[-4000:])
                threading.Thread(target=self._nurse, name="nurse", daemon=True).start()
                yield self
            finally:
                self._is_over.set()
                with self._hands:
                    for name in list(self._running):
                        self._end(name, signal.SIGTERM)

    def _nurse(self) -> None:
        """Starts again what ended by itself."""
        while not self._is_over.wait(NURSE_EVERY_S):
            with self._hands:
                for name, process in list(self._running.items()):
                    if process.poll() is not None:
                        self.ended[name] += 1
                        self._end(name, signal.SIGKILL)
                        self._start(name)
                if self.database is not None and self.database.has_ended:
                    self.ended["database"] += 1
                    self.database.kill()  # what it has left behind
                    self.database.start()

    def _start(self, name: str) -> None:
        if self._is_over.is_set():
            return
        with (self.home / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                self._commands[name], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._dog.add(self._running[name].pid)

    def _end(self, name: str, number: signal.Signals) -> None:
        process = self._running.pop(name)
        try:
            os.killpg(process.pid, number)
            process.wait(20)
        except ProcessLookupError:
            process.wait()
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)
        self._dog.forget(process.pid)

    def _is_whole(self, limit_s: float) -> bool:
        """Whether web and database answer, within this time."""
        from simulator.house import Unreachable

        limit = time.monotonic() + limit_s
        while time.monotonic() < limit:
            with contextlib.suppress(Unreachable):
                if self.request("GET", "/healthz", headers={}, body=b"", address="127.0.0.1").status == 200:
                    return True
            if self._is_over.wait(0.1):
                break
        return False

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes, address: str) -> Any:
        return self._wires.request(method, path, headers=headers, body=body, address=address)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait_until(self, moment: datetime) -> None:
        time.sleep(max((moment - self.now()).total_seconds(), 0.0))

    def work(self) -> datetime | None:
        return None

    def texts(self, after: int) -> list[Any]:
        found: list[Any] = self._wires.texts(after)
        return found

    def suffer(self, fault: str) -> None:
        """kill -9 of a process group, started again at once as a supervisor would, of the database server, which comes
        back a little later, or of all at the same moment; or no space left for a while; or the clock jumps.

        Returns when the house answers again, but for some kills, so that the next fault may hit it while it starts."""
        if fault == "fill_disk":
            self._fill_disk(FULL_S)
            return
        if fault == "clock_jump":
            self._jump(next(self._jumps))
            return
        which = [name for name in self._commands if fault in ("kill_all", f"kill_{name}")]
        has_database = self.database is not None and fault in ("kill_all", "kill_database")
        with self._hands:
            for name in which:
                self._end(name, signal.SIGKILL)
            if has_database and self.database is not None:
                self.database.kill()
            for name in which:
                self._start(name)
            if has_database and self.database is not None and not self._is_over.wait(DATABASE_AWAY_S):
                self.database.start()
        self._kills += 1
        if self._kills % HIT_AGAIN_EVERY:
            self._is_whole(RECOVERY_LIMIT_S)

    def _jump(self, seconds: float) -> None:
        """Further wrong, but never so far that partners' signatures would count as old."""
        self._wrong_by_s = min(self._wrong_by_s + seconds, CLOCK_WRONG_AT_MOST_S)
        fresh = self.home / "clock.new"
        fresh.write_text(f"{self._wrong_by_s}")
        fresh.replace(self.home / wrong_clock.NAME)

    def _fill_disk(self, seconds: float) -> None:
        filler = self.home / "filler"
        try:
            with filler.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(1_000_000))
        except OSError:
            time.sleep(seconds)
        finally:
            filler.unlink(missing_ok=True)

    def told(self, *, is_bad: bool) -> str:
        """What ended by itself and was started again; after a bad run also the last lines of each log."""
        lines = [f"  ended by itself: {name} {count}" for name, count in sorted(self.ended.items())]
        for name in self._commands if is_bad else ():
            text = (self.home / f"{name}.log").read_text(errors="replace").splitlines()
            told = [f"  {line}" for line in text if "asked to wait" not in line]
            lines += [f"── {name}.log", *told[-LINES_TOLD:]]
        return "\n".join(lines)

    def cpu_seconds(self) -> dict[str, float]:
        """CPU used so far by each process group, and by ourselves."""
        groups = {process.pid: name for name, process in list(self._running.items())} | {os.getpgrp(): "simulator"}
        used = dict.fromkeys(groups.values(), 0.0)
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            name = groups.get(int(fields[2]))
            if name:
                used[name] += (int(fields[11]) + int(fields[12])) / TICKS
        return used


def free_port() -> int:
    """One that nobody's outgoing connection is given while who listens there is away for a moment."""
    while True:
        port = random.randrange(*PORTS)  # noqa: S311
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
