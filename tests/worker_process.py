"""A real worker process on the test's own database and files, and, when asked, one that stops in the middle of a step.

`python -m tests.worker_process` reads the environment that `start` has set. With WORKER_HALTS="module:function:before"
(or `after`) it writes its marker as soon as that function is reached (or has returned) and waits there to be killed.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
READY_LIMIT_S = 30.0


@dataclass(frozen=True)
class WorkerProcess:
    """A started worker; `marker` exists once it waits where it was told to halt."""

    process: "subprocess.Popen[bytes]"
    marker: Path

    def wait_until_halted(self) -> None:
        limit = time.monotonic() + READY_LIMIT_S
        while not self.marker.exists():
            assert self.process.poll() is None, f"the worker ended by itself: {self.process.returncode}"
            assert time.monotonic() < limit, "the worker never reached the step"
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL: no handler, no rollback, no goodbye."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM, as a service manager does; returns the exit code."""
        self.process.terminate()
        return self.process.wait(timeout=READY_LIMIT_S)


def start(folder: Path, *, halts: str = "") -> WorkerProcess:
    """Start a worker on the database that this test uses. `folder` takes its marker."""
    from django.conf import settings
    from django.db import connection

    marker = folder / f"halted-{halts.replace(':', '-')}"
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "WORKER_DATABASE": str(connection.settings_dict["NAME"]),
        "WORKER_FILES": str(settings.FILES),
        "WORKER_HALTS": halts,
        "WORKER_MARKER": str(marker),
    }
    command = [sys.executable, "-m", "tests.worker_process"]
    return WorkerProcess(subprocess.Popen(command, env=environment, cwd=ROOT), marker)


@contextmanager
def running(folder: Path, count: int) -> Iterator[list[WorkerProcess]]:
    """`count` workers for the length of the block; each must end cleanly."""
    workers = [start(folder) for _ in range(count)]
    try:
        yield workers
    finally:
        codes = [worker.stop() for worker in workers]
    assert codes == [0] * count


def _halt_at(spec: str) -> None:
    module_name, function_name, moment = spec.split(":")
    module = import_module(module_name)
    owner_name, _, name = function_name.rpartition(".")
    owner: Any = getattr(module, owner_name) if owner_name else module
    original = getattr(owner, name)

    def halting(*args: Any, **kwargs: Any) -> Any:
        if moment == "before":
            _halt()
        result = original(*args, **kwargs)
        _halt()
        return result

    setattr(owner, name, halting)


def _halt() -> None:
    Path(os.environ["WORKER_MARKER"]).touch()
    threading.Event().wait()


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "kuaichu.settings"
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = os.environ["WORKER_DATABASE"]
    settings.FILES = Path(os.environ["WORKER_FILES"])
    import django

    django.setup()
    if os.environ["WORKER_HALTS"]:
        _halt_at(os.environ["WORKER_HALTS"])
    from kuaichu.worker import Worker

    Worker().run()


if __name__ == "__main__":
    main()
