"""Django's SQLite backend with one writer lock across threads and processes.

SQLite lets one connection write at a time and makes the others poll; with eight writers the slowest one in a hundred
waits a third of a second or more. Here a write transaction first takes an advisory file lock, on which the kernel
queues the waiters, so nobody polls. Transactions start with BEGIN IMMEDIATE (see settings), so every `atomic` block
is a writer and check-then-change inside it is safe.
"""

import fcntl
import os
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base


class Cursor(base.SQLiteCursorWrapper):
    """Django's, which turns the marks of each statement into SQLite's anew: here once for each text."""

    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        if param_names is not None:
            return str(super().convert_query(query, param_names=param_names))
        return _converted(query)


@lru_cache(maxsize=4096)
def _converted(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite connection whose transactions hold `<database>.writer` while they are open."""

    _lock_fd: int | None = None
    _is_locked = False

    def create_cursor(self, name: str | None = None) -> "Cursor":
        return self.connection.cursor(factory=Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        self._lock()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._unlock()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self._unlock()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._unlock()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._unlock()
            if self._lock_fd is not None:
                os.close(self._lock_fd)
                self._lock_fd = None

    def _lock(self) -> None:
        if self.is_in_memory_db() or self._is_locked:
            return
        if self._lock_fd is None:
            path = f"{self.settings_dict['NAME']}.writer"
            self._lock_fd = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock_fd, fcntl.LOCK_EX)
        self._is_locked = True

    def _unlock(self) -> None:
        if self._is_locked and self._lock_fd is not None:
            fcntl.flock(self._lock_fd, fcntl.LOCK_UN)
        self._is_locked = False
