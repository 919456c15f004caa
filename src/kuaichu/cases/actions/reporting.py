"""The report, the screening, and where and when it happened."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from kuaichu import clock, law, rows
from kuaichu.accounts.models import Agency, AgencyKind
from kuaichu.cases import deadlines, matters
from kuaichu.cases.fasttrack import barriers
from kuaichu.cases.locking import lock_party, save_case
from kuaichu.cases.models import Case, Party, PartyKind, PhoneMode, ScreeningAnswer
from kuaichu.cases.states import Stage, require_move
from kuaichu.cases.tokens import party_token, token_digest
from kuaichu.errors import FieldErrors, Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor

CLOCK_TOLERANCE = timedelta(minutes=5)  # phones run ahead; a time later than this is a typing error
MAX_LOCATION = 120
NUMBER_TRIES = 8


@dataclass(frozen=True)
class NewParty:
    """A party that has just come to a case, with the token of its link."""

    case: Case
    party: Party
    token: str


@dataclass(frozen=True)
class Occurrence:
    """Time (aware), place and weather. Coordinates are WGS-84 degrees; `source` is device, map or typed."""

    occurred_at: datetime
    location: str
    weather: str
    lon_wgs84: float | None = None
    lat_wgs84: float | None = None
    accuracy_m: float | None = None
    source: str = "typed"


def report(*, place_code: str, kind: str = PartyKind.MOTOR) -> NewParty:
    """Open a case at `place_code` with its first party (甲方).

    Raises Refused("place.no_unit") when no police unit serves the place.
    """
    unit = _unit_for(place_code)
    if unit is None:
        raise Refused("place.no_unit", "这里还没有开通线上快处，请拨打 122")
    for _ in range(NUMBER_TRIES):
        try:
            with transaction.atomic():
                return _open_case(unit, place_code, kind)
        except IntegrityError:
            continue
    raise RuntimeError("no free case number found")


def _unit_for(place_code: str) -> Agency | None:
    """The unit that works there: the first one with no unit of the same place below it (令146 Art. 9)."""
    units = Agency.objects.filter(place_id=place_code, kind=AgencyKind.POLICE, is_active=True)
    return units.exclude(subordinates__place_id=place_code).order_by("code").first()


def _open_case(unit: Agency, place_code: str, kind: str) -> NewParty:
    now = clock.now()
    case = Case(number=_new_number(place_code, clock.local_day(now)), place_id=place_code, unit=unit, created_at=now)
    case.save(force_insert=True)
    new = new_party(case, letter="A", kind=kind, phone_mode=PhoneMode.OWN, host=None)
    record(
        "case.reported",
        stream=case.pk,
        actor=Actor("party", str(new.party.pk)),
        subject=f"case:{case.pk}",
        number=case.number,
        place=place_code,
    )
    return new


def _new_number(place_code: str, day: date) -> str:
    """Place, day and six random digits: unique by constraint, and its neighbours can't be guessed."""
    return f"{place_code}{day:%Y%m%d}{secrets.randbelow(1_000_000):06d}"


def new_party(case: Case, *, letter: str, kind: str, phone_mode: str, host: Party | None) -> NewParty:
    """Insert a party with its link. The caller holds the case's lock (or has just made the case)."""
    now = clock.now()
    party_id = uuid.uuid4()
    token = party_token(party_id)
    party = Party(
        id=party_id,
        case=case,
        letter=letter,
        kind=kind,
        phone_mode=phone_mode,
        host=host,
        token_digest=token_digest(token),
        link_expires_at=law.due("party.link", started_at=now, place=case.place_id).at,
        joined_at=now,
        last_seen_at=now,
    )
    party.save(force_insert=True)
    return NewParty(case, party, token)


@transaction.atomic
def answer_screening(*, party_id: UUID, question: str, answer: str) -> law.Screening:
    """Take one answer; when the answers decide, move the case on (令146 Arts. 13, 14, 15, 19), or to an officer where
    the place does not take it online (hours, area, ...).

    Raises Refused: screening.unknown_question, screening.unknown_answer, case.moved_on.
    """
    case, party = lock_party(party_id)
    if case.stage != Stage.REPORTED:
        require_move("pass_screening", stage=case.stage, who="party")
    _require_known_answer(question, answer)
    actor = Actor("party", str(party.pk))
    given = {"answer": answer, "party": party, "at": clock.now()}
    if not rows.update(ScreeningAnswer, given, case=case, question=question):
        rows.insert(ScreeningAnswer(case=case, question=question, **given))
    answers = {row.question: row.answer for row in rows.select(ScreeningAnswer, case=case)}
    result = law.screen(answers, on=clock.local_day(case.created_at), place=case.place_id)
    if not result.is_complete:
        record("screening.answered", stream=case.pk, actor=actor, question=question, answer=answer)
        return result
    is_keep = result.track == law.Track.KEEP_SCENE
    against = () if is_keep else barriers(case)
    move = "keep_scene" if is_keep else "request_officer" if against else "pass_screening"
    case.stage = require_move(move, stage=case.stage, who="party")
    case.track = result.track.value
    if is_keep or against:
        case.officer_requested_at = clock.now()
        case.officer_request_reason = "not_online" if against else "screening"
        matters.open_matter(case, "attendance")
        deadlines.start(case, "officer.field_target", started_at=case.officer_requested_at)
    save_case(case, "stage", "track", "officer_requested_at", "officer_request_reason")
    record(
        "screening.completed",
        stream=case.pk,
        actor=actor,
        track=case.track,
        reasons=[reason.code for reason in (*result.reasons, *against)],
    )
    return result


def _require_known_answer(question: str, answer: str) -> None:
    known = next((item for item in law.QUESTIONS if item.code == question), None)
    if known is None:
        raise Refused("screening.unknown_question", "没有这个问题，请刷新页面")
    if answer not in known.choices:
        raise Refused("screening.unknown_answer", "请选择一个回答")


@transaction.atomic
def correct_screening(*, party_id: UUID) -> None:
    """Start the screening again after a wrong tap. Allowed until photos were handed in or an officer took the case
    up.
    """
    case, party = lock_party(party_id)
    is_kept = case.stage == Stage.ATTENDANCE and case.officer_request_reason in ("screening", "not_online")
    is_early = case.stage == Stage.EVIDENCE and case.photos_submitted_at is None
    is_taken_up = case.matters.filter(kind="attendance", outcome="attended").exists()
    if is_taken_up or not (is_kept or is_early):
        raise Refused("screening.settled", "筛查已经生效，不能再改。情况有变，请直接告诉民警")
    ScreeningAnswer.objects.filter(case=case).delete()
    deadlines.settle(case, "officer.field_target")
    matters.settle_matter(case, "attendance", outcome="corrected")
    case.matters.filter(kind="attendance", outcome="corrected").delete()
    case.stage = Stage.REPORTED
    case.track = case.officer_request_reason = ""
    case.officer_requested_at = None
    save_case(case, "stage", "track", "officer_requested_at", "officer_request_reason")
    record("screening.restarted", stream=case.pk, actor=Actor("party", str(party.pk)))


@transaction.atomic
def record_occurrence(*, party_id: UUID, occurrence: Occurrence) -> Case:
    """Take time, place and weather. Raises FieldErrors beside the fields occurred_at, location, weather."""
    case, party = lock_party(party_id)
    if case.stage not in (Stage.REPORTED, Stage.EVIDENCE, Stage.DETAILS, Stage.ATTENDANCE):
        raise Refused("case.moved_on", "责任已经在确定，时间地点不能再改。有误请告诉民警")
    _check_occurrence(occurrence, case)
    case.occurred_at = occurrence.occurred_at
    case.location = occurrence.location.strip()
    case.weather = occurrence.weather
    case.lon_wgs84, case.lat_wgs84 = occurrence.lon_wgs84, occurrence.lat_wgs84
    case.accuracy_m, case.location_source = occurrence.accuracy_m, occurrence.source
    fields = ("occurred_at", "location", "weather", "lon_wgs84", "lat_wgs84", "accuracy_m", "location_source")
    save_case(case, *fields)
    record("occurrence.recorded", stream=case.pk, actor=Actor("party", str(party.pk)), source=case.location_source)
    return case


def _check_occurrence(occurrence: Occurrence, case: Case) -> None:
    faults: dict[str, Refused] = {}
    if occurrence.occurred_at > clock.now() + CLOCK_TOLERANCE:
        faults["occurred_at"] = Refused("occurrence.future", "时间还没到，请核对事故时间")
    elif occurrence.occurred_at < case.created_at - _oldest(case):
        faults["occurred_at"] = Refused("occurrence.too_old", "事故发生太久了，请到交警队报案")
    if not occurrence.location.strip():
        faults["location"] = Refused("occurrence.no_location", "请写下事故地点，例如：人民路与解放路路口")
    elif len(occurrence.location.strip()) > MAX_LOCATION:
        faults["location"] = Refused("occurrence.long_location", "地点请写短一些，不超过 120 个字")
    if occurrence.weather not in {item.code for item in law.codes.options("weather")}:
        faults["weather"] = Refused("occurrence.no_weather", "请选择天气")
    has_point = occurrence.lon_wgs84 is not None and occurrence.lat_wgs84 is not None
    if has_point and not (-180 <= occurrence.lon_wgs84 <= 180 and -90 <= occurrence.lat_wgs84 <= 90):  # type: ignore[operator]
        faults["location"] = Refused("occurrence.bad_point", "定位不对，请手动填写地点")
    if faults:
        raise FieldErrors(faults)


def _oldest(case: Case) -> timedelta:
    return timedelta(hours=law.value("report.oldest", on=clock.today(), place=case.place_id).number)
