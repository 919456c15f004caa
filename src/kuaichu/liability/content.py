"""What the instruments say: the facts of the case in the words of the forms."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kuaichu import clock, law
from kuaichu.accounts.models import Person
from kuaichu.cases.models import Case, Party, PartyKind
from kuaichu.clock import BEIJING
from kuaichu.dossier.actions.instruments import new_number, new_verify_code, verify_url
from kuaichu.dossier.documents.content import (
    AgreementContent,
    DeterminationContent,
    PartyBlock,
    PartyFinding,
    ReviewConclusionContent,
)
from kuaichu.dossier.documents.wording import performance_clauses, rights_notices
from kuaichu.dossier.states import InstrumentKind
from kuaichu.law.citations import number_zh
from kuaichu.law.identifiers import Plate, document_kinds
from kuaichu.liability.facts import agreed_situations
from kuaichu.liability.models import Review
from kuaichu.liability.proposals import impacts_of

_LETTERS = {"A": "甲", "B": "乙", "C": "丙"}
_DAY = "%Y年%m月%d日"
_MINUTE = "%Y年%m月%d日 %H时%M分"


def agreement(case: Case, parties: Sequence[Party], grades: Mapping[str, str]) -> AgreementContent:
    """The self-settlement agreement with the contents of 令146 Art. 21."""
    code = new_verify_code()
    return AgreementContent(
        number=new_number(case, InstrumentKind.AGREEMENT),
        occurred_at_text=_moment(case),
        location=case.location,
        weather_label=law.codes.label("weather", case.weather),
        form_label=law.codes.label("collision_form", case.collision_form),
        parties=_blocks(parties, grades),
        facts_text=facts_text(case, parties),
        clauses=performance_clauses(has_claims=any(party.insurer_id for party in parties)),
        drawn_on_text=clock.now().astimezone(BEIJING).strftime(_DAY),
        verify_url=verify_url(code),
        verify_code=code,
        unit_name=case.unit.name,
        place_name=case.place.name,
    )


def determination(
    case: Case,
    parties: Sequence[Party],
    grades: Mapping[str, str],
    *,
    findings: Mapping[str, tuple[str, str]],
    facts: str,
    officer: Person,
) -> DeterminationContent:
    """The simplified determination (令146 Art. 24(2)). `findings` maps letters to (conduct, provision), both may be
    empty.
    """
    code = new_verify_code()
    unit = officer.agency or case.unit
    reviewer_name = unit.superior.name if unit.superior else unit.name
    on = clock.today()
    return DeterminationContent(
        number=new_number(case, InstrumentKind.DETERMINATION),
        unit_name=unit.name,
        occurred_at_text=_moment(case),
        location=case.location,
        weather_label=law.codes.label("weather", case.weather),
        form_label=law.codes.label("collision_form", case.collision_form),
        parties=_blocks(parties, grades),
        facts_text=facts,
        is_slight_injury=case.answers.filter(question="injured").exclude(answer="no").exists(),
        findings=tuple(
            PartyFinding(
                letter=_LETTERS[party.letter],
                name=party.name,
                act_text=findings.get(party.letter, ("", ""))[0],
                provision_text=findings.get(party.letter, ("", ""))[1],
                liability_label=law.codes.label("liability", grades[party.letter]),
            )
            for party in parties
        ),
        basis_text="根据《道路交通事故处理程序规定》第六十条的规定，作出上述认定。",
        officer_name=officer.name,
        officer_number=officer.officer_number,
        issued_on_text=clock.now().astimezone(BEIJING).strftime(_DAY),
        rights_notices=rights_notices(
            unit_name=unit.name,
            review_authority_name=reviewer_name,
            review_days=law.value("review.apply", on=on, place=case.place_id).number,
            mediation_days=law.value("mediation.apply", on=on, place=case.place_id).number,
            limitation_years=law.value("suit.limitation", on=on, place=case.place_id).number,
        ),
        review_authority_name=reviewer_name,
        verify_url=verify_url(code),
        verify_code=code,
        place_name=case.place.name,
    )


def review_conclusion(review: Review, *, conclusion: str, officer: Person) -> ReviewConclusionContent:
    """The conclusion of a review (令146 Arts. 76, 78)."""
    case = review.determination.case
    code = new_verify_code()
    unit = officer.agency or case.unit
    return ReviewConclusionContent(
        number=new_number(case, InstrumentKind.REVIEW),
        unit_name=unit.name,
        applicant_name=review.applicant.name,
        applied_on_text=review.applied_at.astimezone(BEIJING).strftime(_DAY),
        original_unit_name=case.unit.name,
        original_number=review.determination.instrument.number,
        request_text=review.reason,
        findings_text=review.determination.facts_text,
        conclusion_text=conclusion,
        issued_on_text=clock.now().astimezone(BEIJING).strftime(_DAY),
        verify_url=verify_url(code),
        verify_code=code,
    )


def facts_text(case: Case, parties: Sequence[Party]) -> str:
    """The course of the accident in one paragraph, from what the parties agree on."""
    movers = "，".join(f"{_LETTERS[party.letter]}方{party.name}{_vehicle_words(party)}" for party in parties)
    agreed = agreed_situations(parties)
    acts = "；".join(
        f"{_LETTERS[letter]}方" + "、".join(law.codes.label("situation", code) for code in codes)
        for letter, codes in sorted(agreed.items())
        if codes
    )
    form = law.codes.label("collision_form", case.collision_form)
    tail = f"其中{acts}。" if acts else ""
    injury = "，无人员伤亡" if _is_without_injury(case) else ""
    told = f"{_moment(case)}，{movers}，在{case.location}发生{form}，造成车辆损坏{injury}。{tail}"
    return told + impacts_text((impact.hitter, impact.hit) for impact in impacts_of(case))


def impacts_text(pairs: Iterable[tuple[str, str]]) -> str:
    """碰撞顺序 as a sentence; empty without impacts."""
    numbered = enumerate(pairs, 1)
    acts = "；".join(f"第{number_zh(n)}次，{_LETTERS[hitter]}方撞{_LETTERS[hit]}方" for n, (hitter, hit) in numbered)
    return f"碰撞先后：{acts}。" if acts else ""


def accidents_text(result: Mapping[str, Any]) -> str:
    """What the law says of each accident of a chain, for the officer to keep or change; empty for one accident.

    `result` is a stored proposal. Only accidents that all have a grade are told.
    """
    accidents = result.get("accidents") or []
    if not accidents or not all(accident["grades"] for accident in accidents):
        return ""
    parts = []
    for accident in accidents:
        pairs = "、".join(f"{_LETTERS[hitter]}方撞{_LETTERS[hit]}方" for hitter, hit in accident["impacts"])
        grades = accident["grades"].items()
        parts.append(pairs + "：" + "，".join(f"{_LETTERS[x]}方{law.codes.label('liability', y)}" for x, y in grades))
    return "分别认定：" + "；".join(parts) + "。"


def _is_without_injury(case: Case) -> bool:
    """Only what somebody answered may stand in an instrument."""
    return case.answers.filter(question="injured", answer="no").exists()


def _vehicle_words(party: Party) -> str:
    kind = law.codes.label("transport", party.vehicle_kind) if party.vehicle_kind else "车辆"
    verb = "" if kind.startswith("驾驶") else "骑" if party.kind == PartyKind.NONMOTOR else "驾驶"
    return f"{verb}{kind}" + (f"（{party.plate}）" if party.plate else "")


def _moment(case: Case) -> str:
    return case.occurred_at.astimezone(BEIJING).strftime(_MINUTE) if case.occurred_at else ""


def _blocks(parties: Sequence[Party], grades: Mapping[str, str]) -> tuple[PartyBlock, ...]:
    agreed = agreed_situations(parties)
    return tuple(_block(party, grades[party.letter], agreed.get(party.letter, ())) for party in parties)


def _block(party: Party, grade: str, situations: Sequence[str]) -> PartyBlock:
    return PartyBlock(
        letter=_LETTERS[party.letter],
        name=party.name,
        id_kind_label=document_kinds[party.document_kind][0] if party.document_kind in document_kinds else "身份证",
        id_number=party.document_number,
        phone=party.phone,
        vehicle_type_label=law.codes.label("transport", party.vehicle_kind).removeprefix("驾驶"),
        plate=Plate(party.plate_kind, party.plate).display if party.plate_kind else "无号牌",
        plate_kind_label=law.codes.label("plate_kind", party.plate_kind)
        if law.codes.holds("plate_kind", party.plate_kind)
        else "",
        insurer_name=party.insurer.name if party.insurer else "未投保",
        policy_number=party.policy_number or "无",
        claim_number=None,
        damaged_parts_label="、".join(law.codes.label("damaged_part", part) for part in party.damaged_parts),
        situation_label="、".join(law.codes.label("situation", code) for code in situations),
        liability_label=law.codes.label("liability", grade),
        statement=party.statement,
        travel_mode_label=law.codes.label("transport", party.vehicle_kind),
    )
