"""The script of a call-back and its outcomes as data: call_back.yaml."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("call_back.yaml")
LAPSED = "lapsed"


@dataclass(frozen=True)
class Line:
    """One line to say, with {unit} and {day} to be filled in."""

    zh: str
    en: str


@dataclass(frozen=True)
class Outcome:
    """What a call-back came to. `reopens`: the call goes back to its owner."""

    code: str
    zh: str
    en: str
    is_reached: bool
    reopens: bool


@lru_cache(maxsize=1)
def _content() -> dict[str, Any]:
    return dict(yaml.safe_load(_FILE.read_text("utf-8")))


def script_of(category: str) -> tuple[Line, ...]:
    """What to ask about a call of a category: the special line comes before the rating."""
    lines = [Line(**row) for row in _content()["script"]]
    special = [Line(**row) for row in _content()["by_category"].get(category, [])]
    return (*lines[:3], *special, *lines[3:])


@lru_cache(maxsize=1)
def outcomes() -> dict[str, Outcome]:
    """By code, in the order in which a page offers them; `lapsed` is the product's own and is not offered."""
    return {code: Outcome(code=code, **row) for code, row in _content()["outcomes"].items()}
