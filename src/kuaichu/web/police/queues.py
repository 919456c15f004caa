"""The officer's queues: who waits, since when, and until when (the waiting times come from `law`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, UUIDField, prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kuaichu import law
from kuaichu.accounts.models import Agency, Person
from kuaichu.cases.actions.officers import REASONS
from kuaichu.cases.models import Case, Deadline, Matter
from kuaichu.cases.states import Path, PhotoState, Stage
from kuaichu.dossier.models import Instrument
from kuaichu.dossier.states import InstrumentKind, InstrumentState
from kuaichu.journal.models import Event
from kuaichu.liability.models import Review
from kuaichu.liability.states import ReviewState
from kuaichu.links.models import Exchange, ExchangeState, PartnerLine
from kuaichu.prepared import Prepared, how_many
from kuaichu.web.police import partners
from kuaichu.web.police.steps import step

MOST_ROWS = 100
SOON = 2 / 3  # the part of a period after which its clock turns amber


@dataclass(frozen=True)
class Row:
    """One line of a queue. `key` is unique in it; `title` the plates; `note` a word on the state, translated.

    `since_at` started the clock; it turns amber and red at the two moments, and counts down when `due_at` is set.
    """

    key: str
    case_id: UUID
    title: str
    number: str
    location: str
    note: str
    since_at: datetime
    amber_at: datetime | None = None
    red_at: datetime | None = None
    due_at: datetime | None = None
    is_taken_up: bool = False


@dataclass(frozen=True)
class Queue:
    """`empty` says why nothing is there and what happens next."""

    name: str
    label: str | Promise
    empty: str | Promise
    rows: Callable[[Person], list[Row]]


def scope(person: Person) -> Q:
    """The cases of the person's unit and of the units below it."""
    return _under(person.agency_id)


def _under(unit: UUID | None) -> Q:
    return Q(unit_id__in=Agency.objects.filter(Q(pk=unit) | Q(superior_id=unit)).values("pk"))


def counts(person: Person) -> dict[str, int]:
    """How many wait in each queue (one statement). A partner that is away counts among the exceptions."""
    found = _COUNTS.tuples(unit=person.agency_id)[0] if person.agency_id else (0,) * 8
    *plain, parked, failed, away = found
    return dict(zip(COUNTED, plain, strict=True)) | {"exceptions": parked + failed + away}


COUNTED = ("photos", "online", "field", "signing", "reviews")
_PHOTOS = Q(stage=Stage.EVIDENCE, photo_state=PhotoState.SUBMITTED)
_ONLINE = Q(stage=Stage.LIABILITY, path=Path.ONLINE)
_FIELD = Q(stage=Stage.ATTENDANCE)


def _cases(person: Person) -> QuerySet[Case]:
    return Case.objects.filter(scope(person)).prefetch_related("parties")


def photos(person: Person) -> list[Row]:
    """Photos to be checked, longest waiting first."""
    found = _TO_CHECK.all(unit=person.agency_id) if person.agency_id else []
    prefetch_related_objects(found, "parties")
    return [_photo_row(case) for case in found]


_TO_CHECK = Prepared(
    lambda unit: Case.objects.filter(_under(unit)).filter(_PHOTOS).order_by("photos_submitted_at", "pk")[:MOST_ROWS],
    unit=UUIDField(),
)


def _photo_row(case: Case) -> Row:
    since = case.photos_submitted_at or case.created_at
    return _row(
        case,
        since_at=since,
        amber_at=law.due("photos.check.target", started_at=since, place=case.place_id).at,
        red_at=law.due("photos.check.alarm", started_at=since, place=case.place_id).at,
    )


def online(person: Person) -> list[Row]:
    """Cases whose parties asked for a determination online, nearest deadline first."""
    clock_rows = Deadline.objects.filter(case=OuterRef("pk"), clock="determination.simplified", settled_at__isnull=True)
    found = (
        _cases(person)
        .filter(_ONLINE)
        .annotate(
            asked_at=Subquery(clock_rows.values("started_at")[:1]), due_at=Subquery(clock_rows.values("due_at")[:1])
        )
        .order_by(F("due_at").asc(nulls_first=True), "created_at", "pk")[:MOST_ROWS]
    )
    return [_due_row(case, since_at=case.asked_at or case.created_at, due_at=case.due_at) for case in found]


def field(person: Person) -> list[Row]:
    """Cases that wait for an officer on the spot; those already taken up come last."""
    attended = Matter.objects.filter(
        case=OuterRef("pk"), kind="attendance", outcome="attended", settled_at__isnull=True
    )
    found = (
        _cases(person)
        .filter(_FIELD)
        .annotate(taken_up=Subquery(attended.values("kind")[:1]))
        .order_by(F("taken_up").asc(nulls_first=True), "officer_requested_at", "pk")[:MOST_ROWS]
    )
    return [_field_row(case) for case in found]


def _field_row(case: Case) -> Row:
    since = case.officer_requested_at or case.created_at
    due_at = law.due("officer.field_target", started_at=since, place=case.place_id).at
    reason = FIELD_REASONS.get(case.officer_request_reason, "")
    is_taken_up = bool(getattr(case, "taken_up", None))
    return _due_row(case, since_at=since, due_at=due_at, note=str(reason), is_taken_up=is_taken_up)


def reviews(person: Person) -> list[Row]:
    """Applications for review, nearest deadline first."""
    found = (
        _reviews(person)
        .select_related("determination__case", "applicant")
        .prefetch_related("determination__case__parties")
        .order_by("decide_by_at", "pk")[:MOST_ROWS]
    )
    return [
        _due_row(review.determination.case, since_at=review.applied_at, due_at=review.decide_by_at) for review in found
    ]


def signing(person: Person) -> list[Row]:
    """Determinations that were served and not yet signed for by everybody, oldest first."""
    found = (
        _signing(person)
        .select_related("case")
        .prefetch_related("case__parties", "signatures")
        .order_by("created_at", "pk")[:MOST_ROWS]
    )
    return [_signing_row(instrument) for instrument in found]


def _signing_row(instrument: Instrument) -> Row:
    signed = {signature.party_id for signature in instrument.signatures.all()}
    letters = [party.letter for party in instrument.case.parties.all() if party.pk not in signed]
    return _row(
        instrument.case, since_at=instrument.created_at, note=" ".join(str(UNSIGNED[letter]) for letter in letters)
    )


def exceptions(person: Person) -> list[Row]:
    """What the product could not finish alone: parked events and messages that a partner never took, oldest first."""
    events = list(_parked(person).order_by("parked_at")[:MOST_ROWS])
    exchanges = list(_failed(person).order_by("created_at")[:MOST_ROWS])
    streams = {event.stream for event in events} | {exchange.stream for exchange in exchanges if exchange.stream}
    cases = {case.pk: case for case in _cases(person).filter(pk__in=streams)}
    rows = [
        _row(
            cases[event.stream], key=f"event-{event.pk}", since_at=event.parked_at or event.at, note=_unfinished(event)
        )
        for event in events
        if event.stream in cases
    ]
    rows += [
        _row(cases[stream], key=f"exchange-{exchange.pk}", since_at=exchange.created_at, note=_sent(exchange))
        for exchange in exchanges
        if (stream := exchange.stream) in cases
    ]
    return sorted(rows, key=lambda row: row.since_at)


def _unfinished(event: Event) -> str:
    return gettext("“%(step)s”之后的处理没有完成") % {"step": step(event.name)}


def _sent(exchange: Exchange) -> str:
    return str(partners.OPERATIONS.get(exchange.operation, exchange.operation))


def search(person: Person, text: str) -> list[Row]:
    """Cases by number (any part of it) or plate (any part of it), newest first."""
    typed = "".join(text.split()).replace("·", "").upper()
    if len(typed) < 2:
        return []
    found = (
        _cases(person)
        .filter(Q(number__contains=typed) | Q(pk__in=Case.objects.filter(parties__plate__contains=typed).values("pk")))
        .order_by("-created_at", "pk")[:MOST_ROWS]
    )
    return [_row(case, since_at=case.created_at, note=str(_STAGES[case.stage])) for case in found]


def _signing(person: Person) -> QuerySet[Instrument]:
    return _signing_in(Case.objects.filter(scope(person)))


def _signing_in(cases: QuerySet[Case]) -> QuerySet[Instrument]:
    mine = Exists(cases.filter(stage=Stage.SIGNING, pk=OuterRef("case_id")))
    return Instrument.objects.filter(mine, kind=InstrumentKind.DETERMINATION, state=InstrumentState.SERVED)


def _reviews(person: Person) -> QuerySet[Review]:
    return _reviews_in(Case.objects.filter(scope(person)))


def _reviews_in(cases: QuerySet[Case]) -> QuerySet[Review]:
    return Review.objects.filter(Exists(cases.filter(pk=OuterRef("determination__case_id"))), state=ReviewState.APPLIED)


def _parked(person: Person) -> QuerySet[Event]:
    return _parked_in(Case.objects.filter(scope(person)))


def _parked_in(cases: QuerySet[Case]) -> QuerySet[Event]:
    return Event.objects.filter(Exists(cases.filter(pk=OuterRef("stream"))), parked_at__isnull=False)


def _failed(person: Person) -> QuerySet[Exchange]:
    return _failed_in(Case.objects.filter(scope(person)))


def _failed_in(cases: QuerySet[Case]) -> QuerySet[Exchange]:
    return Exchange.objects.filter(Exists(cases.filter(pk=OuterRef("stream"))), state=ExchangeState.FAILED)


def _counts_of(unit: UUID) -> QuerySet[Agency]:
    cases = Case.objects.filter(_under(unit))
    counted = (
        *(cases.filter(which) for which in (_PHOTOS, _ONLINE, _FIELD)),
        *(rows_in(cases) for rows_in in (_signing_in, _reviews_in, _parked_in, _failed_in)),
        PartnerLine.objects.filter(away_since__isnull=False),
    )
    return Agency.objects.filter(pk=unit).values_list(*map(how_many, counted))


_COUNTS = Prepared(_counts_of, unit=UUIDField())


def _due_row(
    case: Case, *, since_at: datetime, due_at: datetime | None, note: str = "", is_taken_up: bool = False
) -> Row:
    amber_at = since_at + (due_at - since_at) * SOON if due_at else None
    return _row(
        case, since_at=since_at, amber_at=amber_at, red_at=due_at, due_at=due_at, note=note, is_taken_up=is_taken_up
    )


def _row(case: Case, *, since_at: datetime, key: str = "", note: str = "", **clocks: object) -> Row:
    plates = [party.plate or gettext(str(party.get_kind_display())) for party in case.parties.all()]
    return Row(
        key=key or str(case.pk),
        case_id=case.pk,
        title=" / ".join(plates),
        number=case.number,
        location=case.location,
        note=note,
        since_at=since_at,
        **clocks,  # type: ignore[arg-type]
    )


FIELD_REASONS: dict[str, str | Promise] = {
    "screening": _("需要保护现场"),
    "not_online": _("当地线上快处不受理"),
    "asked": _("当事人请求民警到场"),
    "no_answer": _("照片审核超时，当事人请求到场"),
    "disagreement": _("一方不同意线上处理"),
    "signature_timeout": _("超过时限未签字"),
    "details_timeout": _("超过时限未填完"),
}
assert set(FIELD_REASONS) == set(REASONS)
UNSIGNED = {"A": _("甲方未签"), "B": _("乙方未签"), "C": _("丙方未签")}
_STAGES: dict[str, str | Promise] = {
    Stage.REPORTED: _("安全筛查"),
    Stage.EVIDENCE: _("拍照取证"),
    Stage.DETAILS: _("填写信息"),
    Stage.LIABILITY: _("确定责任"),
    Stage.SIGNING: _("签字送达"),
    Stage.ATTENDANCE: _("民警到场"),
    Stage.CLAIMS: _("理赔"),
    Stage.CLOSED: _("已结案"),
}
STAGES = _STAGES

QUEUES: Sequence[Queue] = (
    Queue("photos", _("照片审核"), _("当事人拍完照片后会马上出现在这里，请留着本页。"), photos),
    Queue("online", _("在线认定"), _("双方共同申请民警认定后，案件会出现在这里。"), online),
    Queue("field", _("到场"), _("有人请求民警到场，或筛查结果要求保护现场时，案件会出现在这里。"), field),
    Queue("signing", _("待签收"), _("认定书送达后还没签字的案件会出现在这里，可以注明拒签。"), signing),
    Queue("reviews", _("复核"), _("当事人对认定书申请复核后，会按期限先后出现在这里。"), reviews),
    Queue("exceptions", _("异常"), _("系统自动处理失败、需要人看一眼的事项会出现在这里。"), exceptions),
)
BY_NAME = {queue.name: queue for queue in QUEUES}
