"""Batches of checked rows, ready for the database: columns as lists, encrypted, classed, in the order of COLUMNS."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import duckdb
import numpy as np

from kuaichu.calls.classes import CLASSES
from kuaichu.calls.classing import Classed, classify_many
from kuaichu.calls.districts import districts_at
from kuaichu.calls.importing.coordinates import wgs84_from_gcj02
from kuaichu.calls.intake import PHONE
from kuaichu.calls.states import ClassedBy, Position, Validity
from kuaichu.privacy import blind_indexes, encrypt_many

# What a row of the file says. What people do with a call in the product is not among it.
COLUMNS = ("number", "district", "unit_id", "received_at", "caller_name", "caller_phone", "phone_index", "content",
           "location", "road", "lon_wgs84", "lat_wgs84", "position", "plates", "category", "subclass", "classed_by",
           "confidence", "validity", "injured", "dead", "trapped", "is_hit_and_run", "dispatched_at", "arrived_at",
           "closed_at", "result", "digest")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Forms:
    """How values are written for this database (`time`: strftime pattern of UTC, `has_uuid`: or 32 hex digits), the
    datum of the file, and the county of each unit by its id in hex."""

    time: str
    has_uuid: bool
    datum: str
    place_code: str
    district_of_unit: Mapping[str, str]


_OTHERS = {"accident": "accident_other", "order": "order_other", "other": "other_other"}
_ASKED = """
    SELECT number, digest, district, unit_id, caller_name, caller_phone, content, location, road, plates, result,
        class_code, validity_code, repeat_of, incident, is_hit_and_run, injured_n, dead_n, trapped_n, lon, lat,
        {times}
    FROM lined WHERE seq >= ? AND seq < ? ORDER BY seq"""
_TIMES = ("received_at", "dispatched_at", "arrived_at", "closed_at")


def batch_of(connection: duckdb.DuckDBPyConnection, *, first: int, size: int, forms: Forms) -> dict[str, list[Any]]:
    """Rows `first` … of the line, as plain columns: number, digest and the rest, nothing encrypted yet."""
    times = ", ".join(
        f"strftime(make_timestamp(CAST({t}_s * 1000000 AS BIGINT)), '{forms.time}') AS {t}" for t in _TIMES
    )
    found = connection.execute(_ASKED.format(times=times), [first, first + size]).fetchnumpy()
    columns = {name: _listed(values) for name, values in found.items()}
    if forms.datum == "gcj02":
        lon, lat = wgs84_from_gcj02(*(np.ma.filled(found[name].astype(float), np.nan) for name in ("lon", "lat")))
        columns["lon"] = [None if np.isnan(value) else float(value) for value in lon]
        columns["lat"] = [None if np.isnan(value) else float(value) for value in lat]
    columns["district"] = _districts(columns, forms)
    return columns


def _districts(columns: Mapping[str, list[Any]], forms: Forms) -> list[str]:
    """What the file says; else where the call lies by the place's boundaries; else the county of its unit."""
    lon, lat = (np.array([np.nan if v is None else v for v in columns[name]], float) for name in ("lon", "lat"))
    by_place = districts_at(forms.place_code, lon, lat)
    return [
        given or found or forms.district_of_unit.get(unit, "")
        for given, found, unit in zip(columns["district"], by_place, columns["unit_id"], strict=True)
    ]


def _listed(values: Any) -> list[Any]:
    """NumPy's column as a list, None where DuckDB had NULL."""
    return list(values.tolist())


def sealed(columns: Mapping[str, list[Any]], forms: Forms) -> list[tuple[Any, ...]]:
    """The rows in the order of COLUMNS, personal data encrypted, every call with a class."""
    classed = _classes(columns["class_code"], columns["content"], columns["location"])
    is_given = [code != "" and code[0] != "*" for code in columns["class_code"]]
    phones = columns["caller_phone"]
    made: dict[str, list[Any]] = {
        "unit_id": [(str(UUID(unit)) if forms.has_uuid else unit) if unit else None for unit in columns["unit_id"]],
        "caller_name": encrypt_many(columns["caller_name"]),
        "caller_phone": encrypt_many(phones),
        "phone_index": blind_indexes(phones, purpose=PHONE),
        "content": encrypt_many(columns["content"]),
        "result": encrypt_many(columns["result"]),
        "lon_wgs84": columns["lon"],
        "lat_wgs84": columns["lat"],
        "position": [Position.NONE.value if lon is None else Position.EXACT.value for lon in columns["lon"]],
        "category": [str(item.category.value) for item in classed],
        "subclass": [item.subclass for item in classed],
        "classed_by": [ClassedBy.GIVEN.value if given else ClassedBy.TEXT.value for given in is_given],
        "confidence": [None if given else item.confidence for given, item in zip(is_given, classed, strict=True)],
        "validity": _validities(columns),
        "injured": columns["injured_n"],
        "dead": columns["dead_n"],
        "trapped": columns["trapped_n"],
    }
    return list(zip(*(made[name] if name in made else columns[name] for name in COLUMNS), strict=True))


def _classes(codes: list[str], contents: list[str], locations: list[str]) -> list[Classed]:
    """The class given; within a category given alone, the text's; without both, the text's."""
    asked = [at for at, code in enumerate(codes) if code == "" or code[0] == "*"]
    by_text = dict(zip(asked, classify_many([contents[at] or locations[at] for at in asked]), strict=True))
    found = []
    for at, code in enumerate(codes):
        text = by_text.get(at)
        if text is None:
            found.append(Classed(code, CLASSES[code].category, 1.0))
        elif code and text.category != code[1:]:
            other = _OTHERS[code[1:]]
            found.append(Classed(other, CLASSES[other].category, 0.0))
        else:
            found.append(text)
    return found


def _validities(columns: Mapping[str, list[Any]]) -> list[str]:
    """Invalid as given; one more caller about an event; else valid (a repeat is valid and counts)."""
    pairs = zip(columns["validity_code"], columns["incident"], strict=True)
    return [
        Validity.INVALID.value if code == "invalid" else Validity.DUPLICATE.value if incident else Validity.VALID.value
        for code, incident in pairs
    ]
