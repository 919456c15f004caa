"""A closed case goes to the national platform once for each closing, and its number comes back."""

from datetime import timedelta

import pytest

from kuaichu import clock
from kuaichu.accounts.models import Agency, Place
from kuaichu.links.actions import retry
from kuaichu.links.adapters import PermanentError
from kuaichu.links.dispatch import run_due
from kuaichu.links.models import Exchange
from kuaichu.records import reactions
from kuaichu.records.actions import file_since
from kuaichu.records.models import Record
from kuaichu.records.tests.factories import RECORDED, close, events, reopen, states, told_case


@pytest.fixture
def case(unit, officer, insurers):
    return told_case(unit, officer, insurers)


def test_a_closed_case_is_filed_and_gets_its_number(case, platform, gateway):
    reactions.file_record(close(case))
    assert states(case) == [(1, "waiting", "")]
    run_due()
    assert states(case) == [(1, "recorded", "JY202611220001")]
    assert events(case) == ["record.filed", "record.confirmed"]
    (exchange,) = Exchange.objects.filter(kind="national")
    assert (exchange.partner, exchange.vendor, exchange.state) == (platform.code, "kuaichu_v1", "done")
    assert exchange.reply == {}


def test_the_same_event_twice_files_once(case, platform, gateway):
    event = close(case)
    reactions.file_record(event)
    reactions.file_record(event)
    run_due()
    reactions.file_record(event)
    assert states(case) == [(1, "recorded", "JY202611220001")]
    assert len(gateway.sent) == 1


@pytest.mark.parametrize("outcome", ["transferred", "withdrawn"])
def test_what_goes_on_elsewhere_is_not_filed(case, platform, outcome):
    reactions.file_record(close(case, outcome))
    assert states(case) == []


def test_without_a_platform_nothing_is_queued(case, gateway, django_assert_max_num_queries):
    event = close(case)
    with django_assert_max_num_queries(4):
        reactions.file_record(event)
    assert (states(case), Exchange.objects.count()) == ([], 0)


def test_a_platform_that_is_switched_off_takes_nothing(case, platform, gateway):
    Agency.objects.filter(pk=platform.pk).update(is_active=False)
    reactions.file_record(close(case))
    assert states(case) == []


def test_the_nearest_platform_above_the_place_takes_it(case, platform, gateway):
    top = Place.objects.create(code="330000", name="省")
    Place.objects.filter(pk="339900").update(parent=top)
    county = Place.objects.create(code="339901", name="县", parent_id="339900")
    Agency.objects.create(code="NAT-33", kind="national", name="省", short_name="省", place=top)
    case.place = county
    case.save(update_fields=["place"])
    reactions.file_record(close(case))
    assert Exchange.objects.get(kind="national").partner == "NAT-3399"
    Agency.objects.filter(pk=platform.pk).update(is_active=False)
    reopen(case)
    reactions.file_record(close(case))
    assert list(Exchange.objects.filter(kind="national").values_list("partner", flat=True)) == ["NAT-33"]


def test_a_second_closing_files_the_next_revision_under_the_first_number(case, platform, gateway):
    reactions.file_record(close(case))
    run_due()
    reactions.recall_record(reopen(case))
    gateway.answer = {**RECORDED, "djbh": "JY202611220002"}
    reactions.file_record(close(case))
    run_due()
    assert states(case) == [(1, "recorded", "JY202611220001"), (2, "recorded", "JY202611220002")]
    first, second = gateway.bodies
    assert "djbh" not in first["dutysimple"]
    assert (second["revision"], second["dutysimple"]["djbh"]) == (2, "JY202611220001")


def test_what_has_not_left_is_taken_back_when_the_case_reopens(case, platform, gateway):
    reactions.file_record(close(case))
    event = reopen(case)
    reactions.recall_record(event)
    reactions.recall_record(event)
    assert run_due() == 0
    assert states(case) == [(1, "recalled", "")]
    assert events(case) == ["record.filed", "record.recalled"]
    reactions.file_record(close(case))
    run_due()
    assert [body["revision"] for body in gateway.bodies] == [2]
    assert states(case) == [(1, "recalled", ""), (2, "recorded", "JY202611220001")]


def test_what_is_under_way_is_not_taken_back(case, platform, gateway):
    """Nobody knows whether the platform has it: the answer stands, and the next closing is the next revision."""
    reactions.file_record(close(case))
    later = clock.now() + timedelta(seconds=60)
    Exchange.objects.filter(kind="national").update(state="sending", claimed_until=later)
    reactions.recall_record(reopen(case))
    assert states(case) == [(1, "waiting", "")]
    with clock.moved_by(timedelta(seconds=120)):
        run_due()
    assert (gateway.sent, states(case)) == ([], [(1, "failed", "")])
    assert not Exchange.objects.filter(kind="national").exists(), "no desk has to send it again"
    reactions.file_record(close(case))
    run_due()
    assert states(case) == [(1, "failed", ""), (2, "recorded", "JY202611220001")]


def test_what_was_tried_without_an_answer_is_not_called_unsent(case, platform, gateway):
    reactions.file_record(close(case))
    Exchange.objects.filter(kind="national").update(attempts=1, error_code="network.timeout")
    reactions.recall_record(reopen(case))
    assert states(case) == [(1, "waiting", "")]
    assert "record.recalled" not in events(case)


def test_an_answer_after_the_case_went_on_still_gives_the_number(case, platform, gateway):
    from kuaichu.records.actions import take_recorded

    reactions.file_record(close(case))
    exchange = Exchange.objects.get(kind="national")
    Exchange.objects.update(state="sending")
    reopen(case)
    close(case, "transferred")
    take_recorded(exchange, RECORDED)
    take_recorded(exchange, {**RECORDED, "djbh": "OTHER"})
    assert states(case) == [(1, "recorded", "JY202611220001")]
    case.refresh_from_db()
    assert (case.stage, case.outcome) == ("closed", "transferred")


def test_a_refusal_is_noted_once_and_can_be_sent_again(case, platform, gateway):
    gateway.answer = PermanentError("partner.422")
    reactions.file_record(close(case))
    run_due()
    assert (states(case), events(case)) == ([(1, "failed", "")], ["record.filed", "record.failed"])
    exchange = Exchange.objects.get(kind="national")
    retry(exchange_id=exchange.pk)
    run_due()
    assert events(case).count("record.failed") == 1
    gateway.answer = dict(RECORDED)
    retry(exchange_id=exchange.pk)
    run_due()
    assert states(case) == [(1, "recorded", "JY202611220001")]
    assert {key for _, _, key in gateway.sent} == {f"record.file:{Record.objects.get().pk}"}


def test_nothing_leaves_for_a_platform_that_was_switched_off_meanwhile(case, platform, gateway):
    reactions.file_record(close(case))
    Agency.objects.filter(pk=platform.pk).update(is_active=False)
    run_due()
    assert (gateway.sent, states(case)) == ([], [(1, "failed", "")])
    assert Exchange.objects.get(kind="national").error_code == "platform.switched_off"


def test_what_was_closed_before_is_filed_when_somebody_asks(unit, officer, insurers, place, gateway, request):
    first, second, transferred = (told_case(unit, officer, insurers) for _ in range(3))
    with clock.moved_by(timedelta(hours=-30)):
        reactions.file_record(close(first))
    reactions.file_record(close(second))
    reactions.file_record(close(transferred, "transferred"))
    since = clock.now() - timedelta(hours=1)
    assert file_since(since) == (0, 1)
    request.getfixturevalue("platform")
    assert file_since(since) == (1, 1)
    assert file_since(since) == (0, 0)
    assert (states(first), states(second), states(transferred)) == ([], [(1, "waiting", "")], [])
    reopen(second)
    close(second)
    assert file_since(since) == (1, 1)
