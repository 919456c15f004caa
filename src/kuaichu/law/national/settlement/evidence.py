"""Items of loss with the evidence that usually proves each: what an adjuster asks for once, in full (保险法 22(2))."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from kuaichu.law.citations import Citation
from kuaichu.law.national.settlement.shapes import Head
from kuaichu.law.reading import read_mapping

_ACTS = {"law": "civil_code", "injury": "personal_injury_interpretation", "road": "injury_interpretation"}


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its head, the evidence codes it needs, and the article it rests on."""

    code: str
    zh: str
    en: str
    head: Head
    needs: tuple[str, ...]
    citations: tuple[Citation, ...]

    @property
    def known(self) -> frozenset[str]:
        """Every evidence code that may be named, needed here or not."""
        return frozenset(evidence())


class _Items(Mapping[str, Item]):
    """Read at the first question, so that a settlement without items costs nothing."""

    def __getitem__(self, code: str) -> Item:
        return _table()[1][code]

    def __iter__(self) -> Any:
        return iter(_table()[1])

    def __len__(self) -> int:
        return len(_table()[1])


ITEMS: Mapping[str, Item] = _Items()


def evidence() -> dict[str, tuple[str, str]]:
    """Every kind of evidence with its names."""
    return _table()[0]


def what_is_missing(losses: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For each loss that names its item: the evidence needed and what of it is not there yet."""
    found = []
    for id, loss in losses.items():
        if loss.get("item"):
            item, given = ITEMS[loss["item"]], set(loss.get("evidence") or ())
            missing = [code for code in item.needs if code not in given]
            names = evidence()
            found.append(
                {
                    "loss": id,
                    "item": item.code,
                    "zh": item.zh,
                    "en": item.en,
                    "needed": list(item.needs),
                    "missing": missing,
                    "missing_zh": "、".join(names[code][0] for code in missing),
                    "articles": [{"act": cite.act, "article": cite.article, "zh": cite.zh} for cite in item.citations],
                }
            )
    return found


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, tuple[str, str]], dict[str, Item]]:
    content = read_mapping(Path(__file__).parent / "items.yaml")
    names = {code: (zh, en) for code, (zh, en) in content["evidence"].items()}
    items = {code: _item(code, row) for code, row in content["items"].items()}
    unknown = {need for item in items.values() for need in item.needs} - set(names)
    assert not unknown, f"items.yaml: unknown evidence {unknown}"
    return names, items


def _item(code: str, row: dict[str, Any]) -> Item:
    citations = tuple(Citation(_ACTS[act], article) for act, article in (text.split(" ") for text in row["articles"]))
    return Item(code, row["zh"], row["en"], Head(row["head"]), tuple(row["needs"]), citations)
