"""Classing and encrypting in a process of its own, so that a large import uses a second core.

The process reads pickled batches from its standard input and answers each with pickled rows. It has the same keys by
the same settings; nothing is written anywhere.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import kuaichu
from kuaichu.calls.importing.batches import Forms, sealed

SOURCES = str(Path(kuaichu.__file__).resolve().parents[1])
PROGRAM = "import django; django.setup(); from kuaichu.calls.importing import sealing; sealing.answer()"
LARGE = 50_000  # rows from which a second process pays for its start
Rows = list[tuple[Any, ...]]


class Sealer(Protocol):
    """Rows of `batches.sealed`, now or a little later."""

    def __call__(self, columns: Mapping[str, list[Any]], forms: Forms) -> "Future[Rows]": ...


@contextmanager
def sealer(rows: int) -> Iterator[Sealer]:
    """For an import of so many rows."""
    if rows < LARGE or not _has_idle_core():
        yield _at_once
        return
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "kuaichu.settings",
        "PYTHONPATH": os.pathsep.join(filter(None, [SOURCES, os.environ.get("PYTHONPATH", "")])),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )

    def ask(columns: Mapping[str, list[Any]], forms: Forms) -> Rows:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pickle.dump((columns, forms), process.stdin, pickle.HIGHEST_PROTOCOL)
            process.stdin.flush()
            found: Rows = pickle.load(process.stdout)  # noqa: S301 - our own process
        except (EOFError, OSError):  # it did not start, or was killed: slower, but no less
            return sealed(columns, forms)
        return found

    with ThreadPoolExecutor(1) as thread:
        try:
            yield lambda columns, forms: thread.submit(ask, columns, forms)
        finally:
            thread.shutdown(cancel_futures=True)
            with suppress(OSError):
                process.communicate()


def _has_idle_core() -> bool:
    """On a busy machine the second process would only be waited for."""
    return os.getloadavg()[0] + 1 < (os.cpu_count() or 1)


def _at_once(columns: Mapping[str, list[Any]], forms: Forms) -> "Future[Rows]":
    done: Future[Rows] = Future()
    done.set_result(sealed(columns, forms))
    return done


def answer() -> None:
    """What the second process does, until the other side closes the pipe."""
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            columns, forms = pickle.load(given)  # noqa: S301 - from the process that started this one
        except EOFError:
            return
        pickle.dump(sealed(columns, forms), answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
