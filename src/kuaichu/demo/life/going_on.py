"""The city goes on: a call now and then, typed in by the call-taker through the product's own actions; older ones are
handled. `python -m kuaichu.demo.life --pace 1`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.calls import actions
from kuaichu.calls.models import Call
from kuaichu.calls.states import Source, Status
from kuaichu.demo.life.days import LivedCall, book, call_of
from kuaichu.demo.life.streets import Spot, crossing, dice_of, shifted, streets
from kuaichu.demo.life.taking import intake_of
from kuaichu.demo.life.weeks import required_demonstration
from kuaichu.errors import FieldErrors, Refused

SECONDS_A_CALL = 20.0  # at pace 1
TIRED_AFTER = 540  # calls: three hours at pace 1; a demonstration that nobody stops goes on at a tenth of its pace
TIRED = 10.0
AT_HOT_SPOT, ONE_MORE, AGAIN, ANSWERED = 0.22, 0.12, 0.06, 0.5
OPEN_CALLS = 12  # as many stay open, so that there is something to do at the desk
OLD_ENOUGH = timedelta(minutes=6)  # a visitor may still be busy with younger ones


class City:
    """One life of the city. `turn()` is one call and what it brings about."""

    def __init__(self, place_code: str, *, seed: int) -> None:
        """Raises Refused("demo.only") outside the demonstration."""
        required_demonstration()
        self.place_code = place_code
        self._dice = dice_of(seed, "going on", clock.now())
        self._person = Person.objects.select_related("agency").get(username="calls")
        self._last: list[LivedCall] = []

    def turn(self) -> Call | None:
        """Take a call, then handle an old one. None when the product refused the call."""
        lived, is_told = self._next()
        try:
            taken = actions.take_call(taker=self._person, intake=intake_of(self.place_code, lived, self._dice))
        except (Refused, FieldErrors):
            return None
        self._last = [*self._last[-30:], lived]
        if is_told and taken.links and self._dice.random() < ANSWERED:
            self._try(lambda: actions.answer_link(link_id=taken.links[0].pk, person=self._person, is_repeat=True))
        self._handle_old()
        return taken.call

    def _next(self) -> tuple[LivedCall, bool]:
        """The next call, and whether somebody calls about something known."""
        dice, now = self._dice, clock.now()
        draw = dice.random()
        if self._last and draw < ONE_MORE:
            known = self._last[-1]
            if known.lon is not None and known.lat is not None:
                spot = shifted(Spot(known.lon, known.lat, known.location, known.road), dice, spread_m=25.0)
                return replace(call_of(now, known.subclass, spot, dice), plates=known.plates), True
        if self._last and draw < ONE_MORE + AGAIN:
            known = dice.choice(self._last)
            return replace(known, at=now, content=dice.choice(book()["again"]).format(said=known.content)), True
        return call_of(now, *self._something(), dice), False

    def _something(self) -> tuple[str, Spot]:
        """A class and a place, as the hour has it."""
        dice, words = self._dice, book()
        hour = clock.now().astimezone(clock.BEIJING).hour
        if dice.random() < AT_HOT_SPOT:
            lasting = [row for row in words["hot"] if row["last"] > 7 * words["weeks"]]
            row = dice.choices(lasting, [row["a_day"] * (1 + words["hours"][row["profile"]][hour]) for row in lasting])[
                0
            ]
            return dice.choice(row["classes"]), crossing((row["near"][0], row["near"][1]), dice)
        rows = words["classes"]
        weights = [row["share"] * words["hours"][row["hours"]][hour] for row in rows.values()]
        return dice.choices(list(rows), weights)[0], streets().somewhere(dice)

    def _handle_old(self) -> None:
        """Each open call of the call-taker is a step further once it is old enough; the oldest are closed."""
        now = clock.now()
        rows = Call.objects.filter(
            owner=self._person,
            source=Source.PHONE,
            status__in=(Status.RECEIVED, Status.DISPATCHED, Status.ON_SCENE),
            received_at__lt=now - OLD_ENOUGH / 6,
        )
        waiting = list(rows.order_by("received_at")[: OPEN_CALLS * 3])
        for call in waiting[: max(0, len(waiting) - OPEN_CALLS)]:
            if call.received_at < now - OLD_ENOUGH:
                self._step(call, is_last=True)
        for call in waiting[-3:]:
            self._step(call, is_last=False)

    def _step(self, call: Call, *, is_last: bool) -> None:
        pk, person = call.pk, self._person
        if is_last:
            words = book()["done"]
            done = words[book()["classes"].get(call.subclass, {}).get("done", call.category)]
            self._try(lambda: actions.close(call_id=pk, person=person, result=self._dice.choice(done)))
        elif call.status == Status.RECEIVED:
            self._try(lambda: actions.dispatch(call_id=pk, person=person))
        elif call.status == Status.DISPATCHED:
            self._try(lambda: actions.arrive(call_id=pk, person=person))

    def _try(self, act: Callable[[], object]) -> None:
        """A visitor may have been quicker."""
        try:
            act()
        except Refused:
            return


def go_on(city: City, wait: Callable[[float], bool], *, pace: float, most: int | None = None) -> int:
    """Turn after turn until `wait` says to stop (or `most` turns). Returns how many there were."""
    dice, turns = dice_of("pauses", clock.now()), 0
    while most is None or turns < most:
        mean = SECONDS_A_CALL / pace * (TIRED if turns > TIRED_AFTER else 1.0)
        if wait(min(dice.expovariate(1 / mean), 4 * mean)):
            break
        city.turn()
        turns += 1
    return turns
