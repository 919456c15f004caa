"""Simulated staff for what no visitor has done: the oldest of the city's own cases, after some minutes. Officers work
on the desk's pages, adjusters through the product's own actions, as the example case's do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kuaichu.cases.models import Case
from kuaichu.cases.states import Path, PhotoState, Stage
from kuaichu.demo.adjusters import Job, jobs
from kuaichu.demo.city import PASSWORD
from kuaichu.demo.life.kept import Book
from kuaichu.demo.life.people import EXAMPLE, losses_of
from kuaichu.demo.life.streets import dice_of
from kuaichu.errors import FieldErrors, Refused
from kuaichu.links.models import Exchange, ExchangeState
from simulator.house import Unreachable
from simulator.meter import Meter
from simulator.officers import Desk, Officer
from simulator.wire import CALM, Failed, Wire
from simulator.world import Rest, World

OFFICER = "officer2"
ADDRESS = "10.1.0.2"
AWAY_S = 120.0
DESK_EVERY = timedelta(seconds=20)


class Patience:
    """Whether simulated staff may take the oldest job of a kind (`staff_takes` of roadside.yaml)."""

    def __init__(self, rules: dict[str, dict[str, float]]) -> None:
        self._rules = rules
        self._since: dict[str, dict[str, datetime]] = {}

    def see(self, kind: str, waiting: set[str], now: datetime) -> None:
        """What waits now."""
        since = self._since.get(kind, {})
        self._since[kind] = {key: since.get(key, now) for key in sorted(waiting)}

    def is_ripe(self, kind: str, key: str, now: datetime) -> bool:
        """False for what was not seen waiting."""
        since = self._since.get(kind, {})
        if key not in since:
            return False
        rule, waited = self._rules[kind], now - since[key]
        if min(since, key=lambda each: since[each]) != key:
            return False
        if len(since) > rule["many"] or waited >= timedelta(minutes=rule["longest"]):
            return True
        return len(since) > rule["few"] and waited >= timedelta(minutes=rule["after"])


class CityOfficer(Officer):
    """Sees every case at the desk and touches the city's own only."""

    def __init__(self, world: World, desk: Desk, staff: "Staff") -> None:
        super().__init__(world, desk, seconds_per_case=(4.0, 15.0))
        self._staff = staff

    def _is_ripe(self, queue: str, case_id: str) -> bool:
        is_ours = UUID(case_id) in self._staff.cases
        return is_ours and self._staff.patience.is_ripe(queue, case_id, self.world.house.now())


class Staff:
    """`look()` now and then: who are our cases, and what adjusters may do."""

    def __init__(self, world: World, book: Book, rules: dict[str, Any]) -> None:
        self._world, self._book = world, book
        self.patience = Patience(rules["staff_takes"])
        self.cases: dict[UUID, Case] = {}
        self._rang_at = datetime.min.replace(tzinfo=UTC)

    def begin(self) -> None:
        """Put the officer behind the desk."""
        self._world.spawn("officer", self._at_desk())

    def _at_desk(self) -> Iterator[Rest]:
        """Comes back after whatever sent the officer away."""
        while True:
            wire = Wire(self._world.house, Meter(), dice_of("officer"), CALM, ADDRESS)
            try:
                yield from CityOfficer(self._world, Desk(wire, OFFICER, PASSWORD), self).run()
            except (Failed, Unreachable):
                yield AWAY_S * self._world.pace

    def look(self) -> None:
        """Adjusters take what is ripe, one job a look; the officer goes through the queues."""
        now = self._world.house.now()
        numbers = [kept.number for kept in self._book.open.values() if not kept.name.startswith(EXAMPLE)]
        self.cases = {case.pk: case for case in Case.objects.filter(number__in=numbers)}
        for queue, waiting in self._queues().items():
            self.patience.see(queue, waiting, now)
        found = [job for case in self.cases.values() for job in self._jobs(case)]
        for kind in ("pay", "approve", "assess"):
            self.patience.see(kind, {job.key for job in found if job.kind == kind}, now)
        ripe = [job for job in found if self.patience.is_ripe(job.kind, job.key, now)]
        if ripe:
            self._do(ripe[0])
        if now - self._rang_at > DESK_EVERY:
            self._rang_at = now
            self._world.ring("desk")

    def _queues(self) -> dict[str, set[str]]:
        """Ids of our cases by the desk's queue."""
        cases = self.cases.values()
        failed = Exchange.objects.filter(state=ExchangeState.FAILED, stream__in=list(self.cases))
        return {
            "photos": {
                str(case.pk)
                for case in cases
                if case.stage == Stage.EVIDENCE and case.photo_state == PhotoState.SUBMITTED
            },
            "online": {str(case.pk) for case in cases if case.stage == Stage.LIABILITY and case.path == Path.ONLINE},
            "field": {str(case.pk) for case in cases if case.stage == Stage.ATTENDANCE},
            "signing": {str(case.pk) for case in cases if case.stage == Stage.SIGNING},
            "exceptions": {str(stream) for stream in failed.values_list("stream", flat=True)},
        }

    def _jobs(self, case: Case) -> list[Job]:
        kept = self._book.open.get(case.number)
        return jobs(case, losses_of(kept.name, kept.story)) if kept and case.stage == Stage.CLAIMS else []

    @staticmethod
    def _do(job: Job) -> None:
        """A visitor may have been quicker."""
        try:
            job.do()
        except (Refused, FieldErrors):
            return
