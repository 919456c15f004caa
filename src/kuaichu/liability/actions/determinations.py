"""Only an officer issues a determination: confirmed or changed with a reason, one officer suffices (令146 Arts. 23,
24).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from kuaichu import clock, law
from kuaichu.accounts.models import Person
from kuaichu.cases import deadlines, matters
from kuaichu.cases.actions.particulars import is_party_complete
from kuaichu.cases.locking import lock_case, save_case
from kuaichu.cases.models import Case, Party, PartyKind
from kuaichu.cases.permissions import may_handle
from kuaichu.cases.states import Path, Stage, require_move
from kuaichu.dossier.actions import instruments
from kuaichu.dossier.models import Instrument
from kuaichu.dossier.states import InstrumentKind
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor
from kuaichu.liability import content
from kuaichu.liability.actions.choices import current_proposal
from kuaichu.liability.findings import findings_of
from kuaichu.liability.models import Determination, Proposal
from kuaichu.liability.proposals import shares_by_law

MAX_FACTS = 1000
_WHOLE = 100


@dataclass(frozen=True)
class Decision:
    """What the officer decides: a grade (full, primary, equal, secondary, none) for each letter.

    `override_reason` is due when the grades differ from the proposal's. `shares` (percent, sum 100) are needed only
    where no table of the law gives them (three at fault). `conduct` may give the officer's own words on a party, by
    letter. `parked`: letters of the motor vehicles without liability that were found to be parked lawfully, towards
    which a place may have a share of its own.
    """

    grades: Mapping[str, str]
    facts_text: str
    shares: Mapping[str, int] = field(default_factory=dict)
    override_reason: str = ""
    conduct: Mapping[str, str] | None = None
    parked: frozenset[str] = frozenset()


@transaction.atomic
def determine(*, case_id: UUID, officer: Person, decision: Decision) -> Instrument:
    """Issue and serve the determination; both parties' phones show it at once.

    Raises Refused: case.not_yours, case.moved_on, determination.* (grades that do not fit, missing words).
    """
    case = lock_case(case_id)
    if not may_handle(officer, case):
        raise Refused("case.not_yours", "这个案件不归您的单位办理")
    target = require_move("determine", stage=case.stage, who="staff")
    if case.stage == Stage.LIABILITY and case.path != Path.ONLINE:
        raise Refused("determination.not_asked", "双方还没有共同申请民警认定")
    parties = list(case.parties.select_related("insurer"))
    _require_parties(parties)
    _check(decision, {party.letter for party in parties})
    if not all(_may_be_parked(letter, parties, decision.grades) for letter in decision.parked):
        raise Refused("determination.parked", "只有无责任的机动车可以写明依法停放")
    proposal = current_proposal(case)
    is_override = proposal is None or dict(proposal.result["grades"]) != dict(decision.grades)
    if is_override and not decision.override_reason.strip():
        raise Refused("determination.no_reason", "与系统建议不同，请写明理由")
    return _issue(case, parties, officer, decision, target=target, proposal=proposal, is_override=is_override)


def _issue(
    case: Case,
    parties: list[Party],
    officer: Person,
    decision: Decision,
    *,
    target: Stage,
    proposal: Proposal | None,
    is_override: bool,
) -> Instrument:
    now, actor = clock.now(), Actor("staff", str(officer.pk))
    drawn = content.determination(
        case,
        parties,
        decision.grades,
        findings=findings_of(proposal.result if proposal else {}, decision.grades, decision.conduct or {}),
        facts=decision.facts_text.strip(),
        officer=officer,
    )
    instruments.withdraw_drafts(case, actor=actor)
    instrument = instruments.draw_up(
        case, kind=InstrumentKind.DETERMINATION, content=drawn, actor=actor, officer=officer
    )
    _supersede_earlier(case, instrument, actor)
    determination = Determination.objects.create(
        case=case,
        instrument=instrument,
        officer=officer,
        proposal=proposal,
        grades=dict(decision.grades),
        shares=_shares(case, parties, decision),
        parked=sorted(decision.parked),
        facts_text=decision.facts_text.strip(),
        is_override=is_override,
        override_reason=decision.override_reason.strip() if is_override else "",
        issued_at=now,
    )
    case.stage = target
    case.path = case.path or Path.SPOT
    save_case(case, "stage", "path")
    deadlines.settle(case, "officer.field_target")
    matters.settle_matter(case, "attendance", outcome="determined")
    matters.settle_matter(case, "redetermination", outcome="determined")
    deadlines.settle(case, "determination.simplified")
    deadlines.start(case, "review.apply", started_at=now, subject=str(instrument.pk))
    deadlines.start(case, "mediation.apply", started_at=now, subject=str(instrument.pk))
    record(
        "determination.issued",
        stream=case.pk,
        actor=actor,
        subject=f"determination:{determination.pk}",
        grades=determination.grades,
        is_override=is_override,
    )
    return instrument


def _supersede_earlier(case: Case, instrument: Instrument, actor: Actor) -> None:
    for earlier in Determination.objects.filter(case=case, superseded_at__isnull=True).select_related("instrument"):
        earlier.superseded_at = clock.now()
        earlier.save(update_fields=["superseded_at"])
        instruments.supersede(earlier.instrument, new=instrument, actor=actor)


def _require_parties(parties: list[Party]) -> None:
    unready = [party.title for party in parties if not is_party_complete(party)]
    if len(parties) < 2 or unready:
        raise Refused(
            "determination.parties_incomplete",
            "当事人信息还不完整（%(who)s），不能出具认定书",
            who="、".join(unready) or "缺少另一方",
        )


def _check(decision: Decision, letters: set[str]) -> None:
    """Grades must fit together (令146 Art. 60): one full with all others none; equal shared by two at least; or
    nobody.
    """
    if set(decision.grades) != letters:
        raise Refused("determination.incomplete", "请为每一方选择责任")
    grades = sorted(decision.grades.values())
    if not all(law.codes.holds("liability", grade) for grade in grades):
        raise Refused("determination.unknown_grade", "请选择责任等级")
    if not _fits(grades):
        raise Refused(
            "determination.unfit", "各方责任对不上：全部责任只能有一方且其他方无责任；主要对应次要；同等至少两方"
        )
    if not decision.facts_text.strip() or len(decision.facts_text) > MAX_FACTS:
        raise Refused("determination.no_facts", "请写明事故事实，不超过 1000 字")


def _shares(case: Case, parties: list[Party], decision: Decision) -> dict[str, int]:
    """The law's usual shares where a table gives them, else the officer's own, which must sum to the whole."""
    on = clock.local_day(case.occurred_at or case.created_at)
    usual = shares_by_law(parties, decision.grades, parked=decision.parked, on=on, place=case.place_id)
    if usual is not None:
        return usual
    shares = {letter: int(decision.shares.get(letter, 0)) for letter in decision.grades}
    is_fit = all((shares[letter] == 0) == (grade == "none") for letter, grade in decision.grades.items())
    if sum(shares.values()) != _WHOLE or min(shares.values()) < 0 or not is_fit:
        raise Refused("determination.shares", "请写明各方承担的比例：无责任为 0，其余大于 0，相加为 100%")
    return shares


def _may_be_parked(letter: str, parties: list[Party], grades: Mapping[str, str]) -> bool:
    return grades[letter] == "none" and any(p.letter == letter and p.kind == PartyKind.MOTOR for p in parties)


def _fits(grades: list[str]) -> bool:
    at_fault = [grade for grade in grades if grade != "none"]
    if not at_fault:
        return True
    if at_fault == ["full"]:
        return True
    if set(at_fault) == {"equal"}:
        return len(at_fault) >= 2
    return at_fault.count("primary") == 1 and set(at_fault) == {"primary", "secondary"}
