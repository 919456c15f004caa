"""Pieces of answers: articles and steps."""

from collections.abc import Iterable
from typing import Any

from kuaichu.law.citations import Citation

_articles: dict[Citation, dict[str, str]] = {}
_brief: dict[Citation, dict[str, str]] = {}


def article(citation: Citation) -> dict[str, str]:
    """Act and article in the house's notation, and written out."""
    found = _articles.get(citation)
    if found is None:
        found = _articles[citation] = {
            "act": citation.act,
            "article": citation.article,
            "zh": citation.zh,
            "en": citation.en,
        }
    return found


def brief_articles(citations: Iterable[Citation]) -> list[dict[str, str]]:
    """Without the English title: a settlement cites the same few acts in every line."""
    return [_brief.get(citation) or _make_brief(citation) for citation in citations]


def _make_brief(citation: Citation) -> dict[str, str]:
    found = _brief[citation] = {"act": citation.act, "article": citation.article, "zh": citation.zh}
    return found


def articles(citations: Iterable[Citation]) -> list[dict[str, str]]:
    return [article(citation) for citation in citations]


def step(fact: tuple[str, str], rule: str, citations: Iterable[Citation], effect: tuple[str, str]) -> dict[str, Any]:
    """Fact → rule → articles → effect, in Chinese with English beside."""
    return {
        "fact": fact[0],
        "rule": rule,
        "articles": articles(citations),
        "effect": effect[0],
        "fact_en": fact[1],
        "effect_en": effect[1],
    }
