"""The proposal as a party reads it: what each side bears, why, by which article, and what would change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext

from kuaichu.cases.models import Party
from kuaichu.liability.models import Proposal
from kuaichu.web.driver import words


@dataclass(frozen=True)
class Bearing:
    """One side. `grade` is a code of the law's list, empty where an officer decides."""

    title: str
    is_me: bool
    plate: str
    grade: str


@dataclass(frozen=True)
class Why:
    """One step of the reason with its articles as (name, gist)."""

    text: str
    articles: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ProposalPage:
    """`officer_reason` says why nothing is proposed."""

    sides: tuple[Bearing, ...]
    reasons: tuple[Why, ...]
    changes_if: tuple[str, ...]
    is_officer_needed: bool
    officer_reason: str


def view_of(row: Proposal, parties: Sequence[Party], *, me: Party) -> ProposalPage:
    """The stored JSON in the page's language."""
    result = row.result
    grades = result.get("grades") or {}
    return ProposalPage(
        sides=tuple(
            Bearing(words.side(party.letter), party.pk == me.pk, party.plate, grades.get(party.letter) or "")
            for party in parties
        ),
        reasons=tuple(_why(item) for item in result.get("reasons", ())),
        changes_if=tuple(_said(item) for item in result.get("changes", ())),
        is_officer_needed=bool(result.get("is_officer_needed")),
        officer_reason=_said(result.get("officer_reason") or {}) or gettext("这种情形要由民警来判断"),
    )


def _why(item: Mapping[str, Any]) -> Why:
    return Why(_said(item), tuple((_said(article), _said(article, "gist")) for article in item.get("articles", ())))


def _said(item: Any, prefix: str = "") -> str:
    """`zh`/`en` (or `<prefix>_zh`/`<prefix>_en`) of an entry, in the page's language."""
    if isinstance(item, str):
        return item
    lang = "en" if (get_language() or "").startswith("en") else "zh"
    stem = f"{prefix}_" if prefix else ""
    return str(item.get(f"{stem}{lang}") or item.get(f"{stem}zh") or "")
