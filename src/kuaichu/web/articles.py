"""Articles that open on a desk: stored with a decision, shown with the act's own words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from kuaichu.law.citations import Citation
from kuaichu.law.errors import LawError


@dataclass(frozen=True)
class Article:
    """Name, one plain sentence and the act's own words (Chinese); either of the last two may be empty."""

    name: str
    gist: str
    words: str


def articles_of(items: Iterable[Mapping[str, Any]]) -> tuple[Article, ...]:
    """Stored articles (`act`, `article`, `zh`, `en`) in the page's language; those stored before their codes were kept
    have no words.
    """
    is_english = (get_language() or "").startswith("en")
    return tuple(_article(item, is_english) for item in items)


def _article(item: Mapping[str, Any], is_english: bool) -> Article:
    name = (is_english and item.get("en")) or item.get("zh") or ""
    try:
        cited = Citation(item["act"], item["article"]) if item.get("act") else None
        gist = (cited.gist_en if is_english else cited.gist_zh) if cited else ""
        return Article(str(name), gist, cited.text_zh if cited else "")
    except (LawError, KeyError):
        return Article(str(name), "", "")
