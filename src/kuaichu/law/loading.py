"""From YAML files to checked entries. Whatever is wrong is refused here, with file and key, before anybody asks."""

import re
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from kuaichu.law.citations import Act, check_article, load_acts
from kuaichu.law.divisions import NATION, chain, level
from kuaichu.law.errors import LawError
from kuaichu.law.reading import read_mapping
from kuaichu.law.values import CERTAINTIES, Amount, Value, type_by_unit

_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_TOP_KEYS = re.compile(r"^([A-Za-z_]\w*):", re.MULTILINE)
_WINDOW = r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d"
_HOURS = re.compile(rf"{_WINDOW}( {_WINDOW})*")  # one window a day or several
_LEVELS = ("province", "city", "county")

# `values` is the engine's; a file with any other of these belongs to the Python module of its topic.
_TABLES = frozenset({"lists", "years", "clocks", "table", "gists"})


@dataclass(frozen=True, slots=True)
class Definition:
    """What the nation says about a key: its unit, its titles, and who below may set it, within which bounds."""

    key: str
    unit: str
    zh: str
    en: str
    opened_to: frozenset[str]
    at_least: int | None
    at_most: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One value and its last day; None is open until the next entry of the same key and place."""

    value: Value
    until: date | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """The whole law: definitions by key, entries by (key, place) in order of their first day."""

    acts: dict[str, Act]
    definitions: dict[str, Definition]
    entries: dict[tuple[str, str], tuple[Entry, ...]]


def load(root: Path) -> Loaded:
    """Read `sources.yaml`, `national/` and `places/`. Raises LawError at the first thing that does not fit."""
    loaded = Loaded(acts=load_acts(root / "sources.yaml"), definitions={}, entries={})
    for path in sorted((root / "national").glob("*.yaml")):
        if _holds_values(path, root):
            _load_nation(loaded, path, root)
    for path in sorted((root / "places").glob("*/*.yaml")):
        if path.name != "place.yaml":
            _load_place(loaded, path, root)
    return loaded


def _holds_values(path: Path, root: Path) -> bool:
    tops = set(_TOP_KEYS.findall(path.read_text("utf-8")))
    unknown = tops - {"values", "defaults"} - _TABLES
    if unknown or not tops:
        raise LawError(f"{path.relative_to(root)}: unknown top key {', '.join(sorted(unknown)) or '(none)'}")
    return "values" in tops


def _load_nation(loaded: Loaded, path: Path, root: Path) -> None:
    content, where = read_mapping(path), str(path.relative_to(root))
    defaults = content.get("defaults") or {}
    for key, row in _mapping(content.get("values"), where).items():
        spot = f"{where}: {key}"
        if key in loaded.definitions:
            raise LawError(f"{spot}: this key is already defined in another file")
        definition = _definition(spot, key, _mapping(row, spot))
        loaded.definitions[key] = definition
        _add(loaded, spot, definition, NATION, row.get("values", []), defaults)


def _load_place(loaded: Loaded, path: Path, root: Path) -> None:
    content, where, place = read_mapping(path), str(path.relative_to(root)), path.parent.name
    try:
        chain(place)
    except LawError as error:
        raise LawError(f"{where}: {error}") from None
    unknown = set(content) - {"values", "defaults"}
    if unknown:
        raise LawError(f"{where}: unknown top key {', '.join(sorted(unknown))}")
    defaults = content.get("defaults") or {}
    for key, rows in _mapping(content.get("values"), where).items():
        spot = f"{where}: {key}"
        definition = loaded.definitions.get(key)
        if definition is None:
            raise LawError(f"{spot}: unknown key; the nation defines none of this name")
        if level(place) not in definition.opened_to:
            raise LawError(f"{spot}: the nation did not open this to a {level(place)}")
        if (key, place) in loaded.entries:
            raise LawError(f"{spot}: this key is already set for {place} in another file")
        _add(loaded, spot, definition, place, rows, defaults)


def _definition(spot: str, key: str, row: dict[str, Any]) -> Definition:
    if not _KEY.fullmatch(key):
        raise LawError(f"{spot}: keys are written like topic.name")
    unknown = set(row) - {"unit", "zh", "en", "opened_to", "at_least", "at_most", "values"}
    if unknown:
        raise LawError(f"{spot}: unknown field {', '.join(sorted(unknown))}")
    if row.get("unit") not in type_by_unit:
        raise LawError(f"{spot}: unit {row.get('unit')!r} is none of {', '.join(type_by_unit)}")
    if not (row.get("zh") and row.get("en")):
        raise LawError(f"{spot}: zh and en titles are missing")
    opened_to = frozenset(row.get("opened_to") or ())
    if not opened_to <= set(_LEVELS):
        raise LawError(f"{spot}: opened_to takes {', '.join(_LEVELS)}")
    bounds = {name: row.get(name) for name in ("at_least", "at_most")}
    return Definition(key=key, unit=row["unit"], zh=row["zh"], en=row["en"], opened_to=opened_to, **bounds)


def _add(loaded: Loaded, spot: str, definition: Definition, place: str, rows: Any, defaults: dict[str, Any]) -> None:
    if not isinstance(rows, list):
        raise LawError(f"{spot}: values must be a list of dated entries")
    entries = sorted(
        (_entry(loaded, spot, definition, place, {**defaults, **_mapping(row, spot)}) for row in rows),
        key=lambda entry: entry.value.since,
    )
    for earlier, later in pairwise(entries):
        if earlier.value.since == later.value.since or (earlier.until and earlier.until >= later.value.since):
            raise LawError(f"{spot}: validity overlaps from {later.value.since}")
    for number, entry in enumerate(entries):
        following = entries[number + 1].value.since if number + 1 < len(entries) else None
        _check_act_in_force(loaded, spot, entry, following)
    nation = loaded.entries.get((definition.key, NATION))
    if place != NATION and nation and entries and entries[0].value.since < nation[0].value.since:
        raise LawError(f"{spot}: {place} sets it from {entries[0].value.since}, before the nation's first value")
    loaded.entries[definition.key, place] = tuple(entries)


def _entry(loaded: Loaded, spot: str, definition: Definition, place: str, row: dict[str, Any]) -> Entry:
    until = row.pop("until", None)
    known = {field.name for field in fields(Value)} - {"key", "unit", "place"}
    row.setdefault("article", "")
    if set(row) != known:
        missing, extra = sorted(known - set(row)), sorted(set(row) - known)
        raise LawError(f"{spot}: " + "; ".join(_complaints(missing, extra)))
    for name, day in (("since", row["since"]), ("checked_on", row["checked_on"]), ("until", until)):
        if type(day) is not date and not (name == "until" and day is None):
            raise LawError(f"{spot}: {name} must be a day like 2018-05-01, not {day!r}")
    if until and until < row["since"]:
        raise LawError(f"{spot}: until {until} is before since {row['since']}")
    if row["source"] not in loaded.acts:
        raise LawError(f"{spot}: source {row['source']!r} is not in sources.yaml")
    if row["certainty"] not in CERTAINTIES:
        raise LawError(f"{spot}: certainty {row['certainty']!r} is none of {', '.join(CERTAINTIES)}")
    row["article"] = str(row["article"])
    try:
        check_article(row["article"])
    except LawError as error:
        raise LawError(f"{spot}: {error}") from None
    _check_amount(spot, definition, row["amount"])
    return Entry(Value(key=definition.key, unit=definition.unit, place=place, **row), until)


def _check_amount(spot: str, definition: Definition, amount: Amount) -> None:
    if type(amount) is not type_by_unit[definition.unit]:
        raise LawError(f"{spot}: amount {amount!r} does not fit the unit {definition.unit}")
    if definition.unit == "daily_hours" and not _HOURS.fullmatch(str(amount)):
        raise LawError(f"{spot}: hours are written like 07:00-19:00, not {amount!r}")
    if type(amount) is int:
        if definition.at_least is not None and amount < definition.at_least:
            raise LawError(f"{spot}: {amount} is less than {definition.at_least}, the least that the nation allows")
        if definition.at_most is not None and amount > definition.at_most:
            raise LawError(f"{spot}: {amount} is more than {definition.at_most}, the most that the nation allows")


def _check_act_in_force(loaded: Loaded, spot: str, entry: Entry, following: date | None) -> None:
    """A value can't outlive its act: its days must lie within the act's."""
    act, since = loaded.acts[entry.value.source], entry.value.since
    if since < act.in_force_on:
        raise LawError(f"{spot}: since {since}, but {act.key} is in force only from {act.in_force_on}")
    last = entry.until or (following and following - timedelta(days=1))
    if act.repealed_on and (last is None or last >= act.repealed_on):
        raise LawError(f"{spot}: still set when {act.key} was repealed on {act.repealed_on}")


def _complaints(missing: list[str], extra: list[str]) -> list[str]:
    missing_text = [f"{', '.join(missing)} missing"] if missing else []
    return missing_text + ([f"unknown field {', '.join(extra)}"] if extra else [])


def _mapping(content: Any, where: str) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise LawError(f"{where}: a mapping is needed here")
    return content
