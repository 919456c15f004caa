"""A stored proposal (JSON of `law`) in the page's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from kuaichu.cases.models import Party
from kuaichu.errors import Refused
from kuaichu.liability.findings import findings_of
from kuaichu.liability.models import Proposal

GRADES = ("full", "primary", "equal", "secondary", "none")


@dataclass(frozen=True)
class Reason:
    """Why: whom it is about (empty for all), the sentence, the articles as (name, gist)."""

    letter: str
    text: str
    articles: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Line:
    """One party in the form: grade and share in percent as typed or proposed, both empty when nothing is proposed; what
    it did wrong in the words of the document, as typed or from the proposal's reasons, and what is wrong with that.
    """

    party: Party
    grade: str
    share: str
    proposed: str
    conduct: str
    conduct_fault: Refused | None = None


@dataclass(frozen=True)
class ProposalView:
    """What the officer reads before deciding. `officer_reason` says why the machine proposes nothing, `tentative` what
    would follow from the part that all accounts share, `acts` (letter -> words) what its reasons say of a party: always
    in Chinese, for the document says it.
    """

    grades: dict[str, str]
    shares: dict[str, int]
    is_officer_needed: bool
    officer_reason: str
    tentative: dict[str, str]
    reasons: tuple[Reason, ...]
    changes_if: tuple[str, ...]
    acts: dict[str, str]


def view_of(proposal: Proposal | None) -> ProposalView | None:
    """None while there is no proposal."""
    if proposal is None:
        return None
    result = proposal.result
    return ProposalView(
        grades=dict(result.get("grades") or {}),
        shares=dict(result.get("shares") or {}),
        is_officer_needed=bool(result.get("is_officer_needed")),
        officer_reason=_said(result.get("officer_reason", {})),
        tentative=dict(result.get("tentative_grades") or {}),
        reasons=tuple(_reason(item) for item in result.get("reasons", ())),
        changes_if=tuple(_said(item) for item in result.get("changes", ())),
        acts=_acts(result),
    )


def _acts(result: Mapping[str, Any]) -> dict[str, str]:
    letters = {reason["letter"] for reason in result.get("reasons", ()) if reason.get("letter")}
    found = findings_of(result, dict.fromkeys(letters, "full"), {})
    return {letter: act for letter, (act, _) in found.items() if act}


def lines(
    case_parties: list[Party],
    view: ProposalView | None,
    *,
    typed: Mapping[str, str] | None,
    faults: Mapping[str, Refused],
) -> list[Line]:
    """The form's lines: what was typed if anything was, else what is proposed."""
    grades, shares, acts = (view.grades, view.shares, view.acts) if view else ({}, {}, {})
    return [
        Line(
            party,
            typed.get(f"grade_{party.letter}", "") if typed else grades.get(party.letter) or "",
            typed.get(f"share_{party.letter}", "") if typed else str(shares.get(party.letter, "")),
            grades.get(party.letter) or "",
            (typed or {}).get(f"conduct_{party.letter}", acts.get(party.letter, "")),
            faults.get(f"conduct_{party.letter}"),
        )
        for party in case_parties
    ]


def _reason(item: Mapping[str, Any]) -> Reason:
    articles = tuple((_said(article), _said(article, "gist")) for article in item.get("articles", ()))
    return Reason(str(item.get("letter", "")), _said(item) or str(item.get("act", "")), articles)


def _said(item: Any, prefix: str = "") -> str:
    """`zh`/`en` (or `<prefix>_zh`/`<prefix>_en`) of an entry, in the page's language."""
    if isinstance(item, str):
        return item
    lang = "en" if (get_language() or "").startswith("en") else "zh"
    stem = f"{prefix}_" if prefix else ""
    return str(item.get(f"{stem}{lang}") or item.get(f"{stem}zh") or "")
