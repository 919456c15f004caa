"""The scenes and their groups, read once and checked."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from kuaichu.law.errors import LawError
from kuaichu.law.national.liability.table import table as acts_table
from kuaichu.law.reading import read_mapping
from kuaichu.law.scenes.geometry import Turned, points_of, standing
from kuaichu.law.scenes.shapes import Kinds, Layout, Scene, Side

_FOLDER = Path(__file__).parent
_SCENE = {"where", "zh", "en", "hit", "things", "impacts", "found", "numbers", "turn", "flip", "words", *"ABCD"}
_SIDE = {"is", "go", "at", "put", "bend", "back", "door", "load", "mark", "does", "special", "face"}
_LOOKS = {"car", "truck", "bus", "rescue", "works", "bike", "person"}
_PUT = {"start", "mid", "end"}
_BEND = 1.5


@lru_cache(maxsize=1)
def scenes() -> Mapping[str, Scene]:
    """Every scene by the code of its row. Raises LawError, naming the row."""
    rows = read_mapping(_FOLDER / "motor.yaml") | read_mapping(_FOLDER / "others.yaml")
    return {code: _scene(code, row) for code, row in rows.items()}


@lru_cache(maxsize=1)
def layouts() -> Mapping[str, Layout]:
    rows = read_mapping(_FOLDER / "layouts.yaml")["layouts"]
    return {key: Layout(key, row["zh"], row["en"], tuple(row["draw"])) for key, row in rows.items()}


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kinds]:
    """The groups in the order of the page. Raises LawError for an unknown scene or one that is in no group."""
    rows = read_mapping(_FOLDER / "layouts.yaml")["kinds"]
    found = {key: Kinds(key, row["zh"], row["en"], tuple(row["codes"])) for key, row in rows.items()}
    named = {code for kind in found.values() for code in kind.codes}
    if named != set(scenes()):
        raise LawError(f"layouts.yaml: kinds and scenes differ in {', '.join(sorted(named ^ set(scenes())))}")
    return found


def _scene(code: str, row: dict[str, Any]) -> Scene:
    _only(row, _SCENE, code)
    layout = layouts().get(row["where"])
    if layout is None:
        raise LawError(f"{code}: there is no layout {row['where']!r}")
    hits = row.get("hit", [])
    return Scene(
        code=code,
        zh=row["zh"],
        en=row["en"],
        layout=layout,
        sides=tuple(_side(f"{code}.{letter}", letter, row[letter]) for letter in "ABCD" if letter in row),
        hits=tuple(points_of(hit, code)[0] for hit in ([hits] if isinstance(hits, str) else hits)),
        is_numbered=row.get("numbers", False),
        things=tuple(row.get("things", ())),
        impacts=tuple(tuple(impact) for impact in row.get("impacts", ())),
        are_facts_found=row.get("found", True),
        turned=Turned(row.get("turn", 0) // 90, row.get("flip", False)),
        words=row.get("words", ""),
    )


def _side(where: str, letter: str, row: dict[str, Any]) -> Side:
    _only(row, _SIDE, where)
    looks, put = row.get("is", "car"), row.get("put", "start")
    if looks not in _LOOKS or put not in _PUT or ("go" in row) == ("at" in row):
        raise LawError(f"{where}: unknown `is` or `put`, or not exactly one of `go` and `at`")
    path, face = (points_of(row["go"], where), row.get("face")) if "go" in row else _stands(row["at"], where)
    return Side(
        letter=letter,
        looks=looks,
        path=path,
        face=face,
        put=put,
        bend=row.get("bend", _BEND),
        is_back=row.get("back", False),
        door=row.get("door", ""),
        load=row.get("load", ""),
        marks=tuple(row.get("mark", ())),
        does=_does(where, letter, row),
        special=tuple(row.get("special", ())),
    )


def _stands(text: str, where: str) -> tuple[tuple[Any, ...], float]:
    point, face = standing(text, where)
    return (point,), face


def _does(where: str, letter: str, row: dict[str, Any]) -> tuple[str, ...]:
    """As written; left out: A has done the row itself where that is something one party alone can do."""
    code = where.split(".", maxsplit=1)[0]
    known = acts_table()
    does = tuple(row["does"]) if "does" in row else (code,) if letter == "A" and code in known.acts else ()
    unknown = set(does) - set(known.acts) - known.box_codes
    if unknown:
        raise LawError(f"{where}: the law knows no {', '.join(sorted(unknown))}")
    return does


def _only(row: dict[str, Any], known: set[str], where: str) -> None:
    if set(row) - known:
        raise LawError(f"{where}: unknown {', '.join(sorted(set(row) - known))}")
