"""Writing batches: one transaction each, numbers compared with what is stored, the count of the import kept with it."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import IntegrityError, connection, transaction

from kuaichu import clock
from kuaichu.calls.importing.batches import COLUMNS, Forms, sealed
from kuaichu.calls.importing.sealing import Rows, Sealer
from kuaichu.calls.models import Call, CallChange, CallImport
from kuaichu.calls.states import Source, Status

IN_ONE_QUESTION = 900  # parameters of one SELECT
TRIES = 3
PIECE = 50_000
AHEAD = 2  # batches that wait to be written
# Decided by people in the product: a file does not undo it.
_KEPT = {
    "category": "CASE WHEN classed_by = 'person' THEN category ELSE {} END",
    "subclass": "CASE WHEN classed_by = 'person' THEN subclass ELSE {} END",
    "confidence": "CASE WHEN classed_by = 'person' THEN confidence ELSE {} END",
    "classed_by": "CASE WHEN classed_by = 'person' THEN classed_by ELSE {} END",
    "validity": "CASE WHEN incident_id IS NOT NULL OR invalid_reason <> '' THEN validity ELSE {} END",
    "dispatched_at": "COALESCE({}, dispatched_at)",
    "arrived_at": "COALESCE({}, arrived_at)",
    "closed_at": "COALESCE({}, closed_at)",
    "result": "COALESCE(NULLIF({}, ''), result)",
}


@dataclass
class Plan:
    """What has to be done with a batch: positions of new rows, and (position, id, version) of changed ones."""

    new: list[int] = field(default_factory=list)
    changed: list[tuple[int, int, int]] = field(default_factory=list)
    same: int = 0


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where rows go. `is_first`: the place had no call, so nothing needs to be compared."""

    place_code: str
    forms: Forms
    run: CallImport
    is_first: bool


def store_all(batches: Iterable[Mapping[str, list[Any]]], target: Target, seal: Sealer) -> Iterator[int]:
    """Store the batches and count them; what is sealed next is sealed while a batch is written. Yields rows done."""
    waiting: deque[tuple[Mapping[str, list[Any]], Plan, Future[Rows]]] = deque()
    for columns in batches:
        plan = _first_plan(columns, target)
        waiting.append((columns, plan, seal(_wanted(columns, plan), target.forms)))
        if len(waiting) > AHEAD:
            yield _store(*waiting.popleft(), target)
    while waiting:
        yield _store(*waiting.popleft(), target)


def _first_plan(columns: Mapping[str, list[Any]], target: Target) -> Plan:
    if target.is_first:
        return Plan(new=list(range(len(columns["number"]))))
    return _plan(columns["number"], columns["digest"], target.place_code)


def _wanted(columns: Mapping[str, list[Any]], plan: Plan) -> Mapping[str, list[Any]]:
    return _chosen(columns, [*plan.new, *(at for at, _, _ in plan.changed)])


def _store(columns: Mapping[str, list[Any]], plan: Plan, rows_to_come: "Future[Rows]", target: Target) -> int:
    """One transaction. If a number was stored by somebody else meanwhile, the batch is planned anew."""
    rows = rows_to_come.result()
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                _insert(rows[: len(plan.new)], target.place_code, target.forms)
                _update(rows[len(plan.new) :], plan.changed, target.forms)
                _count(target.run, plan)
            break
        except (IntegrityError, _driver_error(), _Overtaken):
            target.run.refresh_from_db()
            if attempt == TRIES - 1:
                raise
            plan = _plan(columns["number"], columns["digest"], target.place_code)
            rows = sealed(_wanted(columns, plan), target.forms)
    return len(columns["number"])


def _driver_error() -> type[Exception]:
    """What the driver itself raises for a number that is taken, where its cursor is used directly."""
    return connection.Database.IntegrityError  # type: ignore[attr-defined]


def _chosen(columns: Mapping[str, list[Any]], spots: list[int]) -> Mapping[str, list[Any]]:
    """The columns at some positions; all of them are the columns themselves."""
    if spots == list(range(len(columns["number"]))):
        return columns
    return {name: [values[spot] for spot in spots] for name, values in columns.items()}


class _Overtaken(Exception):
    """A row was changed between the plan and the lock."""


def _plan(numbers: Sequence[str], digests: Sequence[str], place_code: str) -> Plan:
    stored = stored_rows(numbers, place_code)
    plan = Plan()
    for at, (number, digest) in enumerate(zip(numbers, digests, strict=True)):
        row = stored.get(number)
        if row is None:
            plan.new.append(at)
        elif row[1] == digest:
            plan.same += 1
        else:
            plan.changed.append((at, row[0], row[2]))
    return plan


def stored_rows(numbers: Sequence[str], place_code: str) -> dict[str, tuple[int, str, int]]:
    """Number -> id, digest, version of what the database holds."""
    found: dict[str, tuple[int, str, int]] = {}
    for start in range(0, len(numbers), IN_ONE_QUESTION):
        some = numbers[start : start + IN_ONE_QUESTION]
        rows = Call.objects.filter(place_id=place_code, number__in=some).values_list(
            "number", "id", "digest", "version"
        )
        found |= {number: tuple(rest) for number, *rest in rows}  # type: ignore[misc]
    return found


def stored_digests(place_code: str, since: datetime, until: datetime) -> Iterator[tuple[list[str], list[str]]]:
    """Numbers and digests of what the database holds of that time, in pieces."""
    rows = Call.objects.filter(place_id=place_code, received_at__gte=since, received_at__lte=until)
    pairs = rows.exclude(digest="").values_list("number", "digest").iterator(chunk_size=PIECE)
    while piece := list(islice(pairs, PIECE)):
        yield [number for number, _ in piece], [digest for _, digest in piece]


def _fixed(place_code: str, forms: Forms) -> dict[str, Any]:
    """Columns that are the same for every imported row: a file is history, so its calls are handled."""
    now = clock.now().strftime(forms.time.replace("%g", "000"))
    return {
        "place_id": place_code,
        "grid": "",
        "source": Source.IMPORTED.value,
        "stored_at": now,
        "invalid_reason": "",
        "status": Status.CLOSED.value,
        "case_number": "",
        "version": 1,
    }


def _insert(rows: Sequence[tuple[Any, ...]], place_code: str, forms: Forms) -> None:
    if not rows:
        return
    fixed = _fixed(place_code, forms)
    names = ", ".join([*COLUMNS, "intake_subclass", *fixed])
    table, subclass = Call._meta.db_table, COLUMNS.index("subclass")
    if connection.vendor == "postgresql":
        tail = tuple(fixed.values())
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row((*row, row[subclass], *tail))
        return
    # Numbered marks and the same texts for every row: a quarter less to bind.
    marks = [f"?{at + 1}" for at in range(len(COLUMNS))]
    values = ", ".join([*marks, marks[subclass], *(_literal(value) for value in fixed.values())])
    connection.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({values})", rows)  # noqa: S608


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def _update(rows: Sequence[tuple[Any, ...]], changed: Sequence[tuple[int, int, int]], forms: Forms) -> None:
    if not rows:
        return
    sets = ", ".join(f"{name} = {_KEPT.get(name, '{}').format('%s')}" for name in COLUMNS if name != "number")
    statement = f"UPDATE {Call._meta.db_table} SET {sets}, version = version + 1 WHERE id = %s AND version = %s"  # noqa: S608
    with connection.cursor() as cursor:
        for row, (_, call_id, version) in zip(rows, changed, strict=True):
            cursor.execute(statement, [*row[1:], call_id, version])
            if cursor.rowcount != 1:
                raise _Overtaken
    note_changes([call_id for _, call_id, _ in changed])


def note_changes(call_ids: Sequence[int]) -> None:
    """Those who keep calls in memory look at these again."""
    now = clock.now()
    CallChange.objects.bulk_create([CallChange(call_id=call_id, at=now) for call_id in call_ids], batch_size=300)


def _count(run: CallImport, plan: Plan) -> None:
    run.rows_new += len(plan.new)
    run.rows_changed += len(plan.changed)
    run.rows_same += plan.same
    run.rows_done += len(plan.new) + len(plan.changed) + plan.same
    run.save(update_fields=["rows_new", "rows_changed", "rows_same", "rows_done"])
