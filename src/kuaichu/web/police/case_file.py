"""Everything that the desk shows of one case, read with a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import UUIDField
from django.utils.translation import get_language

from kuaichu import law, rows
from kuaichu.accounts.models import Person
from kuaichu.cases.finding import parties_of
from kuaichu.cases.models import Case, Deadline, Matter, Party, ScreeningAnswer
from kuaichu.cases.states import Path, PhotoState, Stage
from kuaichu.dossier.queries import InstrumentView, instruments_of, photos_of
from kuaichu.dossier.states import InstrumentKind, InstrumentState
from kuaichu.journal.models import Event
from kuaichu.journal.queries import timeline
from kuaichu.liability.facts import disputed_letters
from kuaichu.liability.models import Determination, Proposal, Review
from kuaichu.liability.proposals import impacts_of
from kuaichu.liability.queries import proposal_in_force, review_of
from kuaichu.liability.states import ReviewState
from kuaichu.links.models import Exchange, ExchangeState
from kuaichu.prepared import Prepared
from kuaichu.web.police import photo_claims, registered
from kuaichu.web.police.timeline import Moment, moments, staff_names

_DETERMINATION = Prepared(
    lambda case: (
        Determination.objects.filter(case_id=case, superseded_at__isnull=True)
        .select_related("officer", "instrument")
        .order_by("pk")[:1]
    ),
    case=UUIDField(),
)


@dataclass(frozen=True)
class Answer:
    """A screening question, the answer (yes, no, unsure), and whether that answer decided something."""

    question: str
    code: str
    is_remarkable: bool


@dataclass(frozen=True)
class Telling:
    """What every account says of one side: letter of the teller -> 事故情形 codes."""

    letter: str
    told: dict[str, tuple[str, ...]]
    is_disputed: bool


@dataclass(frozen=True)
class CaseFile:
    """The case as the middle and right columns show it. `work` names the decision that is due, or is empty."""

    case: Case
    parties: list[Party]
    photos: list[photo_claims.PhotoView]
    small_map: photo_claims.SmallMap | None
    answers: list[Answer]
    tellings: list[Telling]
    proposal: Proposal | None
    impacts: list[tuple[str, str]]
    choices: dict[str, str]
    instruments: list[InstrumentView]
    determination: Determination | None
    review: Review | None
    deadlines: list[Deadline]
    matters: list[Matter]
    moments: list[Moment]
    troubles: list[Event | Exchange]
    vehicles: Mapping[str, registered.VehicleView]
    record: registered.RecordView | None
    work: str

    @cached_property
    def is_taken_up(self) -> bool:
        return any(matter.kind == "attendance" and matter.outcome == "attended" for matter in self.matters)

    @cached_property
    def is_told(self) -> bool:
        """Whether two parties at least are there and all have given their accounts."""
        return len(self.parties) > 1 and all(party.account_at for party in self.parties)

    @cached_property
    def open_determination(self) -> InstrumentView | None:
        found = (view for view in self.instruments if view.instrument.kind == InstrumentKind.DETERMINATION)
        return next((view for view in found if view.instrument.state == InstrumentState.SERVED), None)

    @cached_property
    def unsigned(self) -> list[Party]:
        view = self.open_determination
        return [party for party in self.parties if view and party.letter not in view.signatures]

    @cached_property
    def photos_seen(self) -> str:
        """Names exactly these photos: a decision about others is refused."""
        return ".".join(f"{view.photo.pk.hex[:8]}" for view in self.photos)


def read(case: Case) -> CaseFile:
    """The file of `case` (already allowed to the reader)."""
    parties = list(parties_of(case))
    views = photo_claims.photo_views(case, photos_of(case.pk))
    proposal, choices = proposal_in_force(case.pk)
    events = timeline(case.pk)
    review = review_of(case.pk)
    determination = _DETERMINATION.first(case=case.pk)
    troubles: list[Event | Exchange] = [event for event in events if event.parked_at]
    troubles += rows.select(Exchange, order_by="created_at", stream=case.pk, state=ExchangeState.FAILED)
    return CaseFile(
        case=case,
        parties=parties,
        photos=views,
        small_map=photo_claims.small_map(case, views),
        answers=_answers(case),
        tellings=_tellings(parties),
        proposal=proposal,
        impacts=[(impact.hitter, impact.hit) for impact in impacts_of(case)] if len(parties) > 2 else [],
        choices=choices,
        instruments=instruments_of(case.pk),
        determination=determination,
        review=review,
        deadlines=rows.select(Deadline, order_by="due_at", case=case, settled_at=None),
        matters=rows.select(Matter, case=case),
        moments=moments(events, parties=parties, staff=staff_names(events)),
        troubles=troubles,
        vehicles=registered.vehicles(case, parties, troubles),
        record=registered.record(case, troubles),
        work=_work(case, review, determination),
    )


def _work(case: Case, review: Review | None, determination: Determination | None) -> str:
    if case.stage == Stage.EVIDENCE and case.photo_state == PhotoState.SUBMITTED:
        return "photos"
    if case.stage == Stage.LIABILITY and case.path == Path.ONLINE:
        return "online"
    if case.stage == Stage.ATTENDANCE:
        return "field"
    if case.stage == Stage.SIGNING and determination is not None:
        return "signing"
    return "reviews" if review is not None and review.state == ReviewState.APPLIED else ""


def _answers(case: Case) -> list[Answer]:
    given = {row.question: row.answer for row in rows.select(ScreeningAnswer, case=case)}
    return [_worded(question, given[question.code]) for question in law.QUESTIONS if question.code in given]


def _worded(question: law.Question, code: str) -> Answer:
    is_english = (get_language() or "").startswith("en")
    return Answer(question.en if is_english else question.zh, code, code in question.effects)


def _tellings(parties: Sequence[Party]) -> list[Telling]:
    told = [party for party in parties if party.account_at is not None]
    disputed = set(disputed_letters(told)) if len(told) > 1 else set()
    return [
        Telling(
            party.letter,
            {teller.letter: tuple(teller.situations.get(party.letter, ())) for teller in told},
            party.letter in disputed,
        )
        for party in parties
        if told
    ]


def may_decide_review(person: Person, file: CaseFile) -> bool:
    """Whether this reviewer is another than the officer who made the determination."""
    return file.review is not None and file.review.determination.officer_id != person.pk


def grades_of(proposal: Proposal | None) -> Mapping[str, str]:
    """The proposed grades by letter; empty when an officer decides alone."""
    return proposal.result.get("grades", {}) if proposal else {}
