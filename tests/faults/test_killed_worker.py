"""A worker killed (SIGKILL) in the middle of any step, and another one after it: the right state, once."""

import time
from datetime import timedelta

import pytest
from django.db import connection

from kuaichu import clock, worker
from kuaichu.cases import actions as cases
from kuaichu.cases.models import Deadline
from kuaichu.cases.states import Stage
from kuaichu.claims.models import Claim
from kuaichu.dossier import sealer
from kuaichu.dossier.files import instrument_path
from kuaichu.dossier.models import InstrumentFile
from kuaichu.journal.chain import check_stream
from kuaichu.journal.dispatch import LEASE as REACTION_LEASE
from kuaichu.journal.models import Event, ReactionRun
from kuaichu.journal.registry import reactions_to
from kuaichu.liability.actions import choose
from kuaichu.links import dispatch
from kuaichu.links.insurer.twin import STEADY, TwinInsurer
from kuaichu.links.models import Exchange, OutboxMessage
from kuaichu.links.twin_server import running
from tests import factories, worker_process

pytestmark = pytest.mark.django_db(transaction=True)
LATER = max(REACTION_LEASE, dispatch.LEASE) + timedelta(seconds=5)

STEPS = {  # those of ON_BOTH on either database, the others only on SQLite
    "in the middle of a reaction, its work done and not committed": "kuaichu.dossier.sealer:_queue:after",
    "between two reactions to one event": "kuaichu.claims.actions.opening:_open_first:before",
    "before the message is built": "kuaichu.dossier.sealer:_signatures:before",
    "in the middle of sealing, the file half named": "kuaichu.dossier.files:os.fsync:after",
    "between sealing and taking the file in": "kuaichu.links.dispatch:_finish:before",
    "while taking the file in": "kuaichu.dossier.sealer:record:after",
}

ON_BOTH = ("in the middle of a reaction, its work done and not committed", "between sealing and taking the file in")
TRIED = STEPS if connection.vendor == "sqlite" else {name: STEPS[name] for name in ON_BOTH}


@pytest.fixture
def twins(insurers):
    """Both insurers answer at once."""
    both = [TwinInsurer(agency.code, STEADY) for agency in insurers]
    with running(*both) as server:
        for agency in insurers:
            agency.endpoint = server.origin
            agency.save()
        yield both


@pytest.fixture(autouse=True)
def _own_authority():
    """The seals of this test's units."""
    sealer.authority.cache_clear()
    yield
    sealer.authority.cache_clear()


def kill_at(step: str, folder) -> None:
    halted = worker_process.start(folder, halts=step)
    try:
        halted.wait_until_halted()
    finally:
        halted.kill()


@pytest.mark.parametrize("step", TRIED.values(), ids=[name.replace(" ", "-") for name in TRIED])
def test_the_next_worker_finishes_what_a_killed_one_began(step, officer, twins, tmp_path):
    pair = factories.at_claims(officer)
    kill_at(step, tmp_path)
    assert check_stream(pair.case.pk) is None
    with clock.moved_by(LATER):
        worker.run_until_idle()
    assert finished(pair) == []


def finished(pair: factories.Pair) -> list[str]:
    """What is missing or doubled once a signed case has been through all reactions and messages."""
    names = list(Event.objects.filter(stream=pair.case.pk).values_list("name", flat=True))
    every_name = Event.objects.values_list("name", flat=True)
    files = list(InstrumentFile.objects.all())
    counts = {
        "files": (len(files), 1),
        "whole files": (sum(instrument_path(file.sha256).stat().st_size == file.size for file in files), 1),
        "file.sealed": (names.count("file.sealed"), 1),
        "claims": (Claim.objects.filter(state="accepted").count(), 2),
        "claim.opened": (names.count("claim.opened"), 2),
        "claim.accepted": (names.count("claim.accepted"), 2),
        "clocks of claims": (Deadline.objects.filter(clock="claim.decide", settled_at__isnull=True).count(), 2),
        "exchanges left": (Exchange.objects.exclude(state="done").count(), 0),
        "text messages": (OutboxMessage.objects.count(), Exchange.objects.filter(kind="sms").count()),
        "events left": (Event.objects.filter(handled_at__isnull=True).count(), 0),
        "reaction runs": (ReactionRun.objects.count(), sum(len(reactions_to(name)) for name in every_name)),
        "chain": (check_stream(pair.case.pk), None),
        "stage": (pair.refresh().case.stage, Stage.CLAIMS),
    }
    return [f"{name}: {there} instead of {due}" for name, (there, due) in counts.items() if there != due]


def test_an_insurer_gets_the_notice_once_though_its_answer_was_lost(officer, twins, tmp_path):
    pair = factories.at_claims(officer)
    kill_at("kuaichu.links.insurer.vendors.kuaichu_v1:KuaichuV1.send:after", tmp_path)
    with clock.moved_by(LATER):
        worker.run_until_idle()
    assert finished(pair) == []
    assert [list(twin.effects.values()) for twin in twins] == [["claims"], ["claims"]]


def test_who_finds_no_other_worker_does_not_wait_for_the_leases_of_a_killed_one(officer, twins, tmp_path, settings):
    settings.HOME = tmp_path
    pair = factories.at_claims(officer)
    kill_at("kuaichu.links.insurer.vendors.kuaichu_v1:KuaichuV1.send:before", tmp_path)
    worker.run_until_idle()
    assert Exchange.objects.filter(state="sending").count() == 1, "its lease runs"
    with worker.on_roll():
        worker.run_until_idle()
        assert finished(pair) == []


def test_who_finds_another_worker_leaves_its_work_to_it(officer, tmp_path, settings):
    settings.HOME = tmp_path
    until = clock.now() + timedelta(seconds=60)
    with worker.on_roll():
        pair = factories.two_parties()
        Event.objects.filter(stream=pair.case.pk).update(claimed_until=until, handled_at=None)
        with worker.on_roll():
            assert set(Event.objects.filter(stream=pair.case.pk).values_list("claimed_until", flat=True)) == {until}
    with worker.on_roll():
        assert set(Event.objects.filter(stream=pair.case.pk).values_list("claimed_until", flat=True)) == {None}


def test_a_clock_that_a_killed_worker_was_firing_fires_once(officer, insurers, tmp_path):
    pair = factories.at_liability(officer)
    for party in pair.parties.values():
        choose(party_id=party.pk, choice="agree")
    Deadline.objects.filter(clock="signature.open").update(due_at=clock.now())
    kill_at("kuaichu.cases.actions.officers:_call:after", tmp_path)
    assert pair.refresh().case.stage == Stage.SIGNING
    worker.run_until_idle()
    worker.run_until_idle()
    assert pair.refresh().case.stage == Stage.ATTENDANCE
    assert Event.objects.filter(name="officer.requested").count() == 1
    cases.attend(case_id=pair.case.pk, officer=officer)


def test_a_worker_told_to_stop_leaves_nothing_half_done(officer, twins, tmp_path):
    """SIGTERM, as at every update of the installation: what is in hand is finished, the rest waits for the next."""
    pair = factories.at_claims(officer)
    with worker_process.running(tmp_path, 1):
        while not ReactionRun.objects.exists():
            time.sleep(0.01)
    assert not Exchange.objects.filter(state="sending").exists()
    assert not Event.objects.filter(claimed_until__isnull=False).exists()
    worker.run_until_idle()
    assert finished(pair) == []
