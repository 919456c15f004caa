"""A PostgreSQL server of our own, in a folder of its own, that can be killed and started again.

It keeps what it acknowledged (fsync and synchronous_commit stay on): that is what a kill asks about.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from kuaichu.command.watching import Watched

READY_LIMIT_S = 60.0
STOP_LIMIT_S = 20.0
USER = "kuaichu"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path may be too long
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "60",
    "min_wal_size": "32MB",
    "max_wal_size": "128MB",
}
MISSING = """\
找不到 PostgreSQL 服务器程序（initdb、postgres）。
No PostgreSQL server found (initdb, postgres): apt install postgresql · brew install postgresql
Or name a server that runs with DATABASE_URL; that one is never killed."""


def programs() -> Path:
    """The folder with `initdb` and `postgres`: Debian's newest, what pg_config names, or the PATH. Else SystemExit."""
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: _version(path.parent.name), reverse=True
    )
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        places += [Path(told)] if told else []
    if found := shutil.which("initdb"):
        places.append(Path(found).resolve().parent)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    raise SystemExit(MISSING)


def _version(name: str) -> float:
    try:
        return float(name)
    except ValueError:
        return 0.0


class PrivatePostgres:
    """One server in `folder` (made here). PostgreSQL refuses to run as root: then it runs as the user postgres."""

    def __init__(self, folder: Path, *, port: int, dog: Watched) -> None:
        self._folder, self._port, self._dog = folder, port, dog
        self._programs = programs()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o700)
        self._as: dict[str, object] = {}
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
            self._as = {"user": "postgres", "group": "postgres", "extra_groups": []}
        self._make()

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self._port}/postgres"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def _make(self) -> None:
        command = [self._programs / "initdb", "-D", self._folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8"]
        done = subprocess.run(
            [*command, "--locale=C", "--no-sync"],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **self._as,  # type: ignore[call-overload]
        )
        if done.returncode:
            raise SystemExit(f"initdb: {done.stderr[-2000:]}")

    def start(self) -> None:
        """Starts; after a kill it recovers first, which takes a moment (`wait_until_ready`)."""
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self._programs / "postgres",
                    *("-D", self._folder / "data"),
                    *("-p", str(self._port)),
                    *options,
                ],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._as,  # type: ignore[call-overload]
            )
        self._dog.add(self._process.pid)

    def wait_until_ready(self) -> None:
        """Until it answers. SystemExit with its last words when it does not."""
        import psycopg

        limit = time.monotonic() + READY_LIMIT_S
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                if self.has_ended or time.monotonic() > limit:
                    raise SystemExit(f"PostgreSQL: {self.last_words()}") from None
                time.sleep(0.1)
            else:
                return

    def last_words(self) -> str:
        """The end of its log."""
        return (self._folder / "log").read_text(errors="replace")[-3000:]

    def kill(self) -> None:
        """SIGKILL to the server and every process that it started, none of them warned."""
        if self._process is None:
            return
        _kill_tree(self._process.pid)
        self._process.wait()
        self._dog.forget(self._process.pid)

    def stop(self) -> None:
        """In good order, or else killed."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)  # "fast": who is connected is sent away
        try:
            self._process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill()


def _kill_tree(parent: int) -> None:
    """The parent first, so that it starts nothing in answer; its children lead groups of their own."""
    children = _children(parent)
    for pid in (parent, *children):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    limit = time.monotonic() + STOP_LIMIT_S
    while any(map(_is_running, children)) and time.monotonic() < limit:
        time.sleep(0.01)


def _is_running(pid: int) -> bool:
    """Not gone, and not a zombie that waits for its new parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def _children(parent: int) -> list[int]:
    """As Linux tells it, or `ps` elsewhere."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            found.append((int(stat.parent.name), int(stat.read_text().rpartition(") ")[2].split()[1])))
    if found:
        return [pid for pid, above in found if above == parent]
    told = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False).stdout
    pairs = [line.split() for line in told.splitlines()]
    return [int(pid) for pid, above in pairs if int(above) == parent]
