"""One run: the city, its people, officers and insurers, for so many days, and what came of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from simulator.city import City
from simulator.house import House
from simulator.insurers import HARD as INSURERS_HARD
from simulator.insurers import MOODY, STEADY, Counter, Insurer, Temper, adjuster
from simulator.mailbox import Mailbox
from simulator.officers import Desk, officer
from simulator.phones import Phone, Record
from simulator.wire import CALM, HARD, MILD, Weather, Wire
from simulator.world import World

WEATHERS: dict[str, Weather] = {"none": CALM, "mild": MILD, "hard": HARD}
TEMPERS: dict[str, Temper] = {"none": STEADY, "mild": MOODY, "hard": INSURERS_HARD}
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
    most_cases: int = 10**9


@dataclass
class Outcome:
    """What is known from outside once a run has ended."""

    plan: Plan
    world: World
    city: City
    records: list[Record] = field(default_factory=list)
    insurers: dict[str, Insurer] = field(default_factory=dict)
    began: datetime | None = None
    ended: datetime | None = None


def run(house: House, plan: Plan, *, progress: Callable[[str], None] | None = None) -> Outcome:
    """Play `plan` in `house`. Same seed, commit and house in one process: the same run."""
    world = World(house, plan.seed)
    city = City(
        plan.roads,
        seed=plan.seed,
        accidents_a_day=plan.accidents_a_day,
        insurers=list(plan.adjusters),
        days=plan.days,
    )
    outcome = Outcome(plan, world, city, began=house.now())
    counter = _partners(outcome)
    try:
        _staff(outcome)
        world.spawn("traffic", _traffic(outcome, Mailbox(house)))
        end = house.now() + timedelta(days=plan.days) + SETTLING
        world.run(end, progress=_told(progress, outcome))
    finally:
        counter.shutdown()
        counter.server_close()
    outcome.ended = house.now()
    return outcome


def _wire(outcome: Outcome, name: str, *, address: str, weather: Weather = CALM) -> Wire:
    world = outcome.world
    return Wire(world.house, world.meter, world.dice_of(name), weather, address)


def _partners(outcome: Outcome) -> Counter:
    import threading

    for code in outcome.plan.adjusters:
        wire = _wire(outcome, f"insurer {code}", address="127.0.0.9")
        outcome.insurers[code] = Insurer(outcome.world, wire, code, TEMPERS[outcome.plan.faults])
    counter = Counter(outcome.insurers)
    threading.Thread(target=counter.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    outcome.world.house.insurer_address(counter.port)
    return counter


def _staff(outcome: Outcome) -> None:
    world, plan = outcome.world, outcome.plan
    for at, username in enumerate(plan.officers):
        desk = Desk(_wire(outcome, f"officer {username}", address=f"10.1.0.{at + 1}"), username, plan.password)
        world.spawn(f"officer {username}", officer(world, desk))
    for at, (agency, username) in enumerate(plan.adjusters.items()):
        wire = _wire(outcome, f"adjuster {agency}", address=f"10.2.0.{at + 1}")
        world.spawn(f"adjuster {agency}", adjuster(world, wire, agency, username))
        world.spawn(f"callbacks {agency}", outcome.insurers[agency].calling_back())


def _traffic(outcome: Outcome, mailbox: Mailbox) -> Iterator[float]:
    """Accidents happen; each brings two phones into the world a little later."""
    world, plan, city = outcome.world, outcome.plan, outcome.city
    for at, (moment, spot) in enumerate(city.accidents(plan.first, plan.days)):
        if at >= plan.most_cases:
            return
        rest = (moment - world.house.now()).total_seconds()
        if rest > 0:
            yield rest
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
            wire = _wire(outcome, name, address=_address(world.dice_of(name)), weather=WEATHERS[plan.faults])
            phone = Phone(world, wire, mailbox, record, city.person(), city.manners(), letter)
            world.spawn(name, phone.run(), at=world.house.now() + timedelta(seconds=wire.dice.uniform(30, 240)))


def _address(dice: Random) -> str:
    return f"100.{dice.randrange(64, 128)}.{dice.randrange(256)}.{dice.randrange(1, 255)}"


def _told(progress: Callable[[str], None] | None, outcome: Outcome) -> Callable[[datetime], None] | None:
    if progress is None:
        return None
    last = [""]

    def tell(at: datetime) -> None:
        closed = sum(record.stage == "closed" for record in outcome.records)
        text = f"{at:%m-%d %H}h  {len(outcome.records)} cases, {closed} closed"
        if text != last[0]:
            last[0] = text
            progress(text)

    return tell
