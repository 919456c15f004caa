"""A group of processes that live and die together: web, worker, simulated partners.

Every child leads its own process group, so that grandchildren end with it. A tiny watchdog ends the groups when we die
without a chance to clean up (SIGKILL, a closed terminal).
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

STOP_LIMIT_S = 8.0
POLL_S = 0.1
TAIL_LINES = 20
MAX_LOG_BYTES = 5_000_000
WATCHDOG = Path(__file__).with_name("watchdog.py")


@dataclass(frozen=True, kw_only=True)
class Process:
    """One child; its output goes to `<name>.log`."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


def web_process(*, host: str, port: int, workers: int = 1, threads: int = 4) -> Process:
    """granian with the WSGI application. Lines of requests are not logged: addresses hold unguessable tokens."""
    command = f"{sys.executable} -m granian --interface wsgi --host {host} --port {port} --workers {workers}"
    command += f" --blocking-threads {threads} --backlog 1024 --no-ws --no-access-log --workers-kill-timeout 5"
    return Process(name="web", argv=(*command.split(), "kuaichu.wsgi:application"))


def worker_process() -> Process:
    return Process(name="worker", argv=(sys.executable, "-m", "kuaichu.command", "work"))


def demo_processes(port: int, host: str = "127.0.0.1", *, pace: float | None = None) -> list[Process]:
    """What runs in the demonstration. `pace` of the invented city's life; None: the city doesn't live."""
    processes = [web_process(host=host, port=port), worker_process()]
    if find_spec("kuaichu.links.twins"):
        processes.append(Process(name="twins", argv=(sys.executable, "-m", "kuaichu.links.twins")))
    if find_spec("kuaichu.demo"):
        processes.append(Process(name="player", argv=(sys.executable, "-m", "kuaichu.demo.player")))
        if pace is not None:
            life = (sys.executable, "-m", "kuaichu.demo.life", "--host", host, "--port", str(port), "--pace", str(pace))
            processes.append(Process(name="life", argv=life))
    return processes


class Group:
    """Starts the processes, waits until one dies or somebody asks to stop, and leaves nothing behind."""

    def __init__(self, processes: Sequence[Process], log_folder: Path) -> None:
        self._processes = processes
        self._log_folder = log_folder
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._should_stop = threading.Event()

    def start(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._should_stop.set())
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", "-S", WATCHDOG],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for process in self._processes:
            self._start_one(process)

    def add(self, process: Process) -> None:
        """One more; it lives and dies with the others."""
        self._start_one(process)

    def _start_one(self, process: Process) -> None:
        path = self.log_of(process.name)
        if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
            path.replace(path.with_suffix(".old.log"))
        with open(path, "ab") as log:
            child = subprocess.Popen(
                process.argv,
                env=os.environ | dict(process.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children[process.name] = child
        self._tell_watchdog(f"+{child.pid}")

    def _tell_watchdog(self, line: str) -> None:
        assert self._watchdog is not None
        assert self._watchdog.stdin is not None
        try:
            self._watchdog.stdin.write(f"{line}\n".encode())
            self._watchdog.stdin.flush()
        except BrokenPipeError:
            pass  # somebody ended it; we still stop everything ourselves

    def log_of(self, name: str) -> Path:
        return self._log_folder / f"{name}.log"

    def dead(self) -> str:
        """The name of a child that ended, or nothing."""
        return next((name for name, child in self._children.items() if child.poll() is not None), "")

    def is_stopping(self) -> bool:
        return self._should_stop.is_set()

    def pause(self, seconds: float = POLL_S) -> None:
        self._should_stop.wait(seconds)

    def wait(self) -> int:
        """Until Ctrl-C or SIGTERM (0), or until a child dies (1, with its last words)."""
        while not self.is_stopping():
            if name := self.dead():
                self._report(name)
                return 1
            self.pause()
        return 0

    def _report(self, name: str) -> None:
        log = self.log_of(name)
        code = self._children[name].returncode
        print(f"\n{name} 意外退出（{code}），全部停止。最后的日志：", file=sys.stderr)
        print(f"{name} ended by itself ({code}); stopping everything. Its last lines, from {log}:\n", file=sys.stderr)
        for line in log.read_text(errors="replace").splitlines()[-TAIL_LINES:]:
            print(f"    {line}", file=sys.stderr)

    def stop(self) -> None:
        """Ask politely, then end what is left of each process group. A second Ctrl-C does not interrupt this."""
        for child in self._children.values():
            _signal_group(child.pid, signal.SIGTERM)
        waiting = threading.Event()
        for _ in range(int(STOP_LIMIT_S / POLL_S)):
            if all(child.poll() is not None for child in self._children.values()):
                break
            waiting.wait(POLL_S)
        for child in self._children.values():
            _signal_group(child.pid, signal.SIGKILL)
            child.wait()
        if self._watchdog is not None and self._watchdog.stdin is not None:
            self._tell_watchdog("done")
            self._watchdog.stdin.close()
            self._watchdog.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        pass  # already gone (macOS says "not permitted" for a group of zombies)
