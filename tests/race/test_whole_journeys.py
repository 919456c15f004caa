"""Many cases at once, everything in each done by two people at once, two worker processes: each case ends, once."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections
from django.test import Client

from kuaichu.cases.models import Case
from kuaichu.cases.states import Outcome, Stage
from kuaichu.claims.models import Approval, Claim, Payment
from kuaichu.dossier.files import instrument_path
from kuaichu.dossier.models import Instrument, InstrumentFile, Photo, Signature
from kuaichu.journal.chain import check_stream
from kuaichu.journal.models import Event, ReactionRun
from kuaichu.links.insurer.twin import Temper, TwinInsurer
from kuaichu.links.models import Exchange
from kuaichu.links.signing import signed_headers
from kuaichu.links.twin_server import running
from tests import worker_process
from tests.at_once import at_once, crowd
from tests.race.journey import RacedCase

pytestmark = pytest.mark.django_db(transaction=True)
STREETS = 4
CASES = {"postgresql": 50, "sqlite": 4}
PATIENCE_S = 60.0
# Some answers come late, and every message of the insurers comes twice at the same moment.
TEMPER = Temper(late_share=0.4, callback_s=(0.0, 0.0))


@pytest.fixture
def adjuster_pairs(insurers, adjusters):
    """Two adjusters of each insurer, by its code."""
    from kuaichu.accounts.models import Person, Role

    return {
        agency.code: [
            first,
            Person.objects.create_user(f"{first.username}-2", None, name="理赔", role=Role.ADJUSTER, agency=agency),
        ]
        for agency, first in zip(insurers, adjusters, strict=True)
    }


class Callbacks:
    """The insurers' callbacks, each delivered twice at once by threads of their own."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []

    def __call__(self, url: str, agency_code: str, message: dict, delay_s: float) -> None:
        thread = threading.Thread(target=self._deliver, args=(urlsplit(url).path, agency_code, message))
        self._threads.append(thread)
        thread.start()

    def _deliver(self, path: str, agency_code: str, message: dict) -> None:
        body = json.dumps(message).encode()
        headers = signed_headers(agency_code=agency_code, body=body, key=f"{path[-80:-20]}"[:60])
        call = {"data": body, "content_type": "application/json", "headers": headers}
        answers = at_once(*[lambda: Client().post(path, **call).status_code] * 2)
        assert answers == [200, 200], answers

    def wait(self) -> None:
        for thread in self._threads:
            thread.join(PATIENCE_S)


def in_streets(cases: list, act) -> list:
    """`act` on each case, `STREETS` of them side by side, each with two people of its own."""

    def street(number: int) -> list:
        try:
            with crowd(2) as people:
                return [act(case, people) for case in cases[number::STREETS]]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(STREETS) as pool:
        return [done for dones in pool.map(street, range(STREETS)) for done in dones]


def wait_until(is_done) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not is_done():
        assert time.monotonic() < limit, waiting()
        time.sleep(0.1)


def waiting() -> str:
    """What still waits, for the message of a failure."""
    events = Event.objects.filter(handled_at__isnull=True).values_list("name", "attempts", "last_error")
    exchanges = Exchange.objects.exclude(state="done").values_list("operation", "state", "attempts", "error_code")
    return f"{list(events)} {list(exchanges)} {list(Case.objects.values_list('stage', flat=True))}"


def run_all(count: int, officers, insurers, adjuster_pairs, tmp_path) -> list[RacedCase]:
    callbacks = Callbacks()
    twins = [TwinInsurer(agency.code, TEMPER, call_back=callbacks) for agency in insurers]
    with running(*twins) as server:
        for agency in insurers:
            agency.endpoint = server.origin
            agency.save()
        with worker_process.running(tmp_path, 2):
            raced = in_streets(list(range(count)), lambda number, people: RacedCase(number, people).to_signed(officers))
            wait_until(lambda: Claim.objects.filter(state="accepted").count() == 2 * count)
            in_streets(raced, lambda case, people: case.with_people(people).pay(adjuster_pairs))
            wait_until(lambda: Case.objects.filter(stage=Stage.CLOSED).count() == count)
            wait_until(lambda: not Exchange.objects.exclude(state="done").exists())
            wait_until(lambda: not Event.objects.filter(handled_at__isnull=True).exists())
            callbacks.wait()
    payments = sum(list(twin.effects.values()).count("payments") for twin in twins)
    assert payments == Payment.objects.count()
    return raced


def test_every_case_ends_and_nothing_is_doubled(officer, second_officer, insurers, adjuster_pairs, tmp_path):
    count = CASES[connection.vendor]
    run_all(count, [officer, second_officer], insurers, adjuster_pairs, tmp_path)
    cases = list(Case.objects.all())
    assert len(cases) == count
    assert {(case.stage, case.outcome) for case in cases} == {(Stage.CLOSED, Outcome.PAID)}
    assert [fault for case in cases if (fault := check_stream(case.pk))] == []
    for case in cases:
        assert once_only(case) == [], case.number
    assert not Event.objects.filter(parked_at__isnull=False).exists()
    assert not Event.objects.exclude(last_error="").exists(), waiting()
    reacted = sum(len(names) for names in reactions_due())
    assert ReactionRun.objects.count() == reacted


def reactions_due() -> list:
    from kuaichu.journal.registry import reactions_to

    return [reactions_to(name) for name in Event.objects.values_list("name", flat=True)]


def once_only(case: Case) -> list[str]:
    """What there is too much or too little of."""
    names = list(Event.objects.filter(stream=case.pk).values_list("name", flat=True))
    counts = {
        "parties": (case.parties.count(), 2),
        "photos": (Photo.objects.filter(case=case, replaced_at__isnull=True).count(), 3),
        "proposals": (case.proposals.count(), 1),
        "instruments": (Instrument.objects.filter(case=case).count(), 1),
        "signatures": (Signature.objects.filter(instrument__case=case).count(), 2),
        "files": (InstrumentFile.objects.filter(instrument__case=case).count(), 1),
        "claims": (Claim.objects.filter(case=case).count(), 2),
        "approvals": (Approval.objects.filter(claim__case=case).count(), 1),
        "open matters": (case.matters.filter(settled_at__isnull=True).count(), 0),
        "payment.confirmed": (names.count("payment.confirmed"), Payment.objects.filter(claim__case=case).count()),
    } | {
        name: (names.count(name), most)
        for name, most in {
            "party.joined": 1,
            "photos.submitted": 1,
            "photos.passed": 1,
            "details.completed": 1,
            "proposal.made": 1,
            "instrument.drafted": 1,
            "instrument.signed": 2,
            "instrument.completed": 1,
            "file.sealed": 1,
            "claim.opened": 2,
            "claim.accepted": 2,
            "claim.approved": 1,
            "case.closed": 1,
        }.items()
    }
    for file in InstrumentFile.objects.filter(instrument__case=case):
        counts[f"bytes of {file.edition}"] = (instrument_path(file.sha256).stat().st_size, file.size)
    return [f"{name}: {there} instead of {due}" for name, (there, due) in counts.items() if there != due]
