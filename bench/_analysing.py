"""What the programs that measure the analysis share: peers, processor time, memory, a line of a table."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".venv" / "peers"
for folder in (str(ROOT / "src"), str(ROOT)):
    if folder not in sys.path:
        sys.path.insert(0, folder)
if str(PEERS) not in sys.path:
    sys.path.append(str(PEERS))  # last: the product's own versions come first


def peer(module: str, package: str) -> Any:
    """The peer's module, or None with a word on how to install it."""
    try:
        return import_module(module)
    except ImportError as error:
        print(
            f"(no {package}: {error}; uv pip install --target .venv/peers --python .venv/bin/python"
            f" -c requirements.lock -r requirements-bench.in)"
        )
        return None


def timed(work: Callable[[], Any], repeats: int = 5) -> tuple[float, float, Any]:
    """Best wall seconds, best processor seconds (all threads) of some runs, and the last result."""
    wall, cpu, found = float("inf"), float("inf"), None
    for _ in range(repeats):
        began, used = time.perf_counter(), time.process_time()
        found = work()
        wall, cpu = min(wall, time.perf_counter() - began), min(cpu, time.process_time() - used)
    return wall, cpu, found


def line(what: str, found: str, goal: str = "", is_met: bool | None = None) -> bool:
    """A row of the table; the goal's verdict."""
    mark = "" if is_met is None else "  met" if is_met else "  MISSED"
    print(f"{what:<62} {found:>24}  {goal}{mark}", flush=True)
    return is_met is not False


def versions(*packages: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    def one(package: str) -> str:
        try:
            return f"{package} {version(package)}"
        except PackageNotFoundError:
            return f"{package} –"

    return ", ".join(one(package) for package in packages)


def head(title: str, *packages: str) -> None:
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{title}\n{versions('numpy', 'numba', *packages)}; Python {sys.version.split()[0]}; {load}")


def memory_kb(field: str) -> int:
    """VmRSS (now) or VmHWM (at most so far) of this process, Linux."""
    rows = Path("/proc/self/status").read_text().splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith(field))


def new_peak() -> None:
    """VmHWM begins anew."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_memory(code: str) -> float:
    """Megabytes that a program of its own needed at most: the last number that it prints less the one before, in kB."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    before, after = (float(row) for row in done.stdout.split()[-2:])
    return (after - before) / 1024
