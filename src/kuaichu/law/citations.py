"""Citations: an act and an article, written out in Chinese and English.

Article notation, used everywhere in `law/` (YAML and Python):

    13          第十三条
    13(1)       第十三条第一款
    13(1).1     第十三条第一款第（一）项
    63.4        第六十三条第（四）项          (an article of one paragraph with items)
    133-1       第一百三十三条之一
    (empty)     the act as a whole
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from kuaichu.law.errors import LawError
from kuaichu.law.reading import read_mapping

LAW_ROOT = Path(__file__).parent

_ARTICLE = re.compile(
    r"(?P<article>\d{1,4})(?:-(?P<branch>\d{1,2}))?(?:\((?P<paragraph>\d{1,2})\))?(?:\.(?P<item>\d{1,2}))?"
)
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Act:
    """One act of `sources.yaml`; `repealed_on` is its first day out of force, or None."""

    key: str
    zh: str
    en: str
    issuer: str
    number: str
    in_force_on: date
    repealed_on: date | None = None
    full_zh: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """One place in one act: `Citation("handling", "13(1).1")`. Its texts raise LawError for an unknown act."""

    act: str
    article: str = ""

    def __post_init__(self) -> None:
        check_article(self.article)

    @property
    def zh(self) -> str:
        return f"《{act_of(self.act).zh}》{article_zh(self.article)}"

    @property
    def full_zh(self) -> str:
        """With the act's whole title, as instruments cite it."""
        act = act_of(self.act)
        return f"《{act.full_zh or act.zh}》{article_zh(self.article)}"

    @property
    def gist_zh(self) -> str:
        """The article in one plain sentence, or empty where nobody has written one. Never the act's own wording."""
        return gists().get((self.act, self.article), ("", ""))[0]

    @property
    def gist_en(self) -> str:
        return gists().get((self.act, self.article), ("", ""))[1]

    @property
    def text_zh(self) -> str:
        """The whole article in the act's own words, or empty where this product does not hold them."""
        return texts(self.act).get(self.article.partition("(")[0].partition(".")[0], "")

    @property
    def en(self) -> str:
        act = act_of(self.act).en
        return f"{act}, {article_en(self.article)}" if self.article else act


def check_article(article: str) -> None:
    """Raises LawError unless `article` is empty or in this module's notation."""
    if article and not _ARTICLE.fullmatch(article):
        raise LawError(f"article {article!r} is not written like 13, 13(1), 13(1).2 or 63.4")


@lru_cache(maxsize=1024)
def article_zh(article: str) -> str:
    """`13(1).1` → 第十三条第一款第（一）项."""
    if not article:
        return ""
    check_article(article)
    part = _parts(article)
    text = f"第{number_zh(part['article'])}条"
    text += f"之{number_zh(part['branch'])}" if part["branch"] else ""
    text += f"第{number_zh(part['paragraph'])}款" if part["paragraph"] else ""
    return text + (f"第（{number_zh(part['item'])}）项" if part["item"] else "")


@lru_cache(maxsize=1024)
def article_en(article: str) -> str:
    """`13(1).1` → Article 13, paragraph 1, item 1."""
    if not article:
        return ""
    check_article(article)
    part = _parts(article)
    text = f"Article {part['article']}" + (f"-{part['branch']}" if part["branch"] else "")
    text += f", paragraph {part['paragraph']}" if part["paragraph"] else ""
    return text + (f", item {part['item']}" if part["item"] else "")


def number_zh(number: int) -> str:
    """1 to 9999 in Chinese as articles are numbered: 10 十, 14 十四, 112 一百一十二, 1208 一千二百零八."""
    text, is_gap = "", False
    for digit, unit in zip(f"{number:04d}", ("千", "百", "十", ""), strict=True):
        if digit == "0":
            is_gap = bool(text)
            continue
        text += ("零" if is_gap else "") + _DIGITS[int(digit)] + unit
        is_gap = False
    return text.removeprefix("一") if 10 <= number < 20 else text


@lru_cache(maxsize=1)
def acts() -> dict[str, Act]:
    """Every act of this product's own `sources.yaml`, by key."""
    return load_acts(LAW_ROOT / "sources.yaml")


def act_of(key: str) -> Act:
    """Raises LawError for a key that `sources.yaml` does not hold."""
    try:
        return acts()[key]
    except KeyError:
        raise LawError(f"sources.yaml holds no act {key!r}") from None


@lru_cache(maxsize=1)
def gists() -> dict[tuple[str, str], tuple[str, str]]:
    """(act, article) → its gist in Chinese and English, from `national/gists.yaml`."""
    rows = read_mapping(LAW_ROOT / "national" / "gists.yaml")["gists"]
    return {
        (act, str(article)): (text["zh"], text["en"])
        for act, of_act in rows.items()
        for article, text in of_act.items()
    }


@lru_cache(maxsize=64)
def texts(act: str) -> dict[str, str]:
    """Article number → its words, of the articles of `act` that this product cites; from `texts/<act>.yaml`."""
    path = LAW_ROOT / "texts" / f"{act}.yaml"
    return dict(read_mapping(path)["articles"]) if path.exists() else {}


def load_acts(path: Path) -> dict[str, Act]:
    """Raises LawError, naming file and key, for an act with a missing, unknown or mistyped field."""
    return {key: _act(f"{path.name}: {key}", key, row) for key, row in read_mapping(path).items()}


def _act(where: str, key: str, row: Any) -> Act:
    if not isinstance(row, dict):
        raise LawError(f"{where}: an act needs zh, en, issuer, number and in_force_on")
    try:
        act = Act(key=key, **row)
    except TypeError as error:
        raise LawError(f"{where}: {error}") from None
    if type(act.in_force_on) is not date or type(act.repealed_on) not in (date, type(None)):
        raise LawError(f"{where}: in_force_on and repealed_on must be days")
    if not all((act.zh, act.en, act.issuer)):
        raise LawError(f"{where}: zh, en and issuer must not be empty")
    return act


def _parts(article: str) -> dict[str, int]:
    found = _ARTICLE.fullmatch(article)
    assert found is not None
    return {name: int(digits or 0) for name, digits in found.groupdict().items()}
