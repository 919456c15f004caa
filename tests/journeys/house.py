"""The whole product as a person meets it: web, worker and simulated insurers as processes of their own, on a free
port.
"""

import os
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


def start(home: Path) -> tuple[House, Group]:
    """Prepare an empty demonstration in `home` (rows of the city, no example cases) and start it."""
    port = free_port(18200, "127.0.0.1")
    origin = f"http://127.0.0.1:{port}"
    os.environ.update(
        KUAICHU_HOME=str(home),
        KUAICHU_DEMO="1",
        KUAICHU_ORIGIN=origin,
        KUAICHU_TESTING="0",
        PYTHONPATH=str(ROOT / "src"),
    )
    subprocess.run([sys.executable, "-m", "kuaichu.command.prepare", "--no-seed"], check=True, cwd=ROOT)
    subprocess.run([sys.executable, "-c", _ROWS], check=True, cwd=ROOT)
    (home / "logs").mkdir(parents=True, exist_ok=True)
    twins = Process(name="twins", argv=(sys.executable, "-m", "kuaichu.links.twins"))
    group = Group([web_process(host="127.0.0.1", port=port, threads=8), worker_process(), twins], home / "logs")
    group.start()
    _wait_for(f"{origin}/healthz", group)
    return House(origin, home), group


_ROWS = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuaichu.settings")
import django
django.setup()
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
