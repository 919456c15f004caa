"""One run: the city, its people, officers and insurers, for so many days, and what came of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from time import monotonic

from simulator import insurers, national
from simulator.breaking import suffering
from simulator.callers import Calls, calling
from simulator.city import CHINA, City, Spot
from simulator.house import House
from simulator.insurers import Insurer, adjusters
from simulator.keeping import keeping
from simulator.looking import Looker
from simulator.mailbox import BUSY, POOR, SURE, Carrier, Mailbox
from simulator.national import Platform
from simulator.officers import Desk, Officer, Room
from simulator.partners import Counter, Partner
from simulator.people import Record
from simulator.phones import Phone
from simulator.shifts import ALWAYS, shifts
from simulator.wire import CALM, HARD, MILD, Weather, Wire
from simulator.world import World

WEATHERS: dict[str, Weather] = {"none": CALM, "mild": MILD, "hard": HARD}
TEMPERS = {"none": insurers.STEADY, "mild": insurers.MOODY, "hard": insurers.HARD}
PLATFORMS = {"none": national.STEADY, "mild": national.MOODY, "hard": national.HARD}
CARRIERS: dict[str, Carrier] = {"none": SURE, "mild": BUSY, "hard": POOR}
HOURS_BETWEEN_FAULTS = {"mild": 12.0, "hard": 3.0}
FILED = ("paid", "settled")  # outcomes of which the platform is told
SETTLING = timedelta(days=3)  # after the last accident, so that cases can end


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked. `officers`, `adjusters`: who signs in at which desk; `adjusters` by insurer's code."""

    place: str
    first: date
    days: int
    seed: int
    accidents_a_day: float
    roads: Path
    faults: str
    password: str
    officers: tuple[str, ...]
    adjusters: dict[str, str]
    platform: str = ""  # the code of the national platform's gateway; none answers when empty
    most_cases: int = 10**9
    most_minutes: float = float("inf")  # of ours: afterwards no more accidents come
    calls_from: str = ""  # the code of the police unit whose system sends the calls; nobody does when empty
    calls_a_day: float = 0.0


@dataclass
class Outcome:
    """What is known from outside once a run has ended."""

    plan: Plan
    world: World
    city: City
    mailbox: Mailbox
    calls: Calls = field(default_factory=Calls)
    records: list[Record] = field(default_factory=list)
    insurers: dict[str, Insurer] = field(default_factory=dict)
    platform: Platform | None = None
    began: datetime | None = None
    ended: datetime | None = None
    has_all_happened: bool = False  # the last accident has
    settled_by: datetime | None = None  # when the cases have had their time after it

    @property
    def is_quiet(self) -> bool:
        """Nothing is left to happen: every accident that will be has been, every case is closed, and recorded."""
        return (
            self.has_all_happened
            and all(record.stage == "closed" for record in self.records)
            and (self.platform is None or self._filed <= self.platform.books.keys())
        )

    @property
    def _filed(self) -> set[str]:
        return {record.number for record in self.records if record.outcome in FILED}

    @property
    def partners(self) -> dict[str, Partner]:
        """Everybody whom the house calls, by code."""
        return self.insurers | ({self.platform.code: self.platform} if self.platform else {})

    @property
    def is_settled(self) -> bool:
        """The cases have had their time, however early the accidents ended."""
        return self.settled_by is not None and self.world.house.now() >= self.settled_by


def run(house: House, plan: Plan, *, progress: Callable[[str], None] | None = None) -> Outcome:
    """Play `plan` in `house`. Same seed, commit and house in one process: the same run."""
    outcome, counter = begin(house, plan)
    try:
        outcome.world.spawn("traffic", _traffic(outcome))
        outcome.world.spawn("keeping", keeping(outcome, Looker(house, plan.password)))
        _callers(outcome)
        if plan.faults != "none":
            outcome.world.spawn("faults", suffering(outcome.world, HOURS_BETWEEN_FAULTS[plan.faults]))
        end = house.now() + timedelta(days=plan.days) + SETTLING
        outcome.world.run(end, is_over=_ended(outcome, _told(progress, outcome)))
    finally:
        counter.shutdown()
        counter.server_close()
    outcome.ended = house.now()
    return outcome


def begin(house: House, plan: Plan, *, pace: float = 1.0) -> tuple[Outcome, Counter]:
    """The city, its staff and the partners' counter, before the first accident. The caller closes the counter."""
    world = World(house, plan.seed, pace=pace)
    city = City(
        plan.roads,
        seed=plan.seed,
        accidents_a_day=plan.accidents_a_day,
        insurers=list(plan.adjusters),
        days=plan.days,
    )
    mailbox = Mailbox(house, carrier=CARRIERS[plan.faults], seed=plan.seed, pace=pace, meter=world.meter)
    outcome = Outcome(plan, world, city, mailbox, began=house.now())
    counter = _partners(outcome)
    _staff(outcome)
    return outcome, counter


def _wire(outcome: Outcome, name: str, *, address: str, weather: Weather = CALM) -> Wire:
    world = outcome.world
    return Wire(world.house, world.meter, world.dice_of(name), weather, address, pace=world.pace)


def _partners(outcome: Outcome) -> Counter:
    import threading

    for code in outcome.plan.adjusters:
        wire = _wire(outcome, f"insurer {code}", address="127.0.0.9")
        outcome.insurers[code] = Insurer(outcome.world, wire, code, TEMPERS[outcome.plan.faults])
    if outcome.plan.platform:
        outcome.platform = Platform(outcome.world, outcome.plan.platform, PLATFORMS[outcome.plan.faults])
    counter = Counter(outcome.partners)
    threading.Thread(target=counter.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    outcome.world.house.partner_address(counter.port)
    return counter


def _staff(outcome: Outcome) -> None:
    world, plan = outcome.world, outcome.plan
    duties = shifts(len(plan.officers)) if world.pace == 1.0 else [ALWAYS] * len(plan.officers)
    room = Room()
    for at, (username, duty) in enumerate(zip(plan.officers, duties, strict=True)):
        desk = Desk(_wire(outcome, f"officer {at} {username}", address=f"10.1.0.{at + 1}"), username, plan.password)
        officer = Officer(world, desk, colleagues=len(plan.officers), shift=duty, room=room)
        world.spawn(f"officer {at} {username}", officer.run())
    for at, (agency, username) in enumerate(plan.adjusters.items()):
        wire = _wire(outcome, f"adjuster {agency}", address=f"10.2.0.{at + 1}")
        world.spawn(f"adjuster {agency}", adjusters(world, wire, agency, username))
        world.spawn(f"callbacks {agency}", outcome.insurers[agency].calling_back())


def _callers(outcome: Outcome) -> None:
    world, plan = outcome.world, outcome.plan
    if plan.calls_from:
        city = City(plan.roads, seed=plan.seed + 1, accidents_a_day=0.0, insurers=["-"], days=plan.days)
        wire = _wire(outcome, "calls", address="10.3.0.1", weather=WEATHERS[plan.faults])
        actor = calling(
            world, city, wire, outcome.calls, agency=plan.calls_from, place=plan.place, a_day=plan.calls_a_day
        )
        world.spawn("calls", actor)


def _traffic(outcome: Outcome) -> Iterator[float]:
    """Accidents happen, one after the other."""
    world, plan, began = outcome.world, outcome.plan, monotonic()
    for at, (moment, spot) in enumerate(outcome.city.accidents(plan.first, plan.days)):
        if at >= plan.most_cases or monotonic() - began > plan.most_minutes * 60:
            break
        rest = (moment - world.house.now()).total_seconds()
        if rest > 0:
            yield rest
        newcomer(outcome, spot, moment, weather=WEATHERS[plan.faults])
    outcome.has_all_happened, outcome.settled_by = True, world.house.now() + SETTLING


def newcomer(outcome: Outcome, spot: Spot, moment: datetime, *, weather: Weather) -> None:
    """One accident; it brings two phones into the world a little later."""
    world, plan, city, at = outcome.world, outcome.plan, outcome.city, len(outcome.records)
    record = Record(
        name=f"case {at}",
        place=plan.place,
        scene=city.scene(),
        location=spot.words,
        lon=spot.lon,
        lat=spot.lat,
        occurred_at=max(moment, world.house.now() - timedelta(minutes=1)),
    )
    outcome.records.append(record)
    for letter in "AB":
        name = f"phone {at}{letter}"
        wire = _wire(outcome, name, address=_address(world.dice_of(name)), weather=weather)
        record.people[letter] = city.person()
        phone = Phone(world, wire, outcome.mailbox, record, record.people[letter], city.manners(), letter)
        world.spawn_in(name, phone.run(), wire.dice.uniform(30, 240))


def _address(dice: Random) -> str:
    return f"100.{dice.randrange(64, 128)}.{dice.randrange(256)}.{dice.randrange(1, 255)}"


def _ended(outcome: Outcome, tell: Callable[[], None]) -> Callable[[], bool]:
    """Whether every accident has happened and every case is closed or has had its time."""
    checked = [0]

    def ask() -> bool:
        checked[0] += 1
        if checked[0] % 50:
            return False
        tell()
        return outcome.is_quiet or outcome.is_settled

    return ask


def _told(progress: Callable[[str], None] | None, outcome: Outcome) -> Callable[[], None]:
    last = [""]

    def tell() -> None:
        closed = sum(record.stage == "closed" for record in outcome.records)
        text = f"{outcome.world.house.now().astimezone(CHINA):%m-%d %H}h  {len(outcome.records)} cases, {closed} closed"
        if progress is not None and text != last[0]:
            last[0] = text
            progress(text)

    return tell
