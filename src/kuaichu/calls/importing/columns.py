"""Which column is what, and what the words in it mean: columns.yaml, with a city's own file before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kuaichu.analysis.errors import BadInput
from kuaichu.calls.classes import CLASSES

_FILE = Path(__file__).parents[1] / "columns.yaml"
_TOPS = ("columns", "classes", "categories", "validity", "yes", "no")
LONGEST_NAME, MOST_NAMES = 24, 20
NEEDED = ("number", "received_at")


@dataclass(frozen=True, kw_only=True)
class Words:
    """`columns`: role -> known headers. `classes`, `categories`, `validity`: word -> code. `truth`: word -> yes/no."""

    columns: Mapping[str, tuple[str, ...]]
    classes: Mapping[str, str]
    categories: Mapping[str, str]
    validity: Mapping[str, str]
    truth: Mapping[str, bool]


def words(own: Path | None = None) -> Words:
    """The words in force. Raises BadInput for a file that can't be used."""
    ours, theirs = _read(_FILE), _read(own) if own else {}
    columns = {role: _list(names) for role, names in ours["columns"].items()}
    for role, names in theirs.get("columns", {}).items():
        if role not in columns:
            raise BadInput(f"不认识的列“{role}”", f"unknown column role “{role}”", field="columns")
        columns[role] = (*_list(names), *columns[role])
    classes = {text: code for code, row in CLASSES.items() for text in (code, row.zh, row.en)}
    for source in (ours, theirs):
        classes |= _turned(source.get("classes", {}), known=CLASSES)
    categories = _turned(ours["categories"]) | _turned(theirs.get("categories", {}), known=ours["categories"])
    validity = _turned(ours["validity"]) | _turned(theirs.get("validity", {}), known=ours["validity"])
    truth = {
        text: word == "yes" for word in ("yes", "no") for text in (*_list(ours[word]), *_list(theirs.get(word, [])))
    }
    return Words(columns=columns, classes=classes, categories=categories, validity=validity, truth=truth)


def roles_of(header: Sequence[str], known: Words) -> dict[str, int]:
    """Role -> number of its column. Raises BadInput when number or time are missing, or a column stands twice."""
    names = [name.strip().strip("\ufeff").lower() for name in header]
    found = {}
    for role, words in known.columns.items():
        name = next((word.lower() for word in words if word.lower() in names), None)
        if name is None:
            continue
        if names.count(name) > 1:
            raise BadInput(f"“{name}”这一列有两个，请只留一个", f"the column “{name}” stands twice", field=role)
        found[role] = names.index(name)
    for role in NEEDED:
        if role not in found:
            raise _missing(known.columns[role][0], header)
    return found


def _missing(wanted: str, header: Sequence[str]) -> BadInput:
    """Names the columns that are there, unless the line looks like a row: that tells of callers, and this is kept."""
    is_row = any(len(name) > LONGEST_NAME or any(char.isdigit() for char in name) for name in header)
    if is_row or not any(header):
        zh = f"没有“{wanted}”这一列，第一行也不像列名；请在第一行写上列名"
        en = f"there is no column “{wanted}”; does the first line name the columns?"
        return BadInput(zh, en, field=wanted)
    there = "、".join(header[:MOST_NAMES])
    zh = f"没有“{wanted}”这一列；有的列：{there}。列名不同，请用 --columns 说明"
    return BadInput(zh, f"there is no column “{wanted}”; there are: {there}", field=wanted)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"读不了 {path.name}", f"can't read {path.name}", field="columns") from error
    if not isinstance(content, dict) or not set(content) <= set(_TOPS):
        zh = f"{path.name} 里只能有：{'、'.join(_TOPS)}"
        raise BadInput(zh, f"{path.name} may only have: {', '.join(_TOPS)}", field="columns")
    return content


def _list(names: Any) -> tuple[str, ...]:
    return tuple(str(name) for name in (names if isinstance(names, list) else [names]))


def _turned(table: Mapping[str, Any], known: Any = None) -> dict[str, str]:
    for code in table:
        if known is not None and code not in known:
            raise BadInput(f"不认识的代码“{code}”", f"unknown code “{code}”", field="columns")
    return {text: code for code, names in table.items() for text in _list(names)}
