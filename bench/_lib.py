"""A real installation for a measurement: temporary home, real web server and worker, SQLite or a private PostgreSQL."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
READY_LIMIT_S = 90.0
CORES = os.cpu_count() or 1


@dataclass(frozen=True)
class Installation:
    """`environment` is what every process of it needs."""

    home: Path
    port: int
    environment: Mapping[str, str]
    database: str

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str) -> None:
        """A Python program in this installation, until it ends."""
        subprocess.run([sys.executable, *arguments], env=dict(self.environment), cwd=ROOT, check=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def prepared(database: str) -> Iterator[Installation]:
    """An installation with its tables, static files and the demonstration's people, nothing running yet.

    `database` is "sqlite" or "postgresql".
    """
    with tempfile.TemporaryDirectory(prefix="kuaichu-bench-") as folder, _database(database) as url:
        home, port = Path(folder) / "home", free_port()
        home.mkdir()
        known = {name: text for name, text in os.environ.items() if not name.startswith(("KUAICHU_", "DATABASE_"))}
        environment = known | {
            "KUAICHU_HOME": str(home),
            "KUAICHU_DEMO": "1",
            "KUAICHU_ORIGIN": f"http://127.0.0.1:{port}",
            "DJANGO_SETTINGS_MODULE": "kuaichu.settings",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}{os.pathsep}{ROOT / 'bench'}",
        }
        if url:
            environment["DATABASE_URL"] = url
        installation = Installation(home, port, environment, database)
        installation.run("-m", "kuaichu.command.prepare", "--no-seed")
        installation.run(
            "-c", "import django; django.setup(); from kuaichu.demo.city import ensure_rows; ensure_rows()"
        )
        yield installation


@contextmanager
def serving(installation: Installation) -> Iterator[Installation]:
    """Web server, worker and simulated insurers as `serve` and `work` would start them."""
    from kuaichu.command.processes import web_process, worker_process

    workers = CORES if installation.database == "postgresql" else 1
    web = web_process(host="127.0.0.1", port=installation.port, workers=workers)
    commands = [web.argv, worker_process().argv, (sys.executable, "-m", "kuaichu.links.twins")]
    with (installation.home / "bench.log").open("wb") as log:
        processes = [
            subprocess.Popen(command, env=dict(installation.environment), cwd=ROOT, stdout=log, stderr=log)
            for command in commands
        ]
        try:
            _wait_until_ready(installation)
            yield installation
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            for process in processes:
                process.wait(20)


def _wait_until_ready(installation: Installation) -> None:
    limit = time.monotonic() + READY_LIMIT_S
    while True:
        try:
            urllib.request.urlopen(f"{installation.origin}/start/", timeout=5).read()
            return
        except OSError:
            if time.monotonic() > limit:
                raise SystemExit((installation.home / "bench.log").read_text()) from None
            time.sleep(0.1)


@contextmanager
def _database(database: str) -> Iterator[str]:
    if database == "sqlite":
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="kuaichu-postgres-") as folder:
        yield from _private_postgres(Path(folder))


def postgres_bin() -> Path | None:
    """The newest PostgreSQL of this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("pg_ctl")
    return found[-1] if found else Path(on_path).parent if on_path else None


def _private_postgres(folder: Path) -> Iterator[str]:
    """A cluster of its own with PostgreSQL's own settings (durable), stopped and removed afterwards."""
    programs, port = postgres_bin(), free_port()
    assert programs is not None
    owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    if owner:
        os.chown(folder, owner.pw_uid, owner.pw_gid)

    def call(program: str, *arguments: str) -> None:
        command = [str(programs / program), *arguments]
        user: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if owner else {}
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **user)

    data = str(folder / "db")
    call("initdb", "-D", data, "-U", "kuaichu", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=100"
    call("pg_ctl", "-D", data, "-w", "-t", "60", "-l", str(folder / "log"), "-o", options, "start")
    try:
        call("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "kuaichu", "kuaichu")
        yield f"postgresql://kuaichu@127.0.0.1:{port}/kuaichu"
    finally:
        call("pg_ctl", "-D", data, "-m", "fast", "-w", "stop")


def databases() -> list[str]:
    """What can be measured here."""
    if postgres_bin() is None:
        print("(no PostgreSQL on this machine: SQLite only)")
        return ["sqlite"]
    return ["sqlite", "postgresql"]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie; nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(title: str, rows: Iterable[tuple[str, str]]) -> None:
    print(f"\n{title}")
    for name, text in rows:
        print(f"  {name:<58} {text}", flush=True)


def load_line() -> str:
    """How busy the machine is with other things: figures of a busy machine are worth less."""
    return f"load {os.getloadavg()[0]:.1f} on {CORES} cores"
