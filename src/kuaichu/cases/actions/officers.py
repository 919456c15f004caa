"""The officer comes: asked for by a party (令146 Art. 20(2)), by the screening, or because time ran out."""

from uuid import UUID

from django.db import transaction

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.cases import deadlines, matters
from kuaichu.cases.actions.particulars import complete_if_ready
from kuaichu.cases.locking import lock_case, lock_party, save_case
from kuaichu.cases.models import Case, Deadline
from kuaichu.cases.moments import now_but_not_before
from kuaichu.cases.permissions import may_handle
from kuaichu.cases.states import Outcome, Path, PhotoState, Stage, require_move
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM, Actor

WAITING_CLOCKS = ("details.open", "signature.open", "photos.check.target", "photos.check.alarm")
REASONS = {
    "screening": "需要保护现场",
    "not_online": "当地线上快处不受理",
    "asked": "当事人请求民警到场",
    "no_answer": "照片审核超时，当事人请求到场",
    "disagreement": "一方不同意线上处理",
    "signature_timeout": "超过时限未签字",
    "details_timeout": "超过时限未填完",
}


@transaction.atomic
def request_officer(*, party_id: UUID, reason: str = "asked") -> None:
    """A party asks for an officer: one must be sent (Art. 20(2)). Asking twice changes nothing.

    Raises Refused("case.moved_on") once everybody has signed.
    """
    case, party = lock_party(party_id)
    if case.stage == Stage.ATTENDANCE:
        return
    _call(case, reason=reason if reason in REASONS else "asked", actor=Actor("party", str(party.pk)))


def call_officer_when_late(deadline: Deadline, *, reason: str) -> None:
    """A clock ran out: the case goes to the field queue (the caller holds the transaction)."""
    case = lock_case(deadline.case_id)
    waits = {"details_timeout": (Stage.DETAILS, Stage.LIABILITY), "signature_timeout": (Stage.SIGNING,)}[reason]
    if case.stage in waits and case.path != Path.ONLINE:
        _call(case, reason=reason, actor=SYSTEM)


def _call(case: Case, *, reason: str, actor: Actor) -> None:
    case.stage = require_move("request_officer", stage=case.stage, who=actor.kind)
    case.officer_requested_at = clock.now()
    case.officer_request_reason = reason
    case.path = Path.SPOT
    save_case(case, "stage", "officer_requested_at", "officer_request_reason", "path")
    deadlines.settle(case, *WAITING_CLOCKS)
    deadlines.start(case, "officer.field_target", started_at=case.officer_requested_at)
    matters.open_matter(case, "attendance")
    record("officer.requested", stream=case.pk, actor=actor, subject=f"case:{case.pk}", reason=reason)


@transaction.atomic
def attend(*, case_id: UUID, officer: Person) -> None:
    """An officer takes the case up in the field; taking up again changes nothing. A tap that comes after a colleague
    has ended the call, or handed the case back, must not open it again: Refused."""
    case = _lock_for(officer, case_id)
    require_move("resume_online", stage=case.stage, who="staff")
    matter = matters.open_matter(case, "attendance")
    if matter.outcome == "attended":
        return
    deadlines.settle(case, "officer.field_target")
    matter.outcome = "attended"
    matter.save(update_fields=["outcome"])
    record("officer.arrived", stream=case.pk, actor=Actor("staff", str(officer.pk)))


@transaction.atomic
def resume_online(*, case_id: UUID, officer: Person) -> None:
    """The officer settled it with the parties and hands the case back to them to go on online."""
    case = _lock_for(officer, case_id)
    target = require_move("resume_online", stage=case.stage, who="staff")
    case.stage = Stage.DETAILS if case.photo_state == PhotoState.PASSED else target
    case.officer_requested_at, case.officer_request_reason, case.path = None, "", ""
    save_case(case, "stage", "officer_requested_at", "officer_request_reason", "path")
    deadlines.settle(case, "officer.field_target")
    matters.settle_matter(case, "attendance", outcome="resumed")
    if case.stage == Stage.DETAILS:
        deadlines.start(case, "details.open", started_at=clock.now())
    record("case.resumed", stream=case.pk, actor=Actor("staff", str(officer.pk)), stage=str(case.stage))
    complete_if_ready(case)


@transaction.atomic
def close_as_transferred(*, case_id: UUID, officer: Person) -> None:
    """The ordinary procedure takes over (令146 Art. 27): the online case ends as a record."""
    case = _lock_for(officer, case_id)
    require_move("close", stage=case.stage, who="staff")
    ended_at = now_but_not_before("opened_at")
    case.matters.filter(settled_at__isnull=True).update(settled_at=ended_at, outcome="transferred")
    deadlines.settle(case, "officer.field_target")
    record("case.transferred", stream=case.pk, actor=Actor("staff", str(officer.pk)))
    matters.close_if_done(case, outcome=Outcome.TRANSFERRED, actor=Actor("staff", str(officer.pk)))


@transaction.atomic
def close_attended(*, case_id: UUID, officer: Person) -> None:
    """The officer settled the matter on the spot and nothing is left to do online."""
    case = _lock_for(officer, case_id)
    require_move("close", stage=case.stage, who="staff")
    deadlines.settle(case, "officer.field_target")
    matters.settle_matter(case, "attendance", outcome="settled")
    record("attendance.settled", stream=case.pk, actor=Actor("staff", str(officer.pk)))
    if not matters.close_if_done(case, outcome=Outcome.SETTLED, actor=Actor("staff", str(officer.pk))):
        raise Refused("case.has_matters", "还有未决事项，暂时不能结案")


def _lock_for(officer: Person, case_id: UUID) -> Case:
    case = lock_case(case_id)
    if not may_handle(officer, case):
        raise Refused("case.not_yours", "这个案件不归您的单位办理")
    return case
