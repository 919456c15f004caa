"""A claim for every insured party as soon as liability is settled, and a new footing when it is settled anew."""

from django.db import transaction

from kuaichu import clock
from kuaichu.cases import deadlines, matters
from kuaichu.cases.locking import lock_case, save_case
from kuaichu.cases.models import Case
from kuaichu.cases.states import Outcome, Stage
from kuaichu.claims.actions.accepting import queue_notice
from kuaichu.claims.actions.common import MATTER
from kuaichu.claims.actions.settling import recompute, void_current
from kuaichu.claims.models import Claim, Payment
from kuaichu.claims.states import ClaimState, PaymentState, require_move
from kuaichu.dossier.models import Instrument, InstrumentFile
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM
from kuaichu.journal.models import Event
from kuaichu.liability.queries import Grades, grades_in_force

RECHECK = "claim_recheck"
SIGNED = "signed"


@transaction.atomic
def open_claims(event: Event) -> None:
    """Reaction to instrument.completed: open what is missing; a second run changes nothing.

    Without an insured party nobody has a claim: the parties settle between themselves and the case closes.
    """
    case = lock_case(event.stream)
    grades = grades_in_force(case.pk)
    if grades is None or case.stage != Stage.CLAIMS:
        return
    claims = list(Claim.objects.filter(case=case).select_related("insurer"))
    if not claims:
        _open_first(case, grades)
    elif any(claim.instrument_id != grades.instrument_id for claim in claims):
        _take_new_instrument(case, claims, grades)
    _notify(case)


@transaction.atomic
def notify_when_sealed(event: Event) -> None:
    """Reaction to file.sealed: insurers hear of the claim once the signed document exists."""
    _notify(lock_case(event.stream))


def _open_first(case: Case, grades: Grades) -> None:
    insured = [(party, party.insurer) for party in case.parties.select_related("insurer") if party.insurer]
    now = clock.now()
    for party, insurer in insured:
        claim = Claim.objects.create(
            case=case, party=party, insurer=insurer, instrument_id=grades.instrument_id, opened_at=now
        )
        matters.open_matter(case, MATTER, subject=str(claim.pk))
        deadlines.start(case, "claim.documents_list", started_at=now, subject=str(claim.pk))
        record("claim.opened", stream=case.pk, actor=SYSTEM, subject=f"claim:{claim.pk}", letter=party.letter)
    if insured:
        save_case(case)
        return
    record("claims.unneeded", stream=case.pk, actor=SYSTEM, subject=f"case:{case.pk}")
    matters.close_if_done(case, outcome=Outcome.SETTLED)


def _take_new_instrument(case: Case, claims: list[Claim], grades: Grades) -> None:
    """A new determination took the place of the one the claims rest on.

    Before any money is on its way everything is computed anew; after that a person at each insurer has to look.
    """
    moving = [PaymentState.ORDERED, PaymentState.CONFIRMED]
    has_money_moved = Payment.objects.filter(claim__case=case, state__in=moving).exists()
    for claim in claims:
        claim.instrument_id = grades.instrument_id
        if has_money_moved:
            _flag(case, claim)
        elif claim.state in (ClaimState.APPROVED, ClaimState.SETTLED):
            _reopen(case, claim)
        claim.save()
    save_case(case)
    if not has_money_moved:
        void_current(case, actor=SYSTEM)
        recompute(case, actor=SYSTEM)


def _flag(case: Case, claim: Claim) -> None:
    claim.flagged_at = clock.now()
    matters.open_matter(case, RECHECK, subject=str(claim.pk))
    record("claim.flagged", stream=case.pk, actor=SYSTEM, subject=f"claim:{claim.pk}", reason="new_determination")


def _reopen(case: Case, claim: Claim) -> None:
    claim.state = require_move("reopen", state=claim.state, who="system")
    claim.closed_at = None
    matters.open_matter(case, MATTER, subject=str(claim.pk))
    deadlines.settle(case, "claim.pay", subject=str(claim.pk))
    record("claim.reopened", stream=case.pk, actor=SYSTEM, subject=f"claim:{claim.pk}")


def _notify(case: Case) -> None:
    """Queue a notice for each claim whose instrument is sealed with its signatures; each instrument is sent once."""
    claims = Claim.objects.filter(case=case).exclude(state=ClaimState.REFUSED).select_related("insurer")
    sealed = set(
        InstrumentFile.objects.filter(instrument__case=case, edition=SIGNED).values_list("instrument_id", flat=True)
    )
    for claim in claims:
        if claim.instrument_id in sealed:
            queue_notice(claim, key=f"claim.notify:{claim.pk}:{claim.instrument_id}")


def sealed_instrument(claim: Claim) -> tuple[Instrument, InstrumentFile | None]:
    """The instrument a claim rests on, with its sealed file."""
    instrument = Instrument.objects.get(pk=claim.instrument_id)
    return instrument, InstrumentFile.objects.filter(instrument=instrument, edition=SIGNED).first()
