"""What people did at the desks in the lived weeks: calls of the last hours at every stage, lines of the ledger with a
plan, an analysis, bulletins, hot-spot files with measures, task orders. All through the product's own actions, each at
its own moment of the past."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from kuaichu import clock
from kuaichu.accounts.models import Agency, Person
from kuaichu.calls import actions as calls
from kuaichu.calls.models import Call, CallBack, RepeatChain
from kuaichu.calls.states import Cause
from kuaichu.demo.city import PHOTOS
from kuaichu.demo.life.days import LivedCall, book, call_of
from kuaichu.demo.life.streets import crossing, dice_of, streets
from kuaichu.demo.life.taking import intake_of
from kuaichu.governance import actions, runs
from kuaichu.governance.actions import Problem
from kuaichu.governance.bulletins.actions import make
from kuaichu.governance.events import Wanted
from kuaichu.governance.figures import Period
from kuaichu.governance.models import HotSpotFile, TaskOrder
from kuaichu.governance.permissions import scope_of
from kuaichu.governance.states import BulletinKind, RunKind
from kuaichu.wiring import connect

LAST_CALLS = 14  # typed at the desk within the last hours, not imported
STILL_OPEN = 8
HOT_SPAN = 28


@dataclass(frozen=True)
class _People:
    calls: Person
    analyst: Person
    leader: Person
    squadron: Person
    road_office: Person
    town: Person


def fill(place_code: str, *, first: date, seed: int) -> None:
    """Everything once; what is there already stays. `first`: the day with which the lived weeks began."""
    if HotSpotFile.objects.filter(place_id=place_code).exists():
        return
    connect()
    people = _People(**{
        field: Person.objects.select_related("agency").get(username=field.replace("_", "-"))
        for field in ("calls", "analyst", "leader", "squadron", "road_office", "town")
    })  # fmt: skip
    dice = dice_of(seed, "desks", clock.today())
    _last_hours(place_code, people, dice)
    _ledger(place_code, people)
    _analyses(people)
    school = _school(people, first)
    avenue = _avenue(people, first)
    _orders(people, school, avenue)


@contextmanager
def _at(on: date, hour: int) -> Iterator[None]:
    """In China at such an hour; never after now."""
    moment = datetime.combine(on, time(hour, 20), clock.BEIJING)
    with clock.moved_to(min(moment, clock.now())):
        yield


def _last_hours(place_code: str, people: _People, dice: Random) -> None:
    """Typed calls: the older ones closed (some called back), the newest open, each a step behind the one before."""
    now = clock.now()
    names, shares = list(book()["classes"]), [row["share"] for row in book()["classes"].values()]
    ages = sorted((dice.uniform(3, 400) for _ in range(LAST_CALLS)), reverse=True)
    for at, age in enumerate(ages):
        moment = now - timedelta(minutes=age if at < LAST_CALLS - STILL_OPEN else min(age, 4.0 * (LAST_CALLS - at)))
        subclass = dice.choices(names, shares)[0]
        lived = call_of(moment, subclass, streets().somewhere(dice), dice)
        with clock.moved_to(moment):
            call = calls.take_call(taker=people.calls, intake=intake_of(place_code, lived, dice)).call
        _handle(call, lived, people.calls, steps=3 if at < LAST_CALLS - STILL_OPEN else (LAST_CALLS - at) // 3)
    for row in CallBack.objects.filter(done_at__isnull=True).order_by("id")[:3]:
        calls.record_call_back(call_back_id=row.pk, person=people.calls, outcome="settled", satisfaction=5)


def _handle(call: Call, lived: LivedCall, person: Person, *, steps: int) -> None:
    now = clock.now()
    if steps > 0:
        with clock.moved_to(min(call.received_at + timedelta(seconds=50), now)):
            calls.dispatch(call_id=call.pk, person=person)
    if steps > 1:
        with clock.moved_to(min(lived.arrived_at, now)):
            calls.arrive(call_id=call.pk, person=person)
    if steps > 2:
        with clock.moved_to(min(lived.closed_at, now)):
            calls.close(call_id=call.pk, person=person, result=lived.result)


def _ledger(place_code: str, people: _People) -> None:
    """Most lines are settled, some have a plan, the newest wait for somebody to look at them."""
    chains = list(RepeatChain.objects.filter(place_id=place_code).order_by("last_call_at"))
    words = book()["ledger"]
    for at, chain in enumerate(chains[:-12]):
        with clock.moved_to(min(chain.last_call_at + timedelta(days=2), clock.now())):
            calls.close_chain(chain_id=chain.pk, person=people.calls, note=words["closed"][at % len(words["closed"])])
    for at, chain in enumerate(chains[-12:-5]):
        with clock.moved_to(min(chain.last_call_at + timedelta(hours=3), clock.now())):
            calls.set_chain(
                chain_id=chain.pk,
                person=people.calls,
                cause=list(Cause.values)[at % len(Cause.values)],
                owner_id=(people.squadron if at % 2 else people.calls).pk,
                next_step=words["steps"][at % len(words["steps"])],
                due_on=clock.today() + timedelta(days=2 + at % 3),
            )


def _analyses(people: _People) -> None:
    """Last week's bulletin, yesterday's analysis, the hot spots of four weeks."""
    today = clock.today()
    with _at(today - timedelta(days=today.weekday()), 9):
        make(kind=BulletinKind.WEEK, day=clock.today() - timedelta(days=7), person=people.analyst)
    with _at(today, 8):
        make(kind=BulletinKind.DAY, day=clock.today() - timedelta(days=1), person=people.analyst)
    period = Period(today - timedelta(days=HOT_SPAN), today - timedelta(days=1))
    runs.carry_out(
        kind=RunKind.HOT_SPOTS,
        place_code=scope_of(people.analyst).place_code,
        wanted=Wanted(since=period.since, until=period.until),
        person=people.analyst,
    )


def _school(people: _People, first: date) -> HotSpotFile:
    """A school gate: treated three weeks ago, and it has helped."""
    row = book()["files"]["school"]
    with _at(first + timedelta(days=23), 10):
        file = _opened(people.analyst, row, Period(first + timedelta(days=2), first + timedelta(days=22)))
        actions.adopt_plan(file_id=file.pk, person=people.analyst, leader_id=people.squadron.pk, plan=row["plan"])
        for text in row["measures"]:
            actions.add_measure(
                file_id=file.pk, person=people.squadron, text=text, from_on=clock.today() + timedelta(days=1)
            )
    with _at(first + timedelta(days=40), 10):
        actions.evaluate(file_id=file.pk, person=people.analyst)
    return file


def _avenue(people: _People, first: date) -> HotSpotFile:
    """Two wide roads crossing: a plan, the first measure since last week."""
    row = book()["files"]["avenue"]
    with _at(first + timedelta(days=31), 15):
        file = _opened(people.leader, row, Period(first + timedelta(days=9), first + timedelta(days=30)))
        actions.adopt_plan(file_id=file.pk, person=people.leader, leader_id=people.leader.pk, plan=row["plan"])
        actions.add_measure(
            file_id=file.pk, person=people.leader, text=row["measures"][0], from_on=clock.today() + timedelta(days=2)
        )
    return file


def _opened(person: Person, row: dict[str, Any], before: Period) -> HotSpotFile:
    lon, lat = row["near"]
    spot = crossing((lon, lat), dice_of("file"))
    return actions.open_file(
        person=person,
        name=spot.words,
        lon_wgs84=lon,
        lat_wgs84=lat,
        radius_m=row["radius_m"],
        before=before,
        unit_id=Agency.objects.get(code=row["unit"]).pk,
    )


def _orders(people: _People, school: HotSpotFile, avenue: HotSpotFile) -> None:
    """One closed, one reported and to be checked, one under way and nearly due, one not yet signed for."""
    today = clock.today()
    photo = (PHOTOS / "b_scene_front.jpg").read_bytes()
    closed, reported, under_way, new = book()["orders"]
    order = _issued(people, closed, today - timedelta(days=17), people.road_office, school)
    _answer(order, people, closed, today - timedelta(days=12), photo)
    with _at(today - timedelta(days=11), 10):
        actions.check(order_id=order.pk, person=people.analyst, is_mended=True, text=closed["checked"])
        actions.close_order(order_id=order.pk, person=people.analyst, text=closed["checked"])
    order = _issued(people, reported, today - timedelta(days=6), people.road_office, avenue)
    _answer(order, people, reported, today - timedelta(days=1), photo)
    order = _issued(people, under_way, today - timedelta(days=9), people.town, avenue)
    with _at(today - timedelta(days=8), 11):
        actions.sign_for(order_id=order.pk, person=people.town)
    _issued(people, new, today - timedelta(days=1), people.road_office, None)


def _issued(people: _People, row: dict[str, Any], on: date, lead: Person, file: HotSpotFile | None) -> TaskOrder:
    assert lead.agency_id is not None
    with _at(on, 9):
        return actions.issue(
            person=people.analyst,
            problem=Problem(
                element=row["element"], level=row["level"], problem=row["problem"], proposed_measure=row["proposed"]
            ),
            lead_id=lead.agency_id,
            file_id=file.pk if file else None,
        )


def _answer(order: TaskOrder, people: _People, row: dict[str, Any], on: date, photo: bytes) -> None:
    with _at(on - timedelta(days=2), 10):
        actions.sign_for(order_id=order.pk, person=people.road_office)
    with _at(on, 16):
        actions.report(order_id=order.pk, person=people.road_office, text=row["reported"], photo=photo)
