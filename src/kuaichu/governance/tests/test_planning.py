"""A city's own demand becomes seats, riders and shifts; what is typed, measured or assumed is told apart."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from kuaichu.analysis.queueing import needs
from kuaichu.calls.models import Call
from kuaichu.cases.models import Case
from kuaichu.clock import BEIJING
from kuaichu.errors import FieldErrors, Refused
from kuaichu.governance import events, planning, planning_measured, runs
from kuaichu.governance.events import Wanted
from kuaichu.governance.planning import Known, Span
from kuaichu.governance.states import RunKind
from kuaichu.governance.tests.rows import call
from kuaichu.journal.models import Event
from simulator.city import BY_HOUR
from simulator.plan import planned, ways_of

PLACE = "339900"
MONDAY = datetime(2026, 11, 2, tzinfo=BEIJING)
WANTED = Wanted(since=MONDAY, until=MONDAY + timedelta(days=14), categories=("accident",))
SPAN = Span(first_day=20_759, last_day=20_772, quiet=0)  # 2026-11-02 to 2026-11-15
ROADS = Path(__file__).parents[2] / "demo/map/roads.geojson"


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path, place):
    settings.FILES = tmp_path


def city(a_day: int = 40) -> None:
    """Two weeks of accidents, most by day, somewhere in town."""
    rng = np.random.default_rng(1)
    values = {key: value for key, value in vars(call()).items() if key not in {"_state", "id", "number"}}
    hours = rng.choice(24, 14 * a_day, p=np.array(BY_HOUR) / sum(BY_HOUR))
    rows = []
    for number, hour in enumerate(hours.tolist()):
        at = MONDAY + timedelta(days=number % 14, hours=hour, minutes=int(rng.integers(0, 60)))
        place = {"lon_wgs84": 120.5 + rng.normal(0, 0.02), "lat_wgs84": 30 + rng.normal(0, 0.02)}
        times = {"received_at": at, "dispatched_at": at, "arrived_at": at + timedelta(minutes=6)}
        rows.append(Call(**(values | place | times | {"closed_at": at + timedelta(minutes=26)}), number=f"P{number}"))
    Call.objects.bulk_create(rows)
    Call.objects.filter(number__startswith="J").delete()


def made(given=None, measured=None):
    settings = planning.prepared(given or {}, measured or {}, SPAN)
    run = runs.carry_out(kind=RunKind.STAFFING, place_code=PLACE, wanted=WANTED, settings=settings, seed=5)
    return run, runs.answer_of(run)


def test_days_count_from_the_first_call_to_the_last():
    call(received_at=MONDAY + timedelta(days=2))
    for day in (3, 5, 9):
        call(received_at=MONDAY + timedelta(days=day, hours=23), category="order", subclass="parking")
    found = planning.span_of(events.store(PLACE), WANTED)
    assert found == Span(first_day=SPAN.first_day + 2, last_day=SPAN.first_day + 9, quiet=4)
    assert planning.days_of({"first_day": SPAN.first_day, "last_day": SPAN.first_day + 7}).tolist() == [2] + [1] * 6
    with pytest.raises(Refused, match=r"planning\.short"):
        planning.span_of(events.store(PLACE), Wanted(since=MONDAY, until=MONDAY + timedelta(days=6)))
    with pytest.raises(Refused, match=r"planning\.nothing"):
        planning.span_of(events.store(PLACE), Wanted(since=MONDAY, until=MONDAY + timedelta(days=1)))


def test_a_plan_holds_the_week_and_repeats_to_the_bit():
    city()
    run, answer = made()
    assert (answer["calls"], answer["located"]) == (560, 560)
    assert np.sum(answer["counts"]) == 560
    assert np.sum(answer["rates"]) * 2 == pytest.approx(560, rel=1e-4)
    for crew in (answer["seats"], answer["riders"]):
        assert np.shape(crew["count"]) == (7, 24)
        assert (np.array(crew["roster"]["on_duty"]) >= np.array(crew["count"])).all()
        assert crew["roster"]["people"] * 40 >= crew["roster"]["hours"]
        assert crew["share_less"] < crew["share_mean"] <= crew["share_more"]
        assert dict(crew["levels"])[crew["most"]] >= crew["share_mean"] - 1e-9
    assert answer["seats"]["share_mean"] >= 0.95
    assert answer["riders"]["share_mean"] >= 0.9
    again = runs.repeat(run)
    assert (again.is_same_code, again.is_reproduced) == (True, True)


def test_the_same_inputs_give_the_numbers_of_the_command(monkeypatch):
    """The simulator's demand and ways through the desk's code: the people that `./kuaichu simulate --plan` names."""
    asked = needs()
    plan = planned(asked, 60.0, ROADS)
    by_day = np.tile(60.0 * np.array(BY_HOUR) / sum(BY_HOUR), (7, 1))
    monkeypatch.setattr(planning, "hourly_rates", lambda counts, days: by_day)
    monkeypatch.setattr(planning, "_ways", lambda asked, *rest: ways_of(asked, ROADS, seed=1))
    city()
    _, answer = made()
    for crew, theirs, roster in (
        (answer["seats"], plan.staffing.seats, plan.seats),
        (answer["riders"], plan.staffing.riders, plan.riders),
    ):
        assert crew["count"] == [theirs.count.tolist()] * 7
        assert crew["share"][0] == pytest.approx(theirs.share.tolist())
        assert crew["roster"]["hours"] == 7 * roster.hours
    assert answer["played_share"] == pytest.approx(plan.staffing.played_share, abs=0.01)


def test_typed_wins_over_measured_wins_over_assumed():
    measured = {name: Known(value=300.0, source="measured", over=80) for name in ("seat_s", "on_scene_s")}
    known = planning.prepared({"seat_s": "4", "field_share": "100%"}, measured, SPAN)["known"]
    assert known["seat_s"] == {"value": 240.0, "source": "given", "over": 0}
    assert known["on_scene_s"] == {"value": 300.0, "source": "measured", "over": 80}
    assert known["own_median_s"] == {"value": 270.0, "source": "assumed", "over": 0}
    assert planning.needs_of({"known": known}).online_share == 0.0


def test_spread_goes_with_its_median():
    """A measured spread beside a typed median would be half of each."""
    measured = {
        name: Known(value=value, source="measured", over=50)
        for name, value in (("own_median_s", 200.0), ("own_spread", 0.9))
    }
    assert planning.prepared({}, measured, SPAN)["known"]["own_spread"]["value"] == 0.9
    assert planning.prepared({"own_median_s": "3"}, measured, SPAN)["known"]["own_spread"]["value"] == 0.4


def test_every_wrong_field_is_named():
    given = {
        "promise_s": "abc",
        "reach_share": "100",
        "shift_h": "7.5",
        "demand": "nan",
        "seat_s": "-1",
        "pattern": "x",
    }
    with pytest.raises(FieldErrors) as refusal:
        planning.typed(given | {"week_hours": " 38 "})
    codes = {name: each.code for name, each in refusal.value.fields.items()}
    assert codes == {
        "promise_s": "planning.number",
        "demand": "planning.number",
        "reach_share": "planning.range",
        "seat_s": "planning.range",
        "shift_h": "planning.whole",
        "pattern": "planning.pattern",
    }


def test_all_on_the_spot_and_all_online():
    city()
    _, spot = made({"field_share": "100"})
    assert (spot["seats"]["hours"], spot["seats"]["share_mean"], spot["seats"]["roster"]) == (0, None, None)
    _, online = made({"field_share": "0"})
    assert (online["riders"]["hours"], online["riders"]["roster"]) == (0, None)


def test_where_no_number_is_enough_none_is_given():
    city()
    _, answer = made({"own_median_s": "14", "reach_s": "1"})
    assert not np.array(answer["seats"]["is_possible"]).any()
    assert (answer["seats"]["roster"], answer["played_share"]) == (None, None)
    assert answer["best_share"] < 0.95
    assert not np.array(answer["riders"]["is_possible"]).any()


def test_too_few_calls_and_too_few_places():
    for _ in range(29):
        call(received_at=MONDAY)
    with pytest.raises(Refused, match=r"planning\.few"):
        made()
    call(received_at=MONDAY, lon_wgs84=None, lat_wgs84=None)
    Call.objects.update(lon_wgs84=None, lat_wgs84=None)
    assert made()[1]["riders"] is None


def test_too_much_work_is_said(monkeypatch):
    monkeypatch.setattr("kuaichu.analysis.queueing.crews.MOST_LOAD", 100.0)
    city()
    with pytest.raises(Refused, match=r"planning\.too_much"):
        made({"demand": "1000", "on_scene_s": "600"})


def test_calls_tell_the_time_on_the_spot():
    city()
    found = planning_measured.measured(PLACE, WANTED)
    assert found["on_scene_s"] == Known(value=1200.0, source="measured", over=560)
    assert found["way_s"] == Known(value=360.0, source="measured", over=560)
    assert set(found) == {"on_scene_s", "way_s"}
    now = planning_measured.kept_now(PLACE, WANTED, promise_s=900, reach_s=300)
    assert now == {"reached": Known(value=0.0, source="measured", over=560)}


def event(case: Case, name: str, at: datetime, actor: str, seq: int) -> Event:
    return Event(stream=case.pk, seq=seq, name=name, at=at, actor_kind="staff", actor_id=actor)


def online_cases(unit, count: int = 40) -> None:
    """Reported a minute after each other, photos handed in after 4 minutes; one officer needs 2 minutes for each, so
    that a line grows. Every fourth case called an officer out.
    """
    rows, answered = [], MONDAY
    for number in range(count):
        begun = MONDAY + timedelta(minutes=number)
        handed_in = begun + timedelta(minutes=4)
        answered = max(answered, handed_in) + timedelta(minutes=2)
        case = Case.objects.create(
            id=uuid4(), number=f"C{number}", place_id=PLACE, unit=unit, created_at=begun, may_leave_at=answered
        )
        call(received_at=begun, case_number=case.number)
        rows += [event(case, "photos.submitted", handed_in, "", 1), event(case, "photos.passed", answered, "7", 2)]
        if number % 4 == 0:
            rows.append(event(case, "officer.requested", answered, "", 3))
    Event.objects.bulk_create(rows)


def test_cases_tell_an_officers_and_the_peoples_own_time(unit):
    online_cases(unit)
    for _ in range(10):
        call(received_at=MONDAY)  # by telephone: somebody went
    found = planning_measured.measured(PLACE, WANTED)
    assert found["seat_s"] == Known(value=120.0, source="measured", over=40), "not the line before it"
    assert found["own_median_s"] == Known(value=240.0, source="measured", over=30)
    assert found["own_spread"].value == pytest.approx(0.0)
    assert found["field_share"] == Known(value=pytest.approx(1 - 30 / 50), source="measured", over=50)
    now = planning_measured.kept_now(PLACE, WANTED, promise_s=900, reach_s=600)
    assert now["left"].value == pytest.approx(10 / 40), "the n-th waits n minutes longer than the first"


def test_few_cases_and_slow_answers_prove_nothing(unit):
    online_cases(unit, 29)
    assert planning_measured.measured(PLACE, WANTED) == {}
    step, case = planning_measured.Step, uuid4()
    night = [step(case, "photos.submitted", MONDAY, ""), step(case, "photos.passed", MONDAY + timedelta(hours=9), "7")]
    assert planning_measured.handled(night) == {}


def test_a_case_is_measured_over_all_its_answers():
    step, case, other = planning_measured.Step, uuid4(), uuid4()
    at = [MONDAY + timedelta(minutes=minute) for minute in range(20)]
    steps = [
        step(case, "photos.submitted", at[0], ""),
        step(case, "photos.returned", at[2], "7"),
        step(other, "photos.submitted", at[3], ""),
        step(case, "photos.submitted", at[4], ""),
        step(other, "photos.passed", at[6], "7"),
        step(case, "photos.passed", at[7], "7"),
        step(case, "determination.requested", at[9], ""),
        step(case, "determination.issued", at[12], "8"),
    ]
    assert planning_measured.handled(steps) == {case: (2 + 1 + 3) * 60.0, other: 3 * 60.0}
    assert planning_measured.waited(steps) == {case: (2 + 3) * 60.0, other: 3 * 60.0}
