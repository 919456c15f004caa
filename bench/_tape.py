"""Every SQL statement of one creation and of one whole journey, and where their time goes.

`python bench/_tape.py FILE` plays them in this process (no server, no network), writes the statements to FILE for
`_floor.py` and prints the shares of the time as one JSON object.
"""

import cProfile
import json
import pickle
import pstats
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

django.setup()

from _player import Answer, Officer, play, report  # noqa: E402
from _secrets import case_id_of, code_of  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from kuaichu.accounts.models import Agency, Person  # noqa: E402
from kuaichu.demo.city import PASSWORD  # noqa: E402
from kuaichu.journal.models import Event  # noqa: E402

ROUNDS = 5
SHARES = (  # the first fitting line wins; the text is searched for in the path of the code
    ("imaging", ("PIL", "/photos/intake", "/photos/hints", "ImagingCore", "ImagingDecoder", "ImagingEncoder")),
    ("typesetting and sealing", ("typst", "pyhanko", "asn1crypto", "/documents/")),
    ("hashing and encryption", ("hashlib", "hmac", "cryptography", "_hashlib", "argon2", "/privacy.py")),
    ("files", ("fsync", "posix.", "shutil", "pathlib", "/storage.py", "_io.", "tempfile")),
    ("SQL", ("sqlite3.", "SQLiteCursorWrapper", "psycopg", "fcntl")),
    ("ORM", ("django/db/", "django/utils/tree", "django/dispatch")),
    ("templates", ("django/template", "django/utils/html", "django/utils/translation", "gettext")),
    (
        "HTTP, middleware, API",
        ("django/", "ninja", "pydantic", "http/", "email/", "json/", "urllib", "allauth", "axes"),
    ),
    ("our own code", ("kuaichu/",)),
)


def transport(client: Client, address: str = "127.0.0.1") -> Callable[..., Answer]:
    """Requests straight into the application, as if from `address`."""

    def send(method: str, path: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        kind = headers.get("Content-Type", "application/json")
        rest = {name: text for name, text in headers.items() if name not in ("Content-Type", "Cookie")}
        response = client.generic(method, path, body, content_type=kind, headers=rest, REMOTE_ADDR=address)
        data = b"".join(response.streaming_content) if response.streaming else response.content
        return Answer(response.status_code, dict(response.headers.items()), data)

    return send


class Actors:
    """The people of the journeys, whose browsers live on between them."""

    def __init__(self) -> None:
        self.officer = Officer(transport(Client()), PASSWORD)
        self.phones = Client()  # they keep no cookies
        self.number = 0

    def creation(self) -> None:
        report(transport(self.phones, self._address()))

    def journey(self) -> None:
        from kuaichu import worker

        first, second = (transport(self.phones, self._address()) for _ in range(2))
        play(
            first,
            second,
            number=self.number,
            code_of=code_of,
            pass_photos=lambda case: self.officer.pass_photos(case_id_of(case)),
        )
        while worker.reactions.run_waiting() + worker.deliveries.run_due():
            pass

    def _address(self) -> str:
        self.number += 1
        return f"10.0.{self.number // 250}.{1 + self.number % 250}"


@contextmanager
def recorded(tape: list[tuple[str, Any]]) -> Any:
    """Statements with their values, BEGIN and COMMIT included."""

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith("BEGIN"):
            tape.append((sql, [_plain(value) for value in params or ()]))
        return execute(sql, params, many, context)

    originals = {name: getattr(connection, name) for name in ("_commit", "_rollback", "set_autocommit")}

    def marking(name: str, mark: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if name != "set_autocommit" or args[0] is False:
                tape.append((mark, None))
            return originals[name](*args, **kwargs)

        return call

    marks = {"_commit": "COMMIT", "_rollback": "ROLLBACK", "set_autocommit": "BEGIN"}
    for name, mark in marks.items():
        setattr(connection, name, marking(name, mark))
    try:
        with connection.execute_wrapper(note):
            yield
    finally:
        for name in originals:
            delattr(connection, name)


def _plain(value: Any) -> Any:
    """Without the subclasses that only Django's own process knows (choices, marked-safe text)."""
    return str.__str__(value) if isinstance(value, str) else value


def record(act: Callable[[], None]) -> list[tuple[str, Any]]:
    tape: list[tuple[str, Any]] = []
    with recorded(tape):
        act()
    return tape


def shares(act: Callable[[], None]) -> dict[str, float]:
    """Percent of the time by kind of work; built-in functions count for what they are, or for their caller."""
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(ROUNDS):
        act()
    profile.disable()
    spent: Counter[str] = Counter()
    for (path, _, name), (_, _, own, _, callers) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        kind = _kind(f"{path} {name}")
        if kind != "the rest" or not callers:
            spent[kind] += own
            continue
        for (caller_path, _, caller), (_, _, part, _) in callers.items():
            spent[_kind(f"{caller_path} {caller}")] += part
    total = sum(spent.values())
    return {kind: round(100 * seconds / total, 1) for kind, seconds in spent.most_common()}


def _kind(where: str) -> str:
    return next((kind for kind, marks in SHARES if any(mark in where for mark in marks)), "the rest")


def milliseconds(act: Callable[[], None]) -> float:
    """CPU of one round in this process."""
    began = time.process_time()
    for _ in range(ROUNDS):
        act()
    return (time.process_time() - began) / ROUNDS * 1000


def newest_event() -> int:
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def main() -> None:
    actors = Actors()
    for act in (actors.creation, actors.journey, actors.journey):
        act()
    tapes, events = {}, {}
    for name, act in (("creation", actors.creation), ("journey", actors.journey)):
        before = newest_event()
        tapes[name] = record(act)
        events[name] = list(Event.objects.filter(pk__gt=before).order_by("pk").values_list("pk", flat=True))
    known = {row.pk.hex for model in (Agency, Person) for row in model.objects.all()}
    Path(sys.argv[1]).write_bytes(pickle.dumps({"tapes": tapes, "events": events, "known": known}))
    found = {}
    for name, act in (("creation", actors.creation), ("journey", actors.journey)):
        statements = [sql for sql, values in tapes[name] if sql not in ("BEGIN", "COMMIT", "ROLLBACK")]
        found[name] = {
            "statements": len(statements),
            "selects": sum(sql.startswith("SELECT") for sql in statements),
            "transactions": sum(sql == "COMMIT" for sql, _ in tapes[name]),
            "cpu_ms": round(milliseconds(act), 1),
            "shares": shares(act),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
