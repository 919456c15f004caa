"""From rows to the law's arithmetic and back: nothing is decided here and nothing is written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from kuaichu.cases.models import Case, Party, PartyKind
from kuaichu.claims.models import Claim
from kuaichu.claims.states import ClaimState
from kuaichu.clock import local_day
from kuaichu.law.citations import Citation
from kuaichu.law.national import settlement as rules
from kuaichu.liability.queries import Grades

WHOLE = 100
_LETTER = re.compile(r"(?: |(?<![A-Za-z]))([ABC])(?: 方|(?=、[ABC]\b)|(?= \d+%))")


@dataclass(frozen=True)
class Computed:
    """What the law computed, or the problem ({"code", "zh", "en"}) for which a person has to."""

    result: rules.Settlement | None
    problem: dict[str, str]
    may_each_pay_own: bool


def compute(case: Case, entered: rules.SettlementInput) -> Computed:
    """Settle, and try whether 互碰自赔 would be open to the parties. The day of the accident decides the limits."""
    on = local_day(case.occurred_at or case.created_at)
    try:
        result = rules.settle(entered, on=on, place=case.place_id)
        wished = rules.settle(replace(entered, all_agree_own_pays=True), on=on, place=case.place_id)
    except rules.SettlementError as error:
        return Computed(None, {"code": error.code, "zh": with_titles(error.zh), "en": error.en}, False)
    return Computed(result, {}, wished.mode == "each_pays_own")


def entered_of(
    parties: Sequence[Party],
    *,
    claims: Sequence[Claim],
    grades: Grades,
    totals: Mapping[UUID, int],
    is_own_pay_wished: bool,
) -> rules.SettlementInput:
    """The accident in the law's terms; `totals` are assessed losses in fen by party id."""
    covers = {claim.party_id: claim for claim in claims if claim.state != ClaimState.REFUSED}
    has_shares = _are_shares_meant(parties, grades)
    inputs = []
    for party in parties:
        claim, total = covers.get(party.pk), totals[party.pk]
        inputs.append(
            rules.PartyInput(
                letter=party.letter,
                kind=rules.Kind(party.kind),
                grade=rules.Grade(grades.grades[party.letter]),
                share_percent=grades.shares[party.letter] if has_shares else None,
                has_ctpl=claim is not None and claim.has_ctpl,
                tpl_limit_fen=claim.tpl_limit_fen if claim else 0,
                tpl_deductible_percent=claim.tpl_deductible_percent if claim else 0,
                has_own_damage=claim is not None and claim.has_own_damage,
                own_damage_deductible_percent=claim.own_damage_deductible_percent if claim else 0,
                losses=(rules.Loss(party.letter, rules.Head.VEHICLE, total),) if total else (),
                is_parked_lawfully=party.letter in grades.parked,
            )
        )
    return rules.SettlementInput(parties=tuple(inputs), all_agree_own_pays=is_own_pay_wished)


def _are_shares_meant(parties: Sequence[Party], grades: Grades) -> bool:
    """Shares count when they are whole. Between a car and a rider of whom one bears nothing, the law's own share
    holds.
    """
    is_mixed = any(party.kind != PartyKind.MOTOR for party in parties)
    is_one_sided = "none" in grades.grades.values()
    return sum(grades.shares.values()) == WHOLE and not (is_mixed and is_one_sided)


def steps_json(result: rules.Settlement) -> list[dict[str, Any]]:
    """The explanation as stored: first why this mode, then the steps."""
    return [_step(step, "mode") for step in result.mode_reasons] + [_step(step, "step") for step in result.steps]


def with_titles(text: str) -> str:
    """`A 方` and `A 70%` as 甲方 and 甲方 70%: how the parties are called on pages and in documents."""
    return _LETTER.sub(lambda found: "甲乙丙"["ABC".index(found[1])] + "方", text)


def _step(step: rules.Step, kind: str) -> dict[str, Any]:
    mark_zh, mark_en = (f"（{step.mark_zh}）", f" ({step.mark_en})") if step.mark_zh else ("", "")
    return {
        "kind": kind,
        "zh": with_titles(step.zh) + mark_zh,
        "en": step.en + mark_en,
        "articles": articles_json(step.citations),
    }


def articles_json(citations: Sequence[Citation]) -> list[dict[str, str]]:
    """Citations as stored, in both languages."""
    return [
        {"act": citation.act, "article": citation.article, "zh": citation.zh, "en": citation.en}
        for citation in citations
    ]
