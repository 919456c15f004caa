"""A house reached over HTTP: real processes, a real clock, and hands that kill, fill the disk and start again."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kuaichu.command.processes import WATCHDOG, web_process, worker_process

READY_LIMIT_S = 90.0
TIMEOUT_S = 60.0
SMALL_DISK = 2_000_000_000  # bytes: only a home on a small file system of its own is filled up
TICKS = os.sysconf("SC_CLK_TCK")


class HttpHouse:
    """Web server and worker as `serve` and `work` start them, in processes of their own.

    Each address that is asked for becomes a source address of its own in 127/8 (Linux), so limits by address count.
    """

    def __init__(self, home: Path, *, port: int, workers: int) -> None:
        self.home, self.port = home, port
        has_small_disk = shutil.disk_usage(home).free < SMALL_DISK
        self.faults: tuple[str, ...] = ("kill_web", "kill_worker") + ("fill_disk",) * has_small_disk
        self._commands = {
            "web": web_process(host="127.0.0.1", port=port, workers=workers).argv,
            "worker": worker_process().argv,
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._idle: dict[str, list[http.client.HTTPConnection]] = defaultdict(list)
        self._lock = threading.Lock()

    @contextmanager
    def serving(self) -> Iterator["HttpHouse"]:
        """Leaves nothing running, not even when this process is killed."""
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", "-S", WATCHDOG], stdin=subprocess.PIPE, bufsize=0, start_new_session=True
        )
        for name in self._commands:
            self._start(name)
        try:
            self._wait_until_ready()
            yield self
        finally:
            for name in list(self._running):
                self._end(name, signal.SIGTERM)
            self._watchdog.communicate()

    def _start(self, name: str) -> None:
        with (self.home / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                self._commands[name], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        assert self._watchdog is not None
        assert self._watchdog.stdin is not None
        self._watchdog.stdin.write(f"+{self._running[name].pid}\n".encode())

    def _end(self, name: str, number: signal.Signals) -> None:
        process = self._running.pop(name)
        try:
            os.killpg(process.pid, number)
            process.wait(20)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)

    def _wait_until_ready(self) -> None:
        from simulator.house import Unreachable

        limit = time.monotonic() + READY_LIMIT_S
        while True:
            try:
                if self.request("GET", "/healthz", headers={}, body=b"", address="127.0.0.1").status == 200:
                    return
            except Unreachable:
                pass
            if time.monotonic() > limit:
                raise SystemExit((self.home / "web.log").read_text()[-4000:])
            time.sleep(0.1)

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes, address: str) -> Any:
        from simulator.house import Answer, Unreachable

        with self._lock:
            idle = self._idle[address]
            wire = idle.pop() if idle else self._wire(address)
        try:
            wire.request(method, path, body=body or None, headers=dict(headers))
            response = wire.getresponse()
            found = {name.lower(): "\n".join(response.headers.get_all(name) or ()) for name in response.headers}
            answer = Answer(response.status, found, response.read())
        except (OSError, http.client.HTTPException) as error:
            wire.close()
            raise Unreachable(type(error).__name__) from None
        with self._lock:
            self._idle[address].append(wire)
        return answer

    def _wire(self, address: str) -> http.client.HTTPConnection:
        number = zlib.crc32(address.encode())
        source = f"127.{1 + number % 200}.{number // 200 % 250}.{1 + number // 50_000 % 250}"
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S, source_address=(source, 0))

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wait_until(self, moment: datetime) -> None:
        time.sleep(max((moment - self.now()).total_seconds(), 0.0))

    def work(self) -> datetime | None:
        return None

    def texts(self, after: int) -> list[Any]:
        from simulator.house import Text

        answer = self.request("GET", f"/demo/outbox.json?after={after}", headers={}, body=b"", address="127.0.0.1")
        return [Text(row["number"], row["phone"], row["words"]) for row in answer.json["texts"]]

    def secret_of(self, agency_code: str) -> bytes:
        from kuaichu.links.insurer.signing import secret_of

        return secret_of(agency_code)

    def verify(self, number: str) -> list[str]:
        command = [sys.executable, "-m", "kuaichu.command", "verify", number]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        return [] if done.returncode == 0 else done.stdout.splitlines()[-1:] or [done.stderr[-200:]]

    def insurer_address(self, port: int) -> None:
        (self.home / "twins").write_text(f"http://127.0.0.1:{port}")

    def suffer(self, fault: str) -> None:
        """kill -9 of a process group, started again at once as a supervisor would; or no space left for two seconds."""
        if fault == "fill_disk":
            self._fill_disk(2.0)
            return
        name = fault.removeprefix("kill_")
        self._end(name, signal.SIGKILL)
        self._start(name)

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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
