"""The whole product as a person meets it: web, worker and simulated insurers as processes of their own, on a free
port.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from kuaichu.command.network import free_port
from kuaichu.command.processes import Group, Process, web_process, worker_process

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


@dataclass(frozen=True)
class House:
    """A running installation."""

    origin: str
    home: Path


def start(home: Path, *, prepared: Path) -> tuple[House, Group]:
    """Start a house in `home`, a copy of what `prepare` has made in `prepared`."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    port = free_port(18200 + 100 * number, "127.0.0.1")  # two that start at once never find the same one free
    origin = f"http://127.0.0.1:{port}"
    shutil.copytree(prepared, home, dirs_exist_ok=True)
    os.environ.update(KUAICHU_HOME=str(home), KUAICHU_ORIGIN=origin, **_DEMONSTRATION)
    (home / "logs").mkdir(parents=True, exist_ok=True)
    twins = Process(name="twins", argv=(sys.executable, "-m", "kuaichu.links.twins", *_HURRIED))
    group = Group([web_process(host="127.0.0.1", port=port, threads=8), worker_process(), twins], home / "logs")
    group.start()
    _wait_for(f"{origin}/healthz", group)
    return House(origin, home), group


def prepare(folder: Path) -> Path:
    """An empty demonstration (rows of the city, no example cases), made by the first of the processes that ask."""
    home, done = folder / "prepared", folder / "prepared.done"
    with open(folder / "prepared.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            env = os.environ | _DEMONSTRATION | {"KUAICHU_HOME": str(home)}
            subprocess.run([sys.executable, "-c", _PREPARING], check=True, cwd=ROOT, env=env)
            done.touch()
    return home


_DEMONSTRATION = {"KUAICHU_DEMO": "1", "KUAICHU_TESTING": "0", "PYTHONPATH": str(ROOT / "src")}
_HURRIED = ("--insurer", "INS-A=steady", "--insurer", "INS-B=hurried")
_PREPARING = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuaichu.settings")
from kuaichu.command import prepare
prepare.main(["--no-seed"])
from kuaichu.demo.city import ensure_rows
ensure_rows()
"""


def _wait_for(url: str, group: Group) -> None:
    limit = time.monotonic() + PATIENCE_S
    while time.monotonic() < limit:
        if group.dead():
            raise RuntimeError(f"{group.dead()} died: {group.log_of(group.dead()).read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"no answer from {url}")
