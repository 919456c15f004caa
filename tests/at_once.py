"""Doing things at the very same moment, each in a thread with a database connection of its own."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connections

from kuaichu.errors import Refused

Call = Callable[[], Any]
PATIENCE_S = 60.0


class Crowd:
    """`size` people who start together. A refusal is an answer; any other error is raised to the caller."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._pool = ThreadPoolExecutor(size)

    def at_once(self, calls: Sequence[Call]) -> list[Any]:
        """What each call returned, or the code of its refusal, in order."""
        assert len(calls) <= self._size, "somebody would have to wait for a free thread"
        barrier = threading.Barrier(len(calls))

        def one(call: Call) -> Any:
            barrier.wait(PATIENCE_S)
            try:
                return call()
            except Refused as refusal:
                return refusal.code

        return [future.result(PATIENCE_S) for future in [self._pool.submit(one, call) for call in calls]]

    def leave(self) -> None:
        """Every thread closes its connection, else the test database could not be emptied."""
        self.at_once([connections.close_all] * self._size)
        self._pool.shutdown()


@contextmanager
def crowd(size: int) -> Iterator[Crowd]:
    people = Crowd(size)
    try:
        yield people
    finally:
        people.leave()


def at_once(*calls: Call) -> list[Any]:
    """`Crowd.at_once` with a crowd for this one time."""
    with crowd(len(calls)) as people:
        return people.at_once(calls)
