"""A real worker process on the test's own database and files, and, when asked, one that stops in the middle of a step.

A worker is forked from a process that has imported everything once for this test process (see nursery.py). With
halts="module:function:before" (or `after`) it writes its marker as soon as that function is reached (or has returned)
and waits there to be killed.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
READY_LIMIT_S = 30.0


@dataclass(frozen=True)
class Order:
    """What a worker works on and where it halts; `database` is the name of the test's own."""

    database: str
    files: Path
    halts: str
    marker: Path


@dataclass(frozen=True)
class WorkerProcess:
    """A started worker; `marker` exists once it waits where it was told to halt."""

    process: ForkServerProcess
    marker: Path

    def wait_until_halted(self) -> None:
        limit = time.monotonic() + READY_LIMIT_S
        while not self.marker.exists():
            assert self.process.is_alive(), f"the worker ended by itself: {self.process.exitcode}"
            assert time.monotonic() < limit, "the worker never reached the step"
            time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL: no handler, no rollback, no goodbye."""
        self.process.kill()
        self.process.join()

    def stop(self) -> int | None:
        """SIGTERM, as a service manager does; returns the exit code, or None from one that had to be killed."""
        self.process.terminate()
        self.process.join(READY_LIMIT_S)
        code = self.process.exitcode
        if code is None:
            self.kill()
        return code


@cache
def _nursery() -> ForkServerContext:
    """The process that workers are forked from, in the environment of this one."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.nursery"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
    try:
        forkserver.ensure_running()
    finally:
        os.environ.pop("PYTHONPATH")
        if before is not None:
            os.environ["PYTHONPATH"] = before
    return context


def start(folder: Path, *, halts: str = "") -> WorkerProcess:
    """Start a worker on the database that this test uses. `folder` takes its marker."""
    from django.conf import settings
    from django.db import connection

    order = Order(
        database=str(connection.settings_dict["NAME"]),
        files=Path(settings.FILES),
        halts=halts,
        marker=folder / f"halted-{halts.replace(':', '-')}",
    )
    process = _nursery().Process(target=_work, args=(order,), daemon=True)
    process.start()
    return WorkerProcess(process, order.marker)


@contextmanager
def running(folder: Path, count: int) -> Iterator[list[WorkerProcess]]:
    """`count` workers for the length of the block; each must end cleanly."""
    workers = [start(folder) for _ in range(count)]
    try:
        yield workers
    finally:
        codes = [worker.stop() for worker in workers]
    assert codes == [0] * count


def _work(order: Order) -> None:
    """In the new process: a worker of the product."""
    from django.conf import settings
    from django.db import connections

    connections["default"].settings_dict["NAME"] = order.database
    connections.settings["default"]["NAME"] = order.database  # for the connections of its threads
    settings.FILES = order.files
    if order.halts:
        _halt_at(order)
    from kuaichu.worker import Worker

    Worker().run()


def _halt_at(order: Order) -> None:
    module_name, function_name, moment = order.halts.split(":")
    module = import_module(module_name)
    owner_name, _, name = function_name.rpartition(".")
    owner: Any = getattr(module, owner_name) if owner_name else module
    original = getattr(owner, name)

    def halt() -> None:
        order.marker.touch()
        threading.Event().wait()

    def halting(*args: Any, **kwargs: Any) -> Any:
        if moment == "before":
            halt()
        result = original(*args, **kwargs)
        halt()
        return result

    setattr(owner, name, halting)
