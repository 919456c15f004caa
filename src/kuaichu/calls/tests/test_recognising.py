"""The recogniser beside the rule: it ranks and explains, keeps to the city's limits, and learns from people."""

from datetime import timedelta

import pytest
from django.utils import translation

from kuaichu import clock
from kuaichu.calls import actions, linking, queries, recent
from kuaichu.calls.models import Call, CallLink
from kuaichu.calls.tests.factories import MIDDLE, PLACE, call, intake

pytestmark = pytest.mark.django_db
CRASH = {"content": "两车追尾，没人受伤", "plates": "", "location": "人民路与解放路路口"}


@pytest.fixture
def memory():
    """Ready as in a web process that has been running for a while."""
    found = recent.recent_of(PLACE)
    found.make_ready()
    return found


def phones(count, start=0):
    return [f"1370099{n:04d}" for n in range(start, start + count)]


def busy(taker, count=30):
    """Unrelated calls all over the city."""
    for n, phone in enumerate(phones(count)):
        lon, lat = MIDDLE[0] + (n % 6 - 3) / 40, MIDDLE[1] + (n // 6 - 3) / 50
        at = clock.now() - timedelta(minutes=300 - 5 * n)
        call(taker, caller_phone=phone, lon_wgs84=lon, lat_wgs84=lat, plates="", received_at=at, location="", road="")


def ago(**more):
    return clock.now() - timedelta(**more)


def test_the_recogniser_scores_and_says_why_what_the_rule_finds(taker, memory):
    busy(taker)
    first = call(taker, received_at=ago(minutes=9), **CRASH | {"plates": "浙D12345 浙A67890"})
    typed = intake(caller_phone="13600990001", **CRASH | {"plates": "浙D12346"})
    with_it = queries.propose(typed)
    assert (with_it[0].call_id, with_it[0].notion) == (first.pk, "same_event")
    assert with_it[0].score > 0.9
    assert {"号牌只差一处", "两条路名都相同", "类别相同"} <= set(with_it[0].evidence)
    with translation.override("en"):
        assert "a plate one character off" in queries.propose(typed)[0].evidence
    recent.forget_all()
    assert queries.propose(typed)[0].score != with_it[0].score
    assert Call.objects.count() == 31


def test_asking_remembers_nothing_and_storing_does(taker, memory):
    busy(taker)
    typed = intake(caller_phone="13600990001", received_at=ago(minutes=2), **CRASH)
    assert queries.propose(typed) == queries.propose(typed) == []
    taken = actions.take_call(taker=taker, intake=typed)
    (found,) = queries.propose(intake(caller_phone="13600990002", **CRASH))
    assert found.call_id == taken.call.pk


def test_place_and_time_alone_are_held_to_the_citys_limits(taker, memory):
    """A thin feed: the recogniser alone would link calls that the city does not call repeats."""
    plain = {"content": "两车追尾", "plates": "", "location": "", "road": ""}
    for n, phone in enumerate(phones(4)):
        lon = MIDDLE[0] + (n + 1) / 4
        call(taker, caller_phone=phone, received_at=ago(days=4 - n), lon_wgs84=lon, lat_wgs84=MIDDLE[1], **plain)
    beside = {"lon_wgs84": MIDDLE[0] + 0.001, "lat_wgs84": MIDDLE[1]}
    first = call(taker, received_at=ago(minutes=70), caller_phone="13600990001", **beside, **plain)
    facts = queries.proposals.facts_of(intake(caller_phone="13600990002", **plain))
    queries.propose(intake())
    link = memory._recognising.consider(facts).judgement.link
    assert link is not None
    assert (int(link.repeats), link.kind) == (first.pk, "event")
    assert queries.propose(intake(caller_phone="13600990002", **plain)) == []
    soon = intake(caller_phone="13600990002", received_at=ago(minutes=15), **plain)
    assert [found.call_id for found in queries.propose(soon)] == [first.pk]


def test_one_event_is_proposed_once_and_its_first_call(taker, memory):
    busy(taker)
    first = call(taker, received_at=ago(minutes=9), caller_phone="13600990001", **CRASH)
    second = actions.take_call(
        taker=taker, intake=intake(received_at=ago(minutes=7), caller_phone="13600990002", **CRASH)
    )
    assert [link.earlier_id for link in second.links] == [first.pk]
    assert [found.call_id for found in queries.propose(intake(caller_phone="13600990003", **CRASH))] == [first.pk]
    actions.answer_link(link_id=second.links[0].pk, person=taker, is_repeat=True)
    assert [found.call_id for found in queries.propose(intake(caller_phone="13600990003", **CRASH))] == [first.pk]


def test_a_refused_link_is_learnt_from_at_once_and_after_a_start(taker, memory):
    busy(taker)
    first = call(taker, received_at=ago(minutes=9), caller_phone="13600990001", **CRASH | {"plates": "浙D12345"})
    second = actions.take_call(
        taker=taker,
        intake=intake(received_at=ago(minutes=7), caller_phone="13600990002", **CRASH | {"plates": "浙D12346"}),
    )
    asked = intake(caller_phone="13600990003", **CRASH | {"plates": "浙D12347"})
    before = queries.propose(asked)[0].score
    actions.answer_link(link_id=second.links[0].pk, person=taker, is_repeat=False)
    queries.propose(asked)
    assert memory._recognising.event_of(second.call.pk) == second.call.pk != memory._recognising.event_of(first.pk)
    now = queries.propose(asked)[0].score
    assert now < before
    said = memory._recognising._recogniser.feedback.rows
    assert [row[:2] for row in said] == [(0, 4)]
    recent.forget_all()
    again = recent.recent_of(PLACE)
    again.make_ready()
    assert again._recognising._recogniser.feedback.rows == said
    assert again._recognising.event_of(second.call.pk) == second.call.pk
    actions.withdraw_answer(link_id=second.links[0].pk, person=taker)
    queries.propose(asked)
    assert again._recognising._recogniser.feedback.rows == ()


def test_a_call_that_comes_late_is_judged_by_the_rule_and_put_in_its_place_when_made_anew(taker, memory):
    busy(taker)
    late = {"caller_phone": "13600990001", "received_at": ago(hours=4)} | CRASH
    row = call(taker, **late)
    assert memory._recognising.consider(linking.facts_of(row)) is None
    queries.propose(intake())
    assert memory._recognising.missed == 1
    (found,) = queries.propose(intake(**late | {"received_at": ago(minutes=230), "caller_phone": "13600990002"}))
    assert (found.call_id, found.evidence[0]) == (row.pk, "相距 0 米")
    memory.make_ready()
    assert memory._recognising.missed == 0
    assert memory._recognising.event_of(row.pk) == row.pk


def test_stored_calls_are_judged_in_turn_as_they_would_have_been(taker, memory, monkeypatch):
    busy(taker)
    first = call(taker, received_at=ago(minutes=9), caller_phone="13600990001", **CRASH | {"plates": "浙D12345"})
    second = call(taker, received_at=ago(minutes=7), caller_phone="13600990002", **CRASH | {"plates": "浙D12345"})
    stored = CallLink.objects.get()
    monkeypatch.setattr(linking, "FEW", 1)
    recent.forget_all()
    found = linking.matches_in_turn(PLACE, [linking.facts_of(second), linking.facts_of(first)])
    assert found[first.pk] == []
    (match,) = found[second.pk]
    assert (match.call_id, match.score, len(match.evidence)) == (first.pk, stored.score, len(stored.evidence))
