"""The law's proposal for a case, as the JSON that is stored and shown."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kuaichu import clock, law
from kuaichu.cases.models import Case, Party, PartyKind
from kuaichu.law.national.liability import Kind, LiabilityFacts, PartyFacts, Proposal, ReasonStep
from kuaichu.law.national.liability import propose as propose_by_law
from kuaichu.liability.facts import agreed_situations, disputed_letters


def facts_of(case: Case, parties: Sequence[Party]) -> LiabilityFacts:
    """What the accounts agree on, in the law's terms."""
    agreed = agreed_situations(parties)
    return LiabilityFacts(
        parties=tuple(
            PartyFacts(
                letter=party.letter,
                kind=Kind(party.kind),
                situations=agreed[party.letter],
                damaged_parts=tuple(party.damaged_parts),
            )
            for party in parties
        ),
        collision_form=case.collision_form,
    )


def digest_of(facts: LiabilityFacts, disputed: Sequence[str]) -> str:
    """SHA-256 (hex) that changes when any fact of the proposal does."""
    return hashlib.sha256(json.dumps([repr(facts), list(disputed)]).encode()).hexdigest()


def propose(case: Case, parties: Sequence[Party]) -> tuple[str, dict[str, Any]]:
    """The digest of the facts and the proposal: grades and shares by letter (empty when an officer has to decide),
    reasons with articles, and what would change it."""
    facts, disputed = facts_of(case, parties), disputed_letters(parties)
    on = clock.local_day(case.occurred_at or case.created_at)
    return digest_of(facts, disputed), _as_json(propose_by_law(facts, on=on, place=case.place_id), disputed)


def _as_json(proposal: Proposal, disputed: Sequence[str]) -> dict[str, Any]:
    """Where the accounts contradict each other nothing is proposed: the law leaves that to an officer (令146 Art.
    20).
    """
    is_officer_needed = proposal.is_officer_needed or bool(disputed)
    grades = {party.letter: str(party.grade) for party in proposal.parties if party.grade is not None}
    why = {"zh": proposal.officer_zh, "en": proposal.officer_en}
    if disputed:
        why = {
            "zh": "双方对事情经过说法不一，要由民警来定责",
            "en": "The parties tell it differently, so an officer has to determine",
        }
    return {
        "grades": {} if is_officer_needed else grades,
        "shares": {}
        if is_officer_needed
        else {party.letter: party.share_percent for party in proposal.parties if party.share_percent is not None},
        "tentative_grades": grades if disputed else {},
        "is_officer_needed": is_officer_needed,
        "officer_reason": why if is_officer_needed else {"zh": "", "en": ""},
        "disputed": list(disputed),
        "reasons": [_reason(step) for step in proposal.steps],
        "changes": [{"zh": _titled(change.zh), "en": change.en} for change in proposal.changes_if],
    }


def _titled(text: str) -> str:
    """The law speaks of sides A, B, C; the forms say 甲方, 乙方, 丙方."""
    for letter, title in (("A", "甲"), ("B", "乙"), ("C", "丙")):
        text = text.replace(f" {letter} 方", f"{title}方").replace(f"{letter} 方", f"{title}方")
    return text


def _reason(step: ReasonStep) -> dict[str, Any]:
    return {
        "letter": step.letter,
        "rule": step.rule,
        "act": _titled(step.fact_zh),
        "zh": _titled(step.zh),
        "en": step.en,
        "articles": [
            {"zh": citation.full_zh, "en": citation.en, "gist_zh": citation.gist_zh, "gist_en": citation.gist_en}
            for citation in step.citations
        ],
        "causes": list(step.cause_codes),
        "certainty": step.certainty,
    }


def shares_by_law(
    parties: Sequence[Party], grades: Mapping[str, str], *, on: date, place: str
) -> dict[str, int] | None:
    """The usual shares of compensation in percent, which are not the grades themselves (民法典 1165, 道交法 76).

    None where no table gives them: three at fault, or a rider among three parties; then a person says how they share.
    """
    motors = [party.letter for party in parties if party.kind == PartyKind.MOTOR]
    riders = [party.letter for party in parties if party.kind != PartyKind.MOTOR]
    if len(motors) == len(riders) == 1:
        motor = law.value(f"share_to_nonmotor.{grades[motors[0]]}", on=on, place=place).number
        return {motors[0]: motor, riders[0]: 100 - motor}
    at_fault = [letter for letter, grade in grades.items() if grade != "none"]
    if riders or len(at_fault) > 2:
        return None
    return {letter: law.value(f"share.{grade}", on=on, place=place).number for letter, grade in grades.items()}
