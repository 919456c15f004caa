"""A stored proposal (JSON of `law`) in the page's language: every step with its article, and what would change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from kuaichu.cases.models import Party, PartyKind
from kuaichu.errors import Refused
from kuaichu.law.values import CERTAINTIES, mark_of
from kuaichu.liability.findings import findings_of
from kuaichu.liability.models import Proposal
from kuaichu.web.articles import Article, articles_of

GRADES = ("full", "primary", "equal", "secondary", "none")


@dataclass(frozen=True)
class Step:
    """Fact → rule → articles → effect. `letter` is empty where it is about all; `mark`: 参考 and the like."""

    letter: str
    fact: str
    effect: str
    rule: str
    mark: str
    articles: tuple[Article, ...]


@dataclass(frozen=True)
class Alternative:
    """Another fact, and the grades it would give (letter, grade); none: an officer decides."""

    text: str
    grades: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Outcome:
    """The law's answer for one accident of a chain (`impacts`: (hitter, hit)), or for one account (`letter`)."""

    letter: str
    impacts: tuple[tuple[str, str], ...]
    grades: tuple[tuple[str, str], ...]
    officer_reason: str
    steps: tuple[Step, ...]


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
    may_be_parked: bool = False
    is_parked: bool = False


@dataclass(frozen=True)
class ProposalView:
    """What the officer reads before deciding. `officer_reason` says why the machine proposes nothing, `tentative` what
    would follow from the part that all accounts share, `acts` (letter -> words) what its reasons say of a party: always
    in Chinese, for the document says it. `accidents`: of a chain that is several in law. `accounts`: if one were right.
    """

    grades: dict[str, str]
    shares: dict[str, int]
    share_mark: str
    is_officer_needed: bool
    officer_reason: str
    tentative: dict[str, str]
    steps: tuple[Step, ...]
    changes_if: tuple[Alternative, ...]
    accidents: tuple[Outcome, ...]
    accounts: tuple[Outcome, ...]
    acts: dict[str, str]


def view_of(proposal: Proposal | None) -> ProposalView | None:
    """None while there is no proposal."""
    if proposal is None:
        return None
    result = proposal.result
    by_account = (result.get("by_account") or {}).items()
    return ProposalView(
        grades=dict(result.get("grades") or {}),
        shares=dict(result.get("shares") or {}),
        share_mark=_said(result.get("share_mark") or {}),
        is_officer_needed=bool(result.get("is_officer_needed")),
        officer_reason=_said(result.get("officer_reason", {})),
        tentative=dict(result.get("tentative_grades") or {}),
        steps=_steps(result),
        changes_if=tuple(_alternative(item) for item in result.get("changes", ())),
        accidents=tuple(_outcome("", item) for item in result.get("accidents", ())),
        accounts=tuple(_outcome(letter, item) for letter, item in sorted(by_account)),
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
    has_rider = any(party.kind != PartyKind.MOTOR for party in case_parties)
    grades, shares, acts = (view.grades, view.shares, view.acts) if view else ({}, {}, {})
    return [
        Line(
            party,
            typed.get(f"grade_{party.letter}", "") if typed else grades.get(party.letter) or "",
            typed.get(f"share_{party.letter}", "") if typed else str(shares.get(party.letter, "")),
            grades.get(party.letter) or "",
            (typed or {}).get(f"conduct_{party.letter}", acts.get(party.letter, "")),
            faults.get(f"conduct_{party.letter}"),
            has_rider and party.kind == PartyKind.MOTOR,
            bool((typed or {}).get(f"parked_{party.letter}")),
        )
        for party in case_parties
    ]


def _steps(result: Mapping[str, Any]) -> tuple[Step, ...]:
    return tuple(_step(item) for item in result.get("reasons", ()))


def _step(item: Mapping[str, Any]) -> Step:
    is_english = _is_english()
    fact = item.get("act_en" if is_english else "act") or _said(item)
    effect = item.get("effect_en" if is_english else "effect_zh") or ""
    certainty = item.get("certainty", "law")
    mark = mark_of(certainty)[is_english] if certainty in CERTAINTIES else ""
    articles = articles_of(item.get("articles", ()))
    return Step(str(item.get("letter", "")), str(fact), str(effect), str(item.get("rule", "")), mark, articles)


def _alternative(item: Mapping[str, Any]) -> Alternative:
    """Those stored before the grades were kept say them in their sentence."""
    text = item.get("if_en" if _is_english() else "if_zh")
    return Alternative(str(text or _said(item)), tuple(sorted((item.get("grades") or {}).items())))


def _outcome(letter: str, item: Mapping[str, Any]) -> Outcome:
    return Outcome(
        letter=letter,
        impacts=tuple((hitter, hit) for hitter, hit in item.get("impacts", ())),
        grades=tuple(sorted(item["grades"].items())),
        officer_reason=_said(item.get("officer_reason", {})),
        steps=_steps(item),
    )


def _is_english() -> bool:
    return (get_language() or "").startswith("en")


def _said(item: Any) -> str:
    """`zh` or `en` of an entry, in the page's language."""
    if isinstance(item, str):
        return item
    return str(item.get("en" if _is_english() else "zh") or item.get("zh") or "")
