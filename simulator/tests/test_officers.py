"""An officer rides to the scene before deciding there; the others leave it alone until it takes too long."""

from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.house import Answer
from simulator.meter import Meter
from simulator.officers import AGAIN_S, HANDED_OVER_AFTER, OPEN_FOR, RIDE_S, Desk, Officer, Room
from simulator.shifts import Shift
from simulator.wire import CALM, Wire
from simulator.world import Until, World

CASE = "00000000-0000-4000-8000-000000000001"
TEN = datetime(2026, 3, 2, 2, tzinfo=UTC)  # 10:00 in China
TAB = '<a data-tab="field" href="?">到场 <span class="count">1</span></a>'
LIST = f'{TAB}<a href="/police/cases/{CASE}/?queue=field"></a>'
NEW = f'<p class="muted">33990020260302000001 · x</p><form action="/police/cases/{CASE}/attend/">'
TAKEN = '<p class="muted">33990020260302000001 · x</p><input type="radio" name="grade_A">'


class House:
    """A desk with one case that waits for an officer on the spot."""

    def __init__(self) -> None:
        self.at, self.page, self.decided = TEN, NEW, list[tuple[str, datetime]]()
        self.is_away = False

    def now(self) -> datetime:
        return self.at

    def work(self) -> None:
        return None

    def wait_until(self, moment: datetime) -> None:
        self.at = moment

    def request(self, method: str, path: str, **_: Any) -> Answer:
        if self.is_away:
            return Answer(503, {}, b"")
        if method == "POST":
            what = path.rstrip("/").rsplit("/", maxsplit=1)[-1]
            self.decided.append((what, self.at))
            self.page = TAKEN
            return Answer(302, {}, b"")
        text = self.page if "/cases/" in path else LIST if len(self.decided) < 2 else ""
        return Answer(200, {}, text.encode())


def crew(house: House, *, many: int = 1, shift: Shift | None = None) -> tuple[World, list[Officer]]:
    world, room = World(house, 3), Room()  # type: ignore[arg-type]
    officers = []
    for at in range(many):
        wire = Wire(house, Meter(), world.dice_of(f"officer {at}"), CALM, "10.0.0.1")  # type: ignore[arg-type]
        more = {"shift": shift} if shift else {}
        desk = Desk(wire, "o", "p")
        officers.append(Officer(world, desk, colleagues=many, room=room, **more))  # type: ignore[arg-type]
    return world, officers


def test_the_one_who_took_it_up_decides_after_the_ride():
    house = House()
    world, officers = crew(house, many=3)
    for at, officer in enumerate(officers):
        world.spawn(f"officer {at}", officer.run())
    world.run(TEN + timedelta(hours=2))
    (first, taken_at), (_, decided_at) = house.decided
    assert first == "attend"
    assert RIDE_S[0] <= (decided_at - taken_at).total_seconds() <= RIDE_S[1] + 120


def test_somebody_else_decides_when_the_rider_has_gone_home():
    house = House()
    world, (rider, other) = crew(house, many=2)
    world.spawn("rider", rider.run())
    while not house.decided:
        world.run(house.at + timedelta(seconds=5))
    arrives = rider._room.rides[CASE]
    assert not other._is_ripe("field", CASE)
    house.at = arrives
    assert rider._is_ripe("field", CASE)
    assert not other._is_ripe("field", CASE)
    house.at = arrives + HANDED_OVER_AFTER
    assert other._is_ripe("field", CASE)


def test_off_duty_nobody_waits_for_the_bell():
    house = House()
    _, (officer,) = crew(house, shift=Shift(16, 8))
    steps = officer.run()
    assert next(steps) == 6 * 3600
    assert house.decided == []
    house.at = TEN + timedelta(hours=13, minutes=50)  # ten minutes before midnight
    house.decided = [("attend", house.at)] * 2  # nothing to do
    assert next(steps) == Until("desk", 600.0)


def test_a_case_that_somebody_has_open_is_left_alone_for_a_while():
    house = House()
    _, (one, other) = crew(house, many=2)
    page = Answer(200, {}, LIST.encode())
    one_rests = next(one._work_off("field", page))
    assert one_rests > 0, "looks at the case"
    assert list(other._work_off("field", page)) == []
    house.at += OPEN_FOR
    assert next(other._work_off("field", page)) > 0


def test_who_got_no_answer_gives_the_case_back_and_tries_again_soon():
    house = House()
    _, (one, other) = crew(house, many=2)
    steps = one.run()
    assert next(steps) < 60, "looks at the case"
    house.is_away = True
    assert next(steps) == AGAIN_S
    house.is_away = False
    assert next(other._work_off("field", Answer(200, {}, LIST.encode()))) > 0
