"""The roadside goes on: accidents played by simulated phones over HTTP, stopped where a person's work at a desk is
needed. A visitor has some minutes for it; then simulated staff takes the oldest. Only the city's own cases."""

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.cases.actions import bind_device
from kuaichu.cases.models import Case, Party
from kuaichu.cases.states import Stage
from kuaichu.cases.tokens import party_token
from kuaichu.demo.life.kept import Book, KeptCase
from kuaichu.demo.life.own_house import OwnHouse
from kuaichu.demo.life.people import EXAMPLE, people_of, roadside, spot_of
from kuaichu.demo.life.phones import CityPhone, manners_of, person_of
from kuaichu.demo.life.staff import Staff
from kuaichu.demo.life.streets import dice_of
from kuaichu.demo.life.weeks import required_demonstration
from kuaichu.demo.play import STORIES
from simulator.mailbox import Mailbox
from simulator.meter import Meter
from simulator.people import Record
from simulator.wire import CALM, Wire
from simulator.world import World

GLANCE_S = 4.0  # between two looks at what others have done
GIVES_UP = timedelta(minutes=15)
FOR_EVER = timedelta(days=3650)
TIRED = 10.0
AFTER_FAULT_S = 60.0
_log = logging.getLogger("kuaichu.demo")


class Roadside:
    """One life of the roadside. `run()` returns once `stopping` is set."""

    def __init__(self, place_code: str, book: Book, house: OwnHouse, *, pace: float, stopping: threading.Event) -> None:
        """Raises Refused("demo.only") outside the demonstration."""
        required_demonstration()
        self.place_code, self.book, self._stopping = place_code, book, stopping
        self._rules: dict[str, Any] = roadside()["going_on"]
        self._pace = pace
        self.world = World(house, seed=0, pace=self._rules["people_faster"] * max(pace, 1.0), meter=Meter())
        self.mailbox = Mailbox(house)
        self.records: dict[str, Record] = {}
        self.staff = Staff(self.world, book, self._rules)
        self._seen: dict[str, list[str]] = {}

    def run(self) -> None:
        """Go on with what is open, and with new accidents."""
        for kept in list(self.book.open.values()):
            self._return(kept)
        self.world.spawn("watch", self._watch())
        self.world.spawn("accidents", self._accidents())
        self.staff.begin()
        self.world.run(self.world.house.now() + FOR_EVER, is_over=self._stopping.is_set)

    def _seconds(self, seconds: float) -> float:
        """A rest that takes so many real seconds, whatever the pace of people."""
        return seconds * self.world.pace

    def _accidents(self) -> Iterator[float]:
        dice, rules, begun = dice_of("accidents", clock.now()), self._rules, 0
        while True:
            mean = rules["seconds_a_case"] / self._pace * (TIRED if begun >= rules["tired_after"] else 1.0)
            yield self._seconds(min(dice.expovariate(1 / mean), 3 * mean))
            if self._open() < rules["most_open"] and self.book.begun < rules["most_ever"]:
                begun += 1
                self._happen(f"case-{clock.now():%Y%m%d%H%M%S}-{begun}")

    def _open(self) -> int:
        """Cases of the city's own that are not closed, those included that nobody has acknowledged yet."""
        known = {kept.name for kept in self.book.open.values()} | set(self.records)
        return sum(not name.startswith(EXAMPLE) for name in known)

    def _happen(self, name: str) -> None:
        stories = self._rules["stories"]
        story = dice_of(name, "story").choices(list(stories), list(stories.values()))[0]
        record = self._record(name, story)
        self.records[name] = record
        self._spawn(record, name, story)

    def _record(self, name: str, story: str) -> Record:
        spot, told = spot_of(name), STORIES[story]
        hurt = dice_of(name, "hurt").random() < self._rules["call_officer"]
        scene = {
            "a": list(told.conduct["A"]),
            "b": list(told.conduct["B"]),
            "parts": [told.parts["A"], told.parts["B"]],
            "form": told.form,
            "answers": {"injured": "yes"} if hurt else {},
        }
        return Record(
            name=name,
            place=self.place_code,
            scene=scene,
            location=spot.words,
            lon=spot.lon,
            lat=spot.lat,
            occurred_at=self.world.house.now() - timedelta(minutes=1),
        )

    def _spawn(self, record: Record, name: str, story: str) -> None:
        people = people_of(name)
        for letter in "AB":
            dice = dice_of(name, letter, clock.now())
            address = f"100.{dice.randrange(64, 128)}.{dice.randrange(256)}.{dice.randrange(1, 255)}"
            wire = Wire(self.world.house, self.world.meter, dice, CALM, address)
            phone = CityPhone(
                self.world, wire, self.mailbox, record, person_of(people[letter], letter),
                manners_of(name, letter, self._rules), letter,
            )  # fmt: skip
            self.world.spawn_in(f"{name} {letter}", phone.run(), dice.uniform(5, 40))

    def _return(self, kept: KeptCase) -> None:
        """A case of an earlier start: the same people, with their links, on their own phones."""
        case = Case.objects.filter(number=kept.number).first()
        if case is None or case.stage == Stage.CLOSED:
            self.book.drop(kept.number)
            return
        record = self._record(kept.name, kept.story)
        record.number, record.stage = case.number, case.stage
        self.world.bells[case.number] = record.bell
        for party in Party.objects.filter(case=case):
            record.tokens[party.letter] = party_token(party.pk)
            if party.phone_confirmed_at:
                record.devices[party.letter] = bind_device(party_id=party.pk)
        self.records[kept.name] = record
        self._spawn(record, kept.name, kept.story)

    def _watch(self) -> Iterator[float]:
        """Rings for the phones when somebody at a desk has moved their case on: visitors do not ring."""
        while True:
            yield self._seconds(GLANCE_S)
            self._remember()
            numbers = list(self.book.open)
            rows = Case.objects.filter(number__in=numbers).values_list("number", "stage", "photo_state", "path")
            for number, *state in rows:
                if self._seen.get(number, state) != state:
                    self.world.ring_case(number, after_s=0.0)
                self._seen[number] = state
                if state[0] == Stage.CLOSED:
                    self._forget(number)
            self.staff.look()

    def _remember(self) -> None:
        """A case has its number once the house has acknowledged it; whose report never arrived has given up."""
        now = self.world.house.now()
        for name, record in list(self.records.items()):
            if not record.number and now - record.occurred_at > GIVES_UP:
                del self.records[name]
            if record.number and record.number not in self.book.open and record.stage != "closed":
                story = next(
                    key for key, told in STORIES.items() if list(told.conduct["A"]) == record.scene["a"]
                    and list(told.conduct["B"]) == record.scene["b"]
                )  # fmt: skip
                self.book.add(KeptCase(record.number, name, story))

    def _forget(self, number: str) -> None:
        """Closed: its phones look once more and go."""
        kept = self.book.open.get(number)
        self.book.drop(number)
        self._seen.pop(number, None)
        if kept:
            record = self.records.pop(kept.name, None)
            if record:
                record.stage = "closed"


def start(place_code: str, book: Book, *, host: str, port: int, pace: float, stopping: threading.Event) -> None:
    """Live until told to stop; what goes wrong is written down, and the roadside begins again from its book."""
    from django.db import connection

    if not Person.objects.filter(username__in=roadside()["going_on"]["staff"]).exists():
        return
    while not stopping.is_set():
        try:
            Roadside(place_code, book, OwnHouse(host, port, stopping), pace=pace, stopping=stopping).run()
        except Exception:  # noqa: BLE001 - the calls go on, and so does the demonstration
            _log.exception("the roadside stood still")
            connection.close()
            stopping.wait(AFTER_FAULT_S)
    connection.close()
