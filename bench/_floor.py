"""The floor: the very statements of `_tape.py`, run by hand on a bare connection, nothing else.

`python bench/_floor.py TAPES URL_OR_FILE SECONDS` plays each tape over and over on one connection (SQLite,
`sqlite3`) or
on one connection per core, each in a process of its own (PostgreSQL, `psycopg`). Ids, numbers and digests are changed
before every round, so that each round inserts rows of its own. Prints one JSON object: rounds per second by tape.
"""

import hashlib
import json
import multiprocessing
import os
import pickle
import re
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from _lib import CORES, percentile

Tape = list[tuple[str, Any]]
HEX32 = r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"
HEX64 = r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])"
UNIQUE = re.compile(
    rf"{HEX64}|{HEX32}|[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|(?<!\d)\d{{20}}(?!\d)|"
    r"\b10\.0\.\d+\.\d+\b|^[2-9A-HJ-NP-Z]{12}$"
)
EVENT_INSERT = 'INSERT INTO "journal_event"'


class Player:
    """Plays tapes on one connection. `known` are ids of rows that were there before the tapes and stay as they are;
    `events` are the journal rows that each tape made, whose numbers the database gives anew."""

    def __init__(self, execute: Callable[[str, Any], Any], tapes: dict[str, Any]) -> None:
        self._execute = execute
        self._tapes: dict[str, Tape] = tapes["tapes"]
        self._known: set[str] = tapes["known"]
        self._events: dict[str, list[int]] = tapes["events"]

    def round_of(self, name: str, salt: str) -> Tape:
        """The tape of one round, whose rows are its own by `salt`."""
        return [(sql, [self._changed(value, salt) for value in values or ()]) for sql, values in self._tapes[name]]

    def play(self, name: str, tape: Tape) -> None:
        """Run one round. Numbers that the database gives to journal rows are put in as they come."""
        events: dict[int, int] = {}
        old = iter(self._events[name])
        for sql, values in tape:
            row = self._execute(sql, [events.get(v, v) if type(v) is int else v for v in values])
            if sql.startswith(EVENT_INSERT):
                events[next(old)] = row[0]

    def _changed(self, value: Any, salt: str) -> Any:
        if isinstance(value, UUID):
            return UUID(self._other(value.hex, salt))
        if isinstance(value, str):
            return UNIQUE.sub(lambda found: self._other(found[0], salt), value)
        return value

    def _other(self, text: str, salt: str) -> str:
        bare = text.replace("-", "")
        if bare in self._known:
            return text
        digest = hashlib.sha256((salt + bare).encode()).hexdigest()
        if len(bare) in (32, 64):
            return digest[: len(bare)] if text == bare else str(UUID(digest[:32]))
        return digest[: len(text)].translate(DIGITS if text.isdigit() else LETTERS)


DIGITS = str.maketrans("abcdef", "012345")
LETTERS = str.maketrans("01abcdef", "GHABCDEF")


def sqlite_executor(path: str) -> tuple[Callable[[str, Any], Any], sqlite3.Connection]:
    connection = sqlite3.connect(path, isolation_level=None, timeout=60)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-16000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    texts: dict[str, str] = {}

    def execute(sql: str, values: Any) -> Any:
        if sql == "BEGIN":
            sql = "BEGIN IMMEDIATE"
        text = texts.get(sql) or texts.setdefault(sql, sql.replace("%s", "?").replace("%%", "%"))
        rows = connection.execute(text, values or ()).fetchall()
        return rows[0] if rows else None

    return execute, connection


def postgres_executor(url: str) -> tuple[Callable[[str, Any], Any], Any]:
    import psycopg

    connection = psycopg.connect(url, autocommit=True)
    cursor = connection.cursor()

    def execute(sql: str, values: Any) -> Any:
        cursor.execute(sql, values or None)
        return cursor.fetchone() if cursor.description else None

    return execute, connection


def rounds_per_second(tapes: dict[str, Any], where: str, seconds: float, name: str) -> dict[str, float]:
    """As many rounds as fit into `seconds`, on this process' own connection."""
    execute, connection = postgres_executor(where) if "://" in where else sqlite_executor(where)
    player = Player(execute, tapes)
    spent: list[float] = []
    while sum(spent) < seconds:
        tape = player.round_of(name, f"{os.getpid()}-{len(spent)}")
        began = time.perf_counter()
        player.play(name, tape)
        spent.append(time.perf_counter() - began)
    connection.close()
    return {"per_second": len(spent) / sum(spent), "p99_ms": percentile(spent, 0.99) * 1000}


def main() -> None:
    tapes, where, seconds = pickle.loads(Path(sys.argv[1]).read_bytes()), sys.argv[2], float(sys.argv[3])
    players = CORES if "://" in where else 1
    found = {}
    with multiprocessing.get_context("spawn").Pool(players) as pool:
        for name in tapes["tapes"]:
            parts = pool.starmap(rounds_per_second, [(tapes, where, seconds, name)] * players)
            found[name] = {
                "per_second": sum(part["per_second"] for part in parts),
                "p99_ms": max(part["p99_ms"] for part in parts),
                "connections": players,
            }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
