"""Rows out of the database into an array, without a Python object per call where the database allows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from kuaichu.accounts.models import Agency
from kuaichu.calls.models import Call
from kuaichu.governance.events.columns import CATEGORIES, ROW, VALIDITIES

BLOCK = 50_000
UNKNOWN = -2  # a code that the lists don't have yet

Rows = NDArray[Any]


@dataclass(frozen=True)
class Codes:
    """What the numbers in the columns `subclass` and `unit` stand for, by position."""

    subclasses: tuple[str, ...] = ()
    units: tuple[UUID, ...] = ()


def all_codes(known: Codes) -> Codes:
    """The known lists and behind them what the database has besides; a position once given stays."""
    subclasses = Call.objects.order_by().values_list("subclass", flat=True).distinct()
    units = Agency.objects.order_by("code").values_list("pk", flat=True)
    return Codes(
        subclasses=known.subclasses + tuple(sorted(set(subclasses) - set(known.subclasses))),
        units=known.units + tuple(pk for pk in units if pk not in known.units),
    )


def read(place_code: str, codes: Codes, *, condition: str, values: Sequence[Any]) -> Rows:
    """The place's calls that meet `condition` (SQL of this room's own, over `c`), in the order of their ids."""
    if connection.vendor == "postgresql":
        return _copied(place_code, codes, condition, values)
    sql, given = _statement(place_code, codes, condition, values)
    parts = []
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        while block := cursor.fetchmany(BLOCK):
            parts.append(np.array(block, ROW))
    return np.concatenate(parts) if parts else np.empty(0, ROW)


def _statement(place_code: str, codes: Codes, condition: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
    is_server = connection.vendor == "postgresql"
    epoch = "floor(extract(epoch from c.received_at))" if is_server else "unixepoch(c.received_at)"
    nowhere = "'NaN'" if is_server else "9e999"  # infinity: SQLite turns NaN into NULL
    units = [str(unit) if is_server else unit.hex for unit in codes.units]
    subclass, given = _position("c.subclass", codes.subclasses, "")
    unit, more = _position("c.unit_id", units, "::uuid" if is_server else "")
    wide, narrow = ("::int8", "::int4") if is_server else ("", "")
    place = "::float8" if is_server else ""
    district = "nullif(c.district, '')" + narrow if is_server else "CAST(c.district AS INTEGER)"
    columns = [
        f"c.id{wide}",
        f"{epoch}{wide}",
        f"coalesce(c.lon_wgs84, {nowhere}{place})",
        f"coalesce(c.lat_wgs84, {nowhere}{place})",
        f"{_case('c.category', CATEGORIES)}{narrow}",
        f"{subclass}{narrow}",
        f"{_case('c.validity', VALIDITIES)}{narrow}",
        f"(CASE WHEN c.repeat_of_id IS NULL THEN 0 ELSE 1 END){narrow}",
        f"(CASE WHEN c.unit_id IS NULL THEN -1 ELSE {unit} END){narrow}",
        f"coalesce({district}, 0)",
    ]
    own = "c.place_id" if is_server else "+c.place_id"  # the plus: by the key of the ids, not by the index of places
    chosen = f"{own} = %s AND ({condition})"
    sql = f"SELECT {', '.join(columns)} FROM calls_call c WHERE {chosen} ORDER BY c.id"  # noqa: S608 - own texts
    return sql, [*given, *more, place_code, *values]


def _case(column: str, known: Sequence[str]) -> str:
    cases = " ".join(f"WHEN '{code}' THEN {at}" for at, code in enumerate(known))
    return f"(CASE {column} {cases} ELSE {UNKNOWN} END)"


def _position(column: str, known: Sequence[str], cast: str) -> tuple[str, list[str]]:
    if not known:
        return f"({UNKNOWN})", []
    cases = " ".join(f"WHEN %s{cast} THEN {at}" for at in range(len(known)))
    return f"(CASE {column} {cases} ELSE {UNKNOWN} END)", list(known)


def _copied(place_code: str, codes: Codes, condition: str, values: Sequence[Any]) -> Rows:
    """COPY in binary: every row is two bytes of field count and, for each field, four bytes of length and its value."""
    packed = np.dtype(
        [("fields", ">i2")]
        + [
            part
            for name in ROW.names or ()
            for part in ((f"{name}_length", ">i4"), (name, ROW[name].newbyteorder(">")))
        ]
    )
    sql, given = _statement(place_code, codes, condition, values)
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT BINARY)", given) as copy:
        answer = b"".join(bytes(part) for part in copy)
    header = 19 + int.from_bytes(answer[15:19], "big")
    count = (len(answer) - header) // packed.itemsize
    found = np.frombuffer(answer, packed, count=count, offset=header)
    rows = np.empty(count, ROW)
    for name in ROW.names or ():
        rows[name] = found[name]
    return rows
