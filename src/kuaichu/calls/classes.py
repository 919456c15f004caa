"""The classes of calls as data: `CLASSES`, read once from classes.yaml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from kuaichu.calls.states import Category

_FILE = Path(__file__).with_name("classes.yaml")
UNKNOWN = "other_other"


@dataclass(frozen=True)
class Class:
    """A sub-class of calls. `words`: regular expression -> how strongly it speaks for the class."""

    code: str
    category: Category
    zh: str
    en: str
    words: Mapping[str, float]


@lru_cache(maxsize=1)
def _content() -> dict[str, Any]:
    return dict(yaml.safe_load(_FILE.read_text("utf-8")))


def _read() -> dict[str, Class]:
    return {
        code: Class(code, Category(row["category"]), row["zh"], row["en"], _words(row["words"]))
        for code, row in _content()["classes"].items()
    }


def _words(by_weight: Mapping[float, list[str]]) -> dict[str, float]:
    return {word: float(weight) for weight, words in by_weight.items() for word in words}


CLASSES: Mapping[str, Class] = _read()


def category_of(subclass: str) -> Category:
    """The category of a sub-class. Raises KeyError for an unknown one."""
    return CLASSES[subclass].category


def of_category(category: str) -> tuple[Class, ...]:
    """The sub-classes of a category, in the order of the file."""
    return tuple(item for item in CLASSES.values() if item.category == category)


def blanked() -> re.Pattern[str]:
    """What is taken out of a text before words are looked for: injuries denied and the like."""
    return re.compile("|".join(f"(?:{text})" for text in _content()["blanked"]))
