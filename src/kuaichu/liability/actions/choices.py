"""The machine proposes, the parties choose: agree on it (Art. 21) or ask the police to determine online (Art. 20)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kuaichu import clock, law, rows
from kuaichu.cases import deadlines, fasttrack
from kuaichu.cases.actions.phones import can_receive_codes
from kuaichu.cases.finding import parties_of
from kuaichu.cases.locking import lock_case, lock_party, save_case
from kuaichu.cases.models import Case, Party, PartyKind
from kuaichu.cases.states import Path, Stage, require_move
from kuaichu.dossier.actions import instruments
from kuaichu.dossier.states import InstrumentKind
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM, Actor
from kuaichu.journal.models import Event
from kuaichu.law.national.contents import SELF_SETTLEMENT
from kuaichu.liability import content, proposals
from kuaichu.liability.models import PartyChoice, Proposal
from kuaichu.liability.states import Choice


@transaction.atomic
def ensure_proposal(*, case_id: UUID) -> Proposal | None:
    """The proposal in force, made now if the case has just come to liability; None before that."""
    case = lock_case(case_id)
    if case.stage not in (Stage.LIABILITY, Stage.ATTENDANCE, Stage.SIGNING):
        return Proposal.objects.filter(case=case, withdrawn_at__isnull=True).first()
    return current_proposal(case)


def current_proposal(case: Case) -> Proposal | None:
    """The proposal that fits today's facts; an outdated one is withdrawn with its choices. The caller holds the
    lock.
    """
    parties = parties_of(case)
    running = rows.find(Proposal, case=case, withdrawn_at=None)
    if any(party.account_at is None for party in parties) or len(parties) < 2:
        return running
    digest, result = proposals.propose(case, parties)
    if running is not None and running.facts_digest == digest:
        return running
    now = clock.now()
    if running is not None:
        running.withdrawn_at = now
        running.save(update_fields=["withdrawn_at"])
    proposal = rows.insert(Proposal(case=case, facts_digest=digest, result=result, made_at=now))
    record(
        "proposal.made",
        stream=case.pk,
        actor=SYSTEM,
        subject=f"proposal:{proposal.pk}",
        grades=result["grades"],
        is_officer_needed=result["is_officer_needed"],
    )
    return proposal


def propose_when_complete(event: Event) -> None:
    """Reaction to details.completed."""
    ensure_proposal(case_id=event.stream)


def withdraw_when_reopened(event: Event) -> None:
    """Reaction to details.reopened, officer.requested and the like: drafts that nobody is bound by yet are taken
    back.
    """
    case = lock_case(event.stream)
    if case.stage != Stage.SIGNING:
        instruments.withdraw_drafts(case, actor=SYSTEM)


def forget_when_resumed(event: Event) -> None:
    """Reaction to case.resumed: an officer has been there, so what the parties chose before counts no longer."""
    case = lock_case(event.stream)
    if case.stage != Stage.SIGNING:
        instruments.withdraw_drafts(case, actor=SYSTEM)
    _forget_choices(case, before=event.at)


def _forget_choices(case: Case, *, before: datetime) -> None:
    PartyChoice.objects.filter(proposal__case=case, at__lt=before).delete()


@transaction.atomic
def choose(*, party_id: UUID, choice: str) -> None:
    """A party agrees on the proposal or asks for the police. The last answer needed moves the case on.

    Raises Refused: choice.unknown, choice.officer_needed (nothing to agree on), choice.no_phone,
    choice.rider_alone_liable, case.moved_on.
    """
    case, party = lock_party(party_id)
    if case.stage != Stage.LIABILITY:
        require_move("draw_up", stage=case.stage, who="party")
    if instruments.withdraw_drafts(case, actor=SYSTEM):  # of a signing that was broken off, should its reaction be late
        _forget_choices(case, before=clock.now())
    proposal = current_proposal(case)
    if proposal is None or choice not in Choice.values:
        raise Refused("choice.unknown", "请选择一种处理方式")
    if choice == Choice.AGREE and proposal.result["is_officer_needed"]:
        raise Refused("choice.officer_needed", "这种情形要由民警来定责，请选择“申请民警在线认定”")
    if choice == Choice.AGREE and not all(can_receive_codes(one) for one in case.parties.all()):
        raise Refused("choice.no_phone", "有一方没有能收验证码的手机，不能签协议书，请选择“申请民警在线认定”")
    if choice == Choice.AGREE:
        _require_liable_motor(case, proposal.result["grades"])
    _, is_new = PartyChoice.objects.update_or_create(
        proposal=proposal, party=party, defaults={"choice": choice, "at": clock.now()}
    )
    record(
        "choice.made",
        stream=case.pk,
        actor=Actor("party", str(party.pk)),
        letter=party.letter,
        choice=choice,
        is_first=is_new,
    )
    _act_on_choices(case, proposal, Actor("party", str(party.pk)))


def _require_liable_motor(case: Case, grades: Mapping[str, str]) -> None:
    """Some places settle with a rider online only where the motor vehicle is liable and insured
    (`fasttrack.nonmotor_needs_liable_motor`). Raises Refused("choice.rider_alone_liable").
    """
    motors = case.parties.filter(kind=PartyKind.MOTOR, insurer__isnull=False).values_list("letter", flat=True)
    is_liable = any(grades.get(letter, "none") != "none" for letter in motors)
    facts = replace(fasttrack.facts_of(case), is_motor_liable_and_insured=is_liable)
    against = law.not_online(facts, on=clock.local_day(case.created_at), place=case.place_id)
    if any(reason.code == "nonmotor_needs_liable_motor" for reason in against):
        raise Refused(
            "choice.rider_alone_liable", "当地规定，机动车有责任并有交强险才能这样办，请选择“申请民警在线认定”"
        )


def _act_on_choices(case: Case, proposal: Proposal, actor: Actor) -> None:
    parties = list(case.parties.select_related("insurer"))
    choices = dict(PartyChoice.objects.filter(proposal=proposal).values_list("party_id", "choice"))
    wanted = {choices.get(party.pk) for party in parties}
    if wanted == {Choice.AGREE}:
        _draw_up_agreement(case, parties, proposal, actor)
    elif wanted == {Choice.POLICE} and case.path != Path.ONLINE:
        case.path = Path.ONLINE
        save_case(case, "path")
        deadlines.settle(case, "details.open")
        deadlines.start(case, "determination.simplified", started_at=clock.now())
        record("determination.requested", stream=case.pk, actor=actor, subject=f"case:{case.pk}")
    else:
        save_case(case)


def _draw_up_agreement(case: Case, parties: list[Party], proposal: Proposal, actor: Actor) -> None:
    drafted = content.agreement(case, parties, proposal.result["grades"])
    _require_complete(case, parties, proposal.result["grades"])
    case.stage = require_move("draw_up", stage=case.stage, who="party")
    case.path = Path.SELF
    save_case(case, "stage", "path")
    instruments.draw_up(case, kind=InstrumentKind.AGREEMENT, content=drafted, actor=actor)
    deadlines.settle(case, "details.open")
    deadlines.start(case, "signature.open", started_at=clock.now())


def _require_complete(case: Case, parties: list[Party], grades: Mapping[str, str]) -> None:
    """All contents of 令146 Art. 21 must be there before anybody signs."""
    missing = law.missing(SELF_SETTLEMENT, contents_of(case, parties, grades))
    if missing:
        words = "、".join(item.zh for item in missing)
        raise Refused("agreement.incomplete", "协议书还缺：%(words)s", words=words)


def contents_of(case: Case, parties: list[Party], grades: Mapping[str, str]) -> dict[str, object]:
    """The case in the terms of `law.missing`. Being uninsured is an answer, an unanswered question is not."""
    return {
        "happened_at": case.occurred_at,
        "place": case.location,
        "weather": case.weather,
        "form": case.collision_form,
        "parties": [
            {
                "kind": party.kind,
                "name": party.name,
                "id_number": party.document_number,
                "phone": party.phone,
                "vehicle_kind": party.vehicle_kind,
                "plate": party.plate,
                "insurer": party.insurer.name if party.insurer else _uninsured(party),
                "insurance_number": party.policy_number or _uninsured(party),
                "impact_part": party.damaged_parts,
                "liability": grades.get(party.letter, ""),
            }
            for party in parties
        ],
    }


def _uninsured(party: Party) -> str:
    """What stands in the place of an insurer for a party that said it has none."""
    return "未投保" if party.particulars_at is not None and party.insurer_id is None else ""
