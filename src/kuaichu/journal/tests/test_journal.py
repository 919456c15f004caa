"""The chain names what was changed; reactions run once, also when a worker dies; poison is parked."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction

from kuaichu import clock
from kuaichu.journal import dispatch, registry
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM, Actor
from kuaichu.journal.chain import check_stream
from kuaichu.journal.models import Event, ReactionRun

pytestmark = pytest.mark.django_db
CALLS: list[int] = []


def count(event: Event) -> None:
    CALLS.append(event.pk)


def poison(event: Event) -> None:
    CALLS.append(event.pk)
    raise ValueError("personal data must not get into the row")


@pytest.fixture
def reactions():
    before = registry._table
    CALLS.clear()
    yield lambda table: registry.use(table)
    registry.use(before)


def add(stream: uuid.UUID, name: str = "thing.done", **facts) -> Event:
    with transaction.atomic():
        return record(name, stream=stream, actor=Actor("party", "1"), subject="thing:1", **facts)


def test_events_of_one_stream_form_a_chain():
    stream = uuid.uuid4()
    first, second = add(stream, amount=1), add(stream, amount=2)
    add(uuid.uuid4())
    assert (first.seq, second.seq, second.previous_digest) == (1, 2, first.digest)
    assert check_stream(stream) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"facts": {"amount": 9}}, "内容与摘要不符"),
        ({"actor_id": "2"}, "内容与摘要不符"),
        ({"at": clock.now()}, "内容与摘要不符"),
        ({"previous_digest": "0" * 64}, "接不上"),
    ],
)
def test_a_changed_event_is_named(change, reason):
    stream = uuid.uuid4()
    add(stream, amount=1)
    middle = add(stream, amount=2)
    add(stream, amount=3)
    Event.objects.filter(pk=middle.pk).update(**change)
    fault = check_stream(stream)
    assert fault is not None
    assert (fault.seq, reason in fault.reason) == (2, True)


def test_a_deleted_event_is_named():
    stream = uuid.uuid4()
    add(stream)
    add(stream).delete()
    add(stream)
    Event.objects.filter(stream=stream, seq=2).update(seq=3)
    fault = check_stream(stream)
    assert fault is not None
    assert fault.seq == 2


@pytest.mark.django_db(transaction=True)
def test_recording_without_a_transaction_is_a_bug():
    with pytest.raises(transaction.TransactionManagementError):
        record("thing.done", stream=uuid.uuid4(), actor=SYSTEM)


def test_an_event_without_reactions_does_not_wait(reactions):
    reactions({})
    assert add(uuid.uuid4()).handled_at is not None


def test_a_reaction_runs_once(reactions):
    reactions({"thing.done": (count,)})
    event = add(uuid.uuid4())
    assert dispatch.run_waiting() == 1
    assert dispatch.run_waiting() == 0
    assert [event.pk] == CALLS


def test_a_worker_that_died_after_its_first_reaction_is_followed_by_one_that_does_the_rest(reactions):
    reactions({"thing.done": (count, poison)})
    event = add(uuid.uuid4())
    ReactionRun.objects.create(event=event, reaction=registry.label(count), at=clock.now())
    Event.objects.filter(pk=event.pk).update(claimed_until=clock.now() + timedelta(seconds=30))
    assert dispatch.run_waiting() == 0  # the dead worker's lease still runs
    reactions({"thing.done": (count,)})
    with clock.moved_by(timedelta(seconds=31)):
        assert dispatch.run_waiting() == 1
    event.refresh_from_db()
    assert (CALLS, event.handled_at is not None) == ([], True)


def test_poison_is_parked_after_five_tries_and_stops_nobody(reactions):
    reactions({"thing.done": (poison,), "other.done": (count,)})
    bad = add(uuid.uuid4())
    good = add(uuid.uuid4(), "other.done")
    for round_number in range(6):
        with clock.moved_by(timedelta(minutes=round_number)):
            dispatch.run_waiting()
    bad.refresh_from_db()
    assert bad.parked_at is not None
    assert (bad.attempts, bad.last_error) == (5, f"{registry.label(poison)}: ValueError")
    assert CALLS.count(good.pk) == 1
