"""Where a simulated city lives: its folder, its disk, its database server; nothing of them is left after the run."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from kuaichu.command import small_disk
from kuaichu.command.http_house import free_port
from kuaichu.command.private_postgres import PrivatePostgres, programs
from kuaichu.command.watching import Watched, watched

FOREIGN = "DATABASE_URL：用它，不杀它 · used as it is, and never killed: it is not ours"


def run(options: argparse.Namespace) -> int:
    """`./kuaichu simulate`: 0 when every invariant held."""
    from kuaichu.command import simulating

    if options.plan:
        return simulating.run(options)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    with watched() as dog, _folder(options, dog) as top, _database(options, dog, top):
        return simulating.run(options)


def _leave(number: int, _: FrameType | None) -> None:
    """As Ctrl-C does: out through every `finally`."""
    raise SystemExit(128 + number)


@contextmanager
def _folder(options: argparse.Namespace, dog: Watched) -> Iterator[Path]:
    """A folder of our own; the installation lives in it unless another place is named."""
    top = Path(tempfile.mkdtemp(prefix="kuaichu-city-"))
    dog.remove(top)
    top.chmod(0o711)  # the database server runs as another user when we are root
    is_small = options.speed != "inside" and options.faults == "hard" and not options.home and small_disk.mount(top)
    home = Path(options.home) if options.home else top / "home"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    options.home = str(home)
    try:
        yield top
    finally:
        if is_small:
            small_disk.unmount(top)
        shutil.rmtree(top, ignore_errors=True)


@contextmanager
def _database(options: argparse.Namespace, dog: Watched, top: Path) -> Iterator[None]:
    """`options.server`: the server of our own, if one was asked for and none is named."""
    options.server = None
    if options.database == "sqlite":
        os.environ.pop("DATABASE_URL", None)
    if options.database != "postgresql" or os.environ.get("DATABASE_URL"):
        if os.environ.get("DATABASE_URL"):
            print(FOREIGN, file=sys.stderr)
        yield
        return
    programs()
    server = PrivatePostgres(top / "database", port=free_port(), dog=dog)
    try:
        server.start()
        server.wait_until_ready()
        os.environ["DATABASE_URL"] = server.url
        options.server = server
        yield
    finally:
        server.stop()
