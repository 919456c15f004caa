"""Beyond the questions at the scene: which procedure the law allows, and whether the city's online fast track is open.

Handling Provisions Arts. 5, 13, 23(1): death or more than slight injury: ordinary procedure; slight injury with
everybody's consent: simplified; suspected crime: never simplified. Arts. 96-102: privileged persons, interpreters.
What limits the
online track (hours, areas, roads, vehicles, caps, policies) the nation leaves to the city (`fasttrack.*`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from kuaichu.clock import BEIJING
from kuaichu.law import divisions, engine
from kuaichu.law.citations import Citation
from kuaichu.law.errors import LawError
from kuaichu.law.national import calendar
from kuaichu.law.national.questions import Reason, Track
from kuaichu.law.national.screening import POLICE, Screening
from kuaichu.law.values import Value

INJURIES = ("none", "slight", "serious", "death")
ROADS = ("road", "motorway", "urban_expressway", "off_road")
GENERAL, SIMPLIFIED, SELF, OFFICER = "general", "simplified", "self_settlement", "officer"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineFacts:
    """What is known beyond the questions; None or empty where nobody asked, which never closes the track.

    `happened_at` aware; `area` a division code; `losses_fen` by vehicle; `insured_in` division codes of the policies.
    """

    happened_at: datetime | None = None
    area: str = ""
    road: str = ""
    motor_vehicles: int | None = None
    nonmotors: int | None = None
    injury: str = "none"
    all_consent: bool = False
    injury_loss_fen: int | None = None
    losses_fen: tuple[int, ...] = ()
    is_crime_suspected: bool = False
    is_privileged: bool = False
    needs_interpreter: bool = False
    has_commercial: bool | None = None
    insured_in: tuple[str, ...] = ()
    is_motor_liable_and_insured: bool | None = None


@dataclass(frozen=True, slots=True)
class Online:
    """`procedure`: general, simplified, self_settlement, officer (who chooses at the scene), or empty while undecided.
    `against`: why not online, each with its certainty. `screening`: what to do at the scene, these facts considered.
    """

    procedure: str
    is_online: bool
    reasons: tuple[Reason, ...]
    against: tuple[tuple[Reason, str], ...]
    screening: Screening


def judge(screening: Screening, facts: OnlineFacts, *, on: date, place: str) -> Online:
    """The procedure, and whether it may run online at this time and place. Each reason against has its certainty."""
    reasons = tuple(_national(facts))
    against = tuple(_local(facts, on=on, place=place))
    screening = _for_the_police(screening, facts)
    if not screening.is_complete:
        return Online("", False, reasons, against, screening)
    procedure = _procedure(screening, facts)
    is_keeping = screening.track is Track.KEEP_SCENE and facts.injury != "slight"
    is_online = procedure in (SIMPLIFIED, SELF) and not is_keeping and not against and not facts.is_privileged
    return Online(procedure, is_online, reasons, against, screening)


def _for_the_police(screening: Screening, facts: OnlineFacts) -> Screening:
    """What the answers alone can't know. A suspected crime (23(1)) is no case for leaving or settling: the scene is
    kept for the police (道交法 70(1)), whatever else is answered. With a privileged person (100(1), 102) the parties
    don't settle between themselves either: who may leave does, but calls.
    """
    if facts.is_crime_suspected:
        return replace(
            screening,
            track=Track.KEEP_SCENE,
            clear_scene=False,
            calls=tuple(dict.fromkeys((*screening.calls, POLICE))),
            reasons=screening.reasons if screening.track is Track.KEEP_SCENE else (),
            path="police",
            is_complete=True,
            next_question=None,
        )
    if facts.is_privileged and screening.track is Track.PHOTOGRAPH_LEAVE:
        return replace(screening, track=Track.PHOTOGRAPH_LEAVE_CALL, calls=(POLICE,), reasons=(), path="police")
    return screening


def not_online(facts: OnlineFacts, *, on: date, place: str) -> tuple[Reason, ...]:
    """Why the place does not take this case online. What nobody has confirmed (`unsure`) closes nothing on its own."""
    return tuple(reason for reason, certainty in _local(facts, on=on, place=place) if certainty != "unsure")


def _procedure(screening: Screening, facts: OnlineFacts) -> str:
    if facts.injury in ("death", "serious") or facts.is_crime_suspected:
        return GENERAL
    if facts.injury == "slight":
        return SIMPLIFIED if facts.all_consent else GENERAL
    if screening.track is Track.KEEP_SCENE:
        return OFFICER
    if screening.path == "self_settlement" and not facts.is_privileged:
        return SELF
    return SIMPLIFIED


def _national(facts: OnlineFacts) -> Iterator[Reason]:
    if facts.injury == "death":
        yield _reason("death", "有人死亡，适用一般程序。", "Somebody died: ordinary procedure.", "13(1)", "5")
    if facts.injury == "serious":
        yield _reason(
            "serious", "伤势不轻微，适用一般程序。", "The injury is not slight: ordinary procedure.", "23(1).2"
        )
    if facts.injury == "slight" and facts.all_consent:
        yield _reason(
            "slight", "伤势轻微，各方都同意，可以适用简易程序。", "Slight injury and all agree: simplified.", "23(1).2"
        )
    if facts.injury == "slight" and not facts.all_consent:
        yield _reason(
            "no_consent", "有人受伤，没有全部同意简易程序。", "Somebody is hurt and not all agree.", "23(1).2"
        )
    if facts.is_crime_suspected:
        yield Reason(
            "crime",
            "涉嫌犯罪：保护现场，等民警处理，不适用简易程序。",
            "A crime is suspected: keep the scene for the police, never the simplified procedure.",
            (Citation("handling", "23(1)"), Citation("road_safety_law", "70(1)")),
        )
    if facts.is_privileged:
        yield _reason(
            "privileged",
            "涉及享有外交、领事特权的人员，由民警按专门规定处理。",
            "A person with diplomatic or consular privilege: an officer follows the special rules.",
            "100(1)",
            "102",
        )
    if facts.needs_interpreter:
        yield _reason(
            "interpreter", "不通晓中文的，要提供翻译。", "Who knows no Chinese is given an interpreter.", "99(1)"
        )


def _local(facts: OnlineFacts, *, on: date, place: str) -> Iterator[tuple[Reason, str]]:
    """The city's limits that are passed."""

    def value(key: str) -> Value | None:
        return engine.find(f"fasttrack.{key}", on=on, place=place)

    def no(key: str) -> bool:
        found = value(key)
        return found is not None and not found.is_yes

    checks = (
        (
            facts.happened_at is not None and not _is_open(facts.happened_at, value),
            "hours",
            "现在不在线上快处的受理时间",
        ),
        (bool(facts.area) and not _is_within(facts.area, value("areas")), "areas", "这里不在线上快处的区域内"),
        (facts.road == "motorway" and no("motorway_allowed"), "motorway_allowed", "高速公路上不能线上快处"),
        (
            facts.road == "urban_expressway" and no("expressway_allowed"),
            "expressway_allowed",
            "城市快速路上不能线上快处",
        ),
        (_above(facts.motor_vehicles, value("max_vehicles")), "max_vehicles", "机动车数量超过线上快处的上限"),
        (_is_single(facts) and no("single_vehicle_allowed"), "single_vehicle_allowed", "单方事故不能线上快处"),
        (bool(facts.nonmotors) and no("nonmotor_allowed"), "nonmotor_allowed", "涉及非机动车，不能线上快处"),
        (
            _rider_without_liable_motor(facts, value),
            "nonmotor_needs_liable_motor",
            "涉及非机动车的，机动车须有责任并有交强险",
        ),
        (facts.injury == "slight" and no("injury_allowed"), "injury_allowed", "有人受伤，不能线上快处"),
        (_above(facts.injury_loss_fen, value("injury_cap")), "injury_cap", "人伤损失超过线上快处的上限"),
        (
            _above(max(facts.losses_fen, default=None), value("loss_cap_per_vehicle")),
            "loss_cap_per_vehicle",
            "车损超过线上快处的上限",
        ),
        (
            facts.has_commercial is False and _yes(value("needs_commercial_policy")),
            "needs_commercial_policy",
            "须有商业险",
        ),
        (_is_foreign(facts, place) and _yes(value("local_policy_only")), "local_policy_only", "须在本省投保"),
    )
    for is_failed, key, zh in checks:
        found = value(key)
        if is_failed and found is not None:
            title = engine.the_law().definitions[f"fasttrack.{key}"].en
            reason = Reason(key, f"{zh}，请打 122 或者自行协商。", f"Not open online: {title}.", (found.citation,))
            yield reason, found.certainty


def _is_open(moment: datetime, value: object) -> bool:
    """Within one of the day's windows; on working days where the city says so."""
    assert callable(value)
    local = moment.astimezone(BEIJING)
    if _yes(value("workdays_only")) and not _is_workday(local.date()):
        return False
    hours = value("hours")
    return hours is None or any(_covers(window, local.time()) for window in str(hours.amount).split())


def _is_workday(day: date) -> bool:
    """By the announced calendar, else as estimated; beyond that weekdays."""
    try:
        return calendar.estimate_workday(day)[0]
    except LawError:
        return day.weekday() < 5


def _covers(window: str, moment: time) -> bool:
    first, last = window.split("-")
    minutes = moment.hour * 60 + moment.minute
    start, end = (int(text[:2]) * 60 + int(text[3:]) for text in (first, last))
    return start <= minutes < end if start < end else minutes >= start or minutes < end


def _is_within(area: str, areas: Value | None) -> bool:
    return areas is None or bool(set(divisions.chain(area)) & set(str(areas.amount).split()))


def _above(number: int | None, cap: Value | None) -> bool:
    return number is not None and cap is not None and number > cap.number


def _is_single(facts: OnlineFacts) -> bool:
    return facts.motor_vehicles == 1 and not facts.nonmotors and facts.nonmotors is not None


def _rider_without_liable_motor(facts: OnlineFacts, value: object) -> bool:
    assert callable(value)
    is_asked = bool(facts.nonmotors) and facts.is_motor_liable_and_insured is False
    return is_asked and _yes(value("nonmotor_needs_liable_motor"))


def _is_foreign(facts: OnlineFacts, place: str) -> bool:
    return any(code[:2] != place[:2] for code in facts.insured_in)


def _yes(value: Value | None) -> bool:
    return value is not None and value.is_yes


def _reason(code: str, zh: str, en: str, *articles: str) -> Reason:
    return Reason(code, zh, en, tuple(Citation("handling", article) for article in articles))
