"""Reading liability."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import UUIDField

from kuaichu import rows
from kuaichu.dossier.models import Instrument
from kuaichu.dossier.states import InstrumentKind, InstrumentState
from kuaichu.liability.models import Determination, PartyChoice, Proposal, Review
from kuaichu.prepared import Prepared

_REVIEW = Prepared(
    lambda case: (
        Review.objects.filter(determination__case_id=case)
        .select_related("determination", "applicant", "decided_by")
        .order_by("pk")[:1]
    ),
    case=UUIDField(),
)
_COMPLETED_DETERMINATION = Prepared(
    lambda case: Determination.objects.filter(
        case_id=case, superseded_at__isnull=True, instrument__state=InstrumentState.COMPLETED
    ).order_by("-issued_at")[:1],
    case=UUIDField(),
)
_CHOICES = Prepared(
    lambda proposal: PartyChoice.objects.filter(proposal=proposal).values_list("party__letter", "choice"),
    proposal=UUIDField(),
)


@dataclass(frozen=True)
class Grades:
    """Liability as it stands: grade and share (percent) by letter, and the instrument that says so. `parked`: the
    motor vehicles that an officer found to be parked lawfully.
    """

    grades: dict[str, str]
    shares: dict[str, int]
    instrument_id: UUID
    parked: frozenset[str] = frozenset()


def grades_in_force(case_id: UUID) -> Grades | None:
    """The grades of the newest completed determination or agreement of the case, None before one is in force."""
    determination = _COMPLETED_DETERMINATION.first(case=case_id)
    if determination is not None:
        parked = frozenset(determination.parked)
        return Grades(determination.grades, determination.shares, determination.instrument_id, parked)
    agreement = rows.find(Instrument, case=case_id, kind=InstrumentKind.AGREEMENT, state=InstrumentState.COMPLETED)
    proposal = rows.find(Proposal, case=case_id, withdrawn_at=None) if agreement else None
    if agreement is None or proposal is None:
        return None
    return Grades(proposal.result["grades"], proposal.result["shares"], agreement.pk)


def proposal_in_force(case_id: UUID) -> tuple[Proposal | None, dict[str, str]]:
    """The running proposal and what each party (by letter) chose."""
    proposal = rows.find(Proposal, case=case_id, withdrawn_at=None)
    if proposal is None:
        return None, {}
    return proposal, dict(_CHOICES.tuples(proposal=proposal))


def review_of(case_id: UUID) -> Review | None:
    """The review of the case, in whatever state."""
    return _REVIEW.first(case=case_id)


def determination_in_force(case_id: UUID) -> Determination | None:
    """The determination that no later one has replaced."""
    return (
        Determination.objects.filter(case_id=case_id, superseded_at__isnull=True)
        .select_related("officer", "instrument")
        .first()
    )
