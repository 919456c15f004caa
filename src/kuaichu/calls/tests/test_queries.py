"""Lists, counts, the ledger and one call, each in a fixed number of statements; and what is forgotten when."""

import os
from datetime import timedelta

import pytest

from kuaichu import clock
from kuaichu.calls import actions, queries, retention
from kuaichu.calls.models import Call, CallBack, RepeatChain
from kuaichu.calls.permissions import units_under
from kuaichu.calls.queries import CallFilter, lists
from kuaichu.calls.scripts import outcomes, script_of
from kuaichu.calls.tests.factories import MIDDLE, PLACE, call, intake
from kuaichu.errors import NotFound

pytestmark = pytest.mark.django_db


def repeated(taker, **more):
    """A call with a confirmed repeat: the line of the ledger."""
    first = call(taker, received_at=clock.now() - timedelta(days=3), **more)
    taken = actions.take_call(taker=taker, intake=intake(**more))
    actions.answer_link(link_id=taken.links[0].pk, person=taker, is_repeat=True)
    return first


def test_calls_are_filtered_and_paged(taker, squadron, django_assert_num_queries):
    calls = [call(taker, caller_phone=f"1380099{n:04d}", number=f"N{n}", plates="") for n in range(5)]
    call(
        taker,
        content="两车追尾，无人受伤",
        lon_wgs84=None,
        lat_wgs84=None,
        unit_id=squadron.pk,
        caller_phone="",
        plates="浙D99999",
    )
    page = {}
    with django_assert_num_queries(2):
        page["all"] = queries.calls_page(filter=CallFilter(place=PLACE), page=2, size=4)
        assert [row.owner.name for row in page["all"].rows] == ["calls", "calls"]
    assert (page["all"].total, page["all"].pages, page["all"].page) == (6, 2, 2)

    def numbers(**filters):
        return queries.calls_page(filter=CallFilter(place=PLACE, **filters)).total

    assert numbers(category="accident") == numbers(is_located=False) == numbers(unit_ids=[squadron.pk]) == 1
    assert numbers(district="339902") == numbers(text="浙D·9999") == numbers(text="n3") == 1
    assert numbers(text="138 0099 0002") == 1
    assert numbers(ids=[calls[0].pk, calls[1].pk]) == 2
    assert numbers(until=calls[0].received_at) == 0
    assert numbers(is_repeat=True) == 0
    assert queries.calls_page(filter=CallFilter(place="339911")).rows == ()


def test_today_counts_each_thing_once(taker, django_assert_num_queries):
    repeated(taker)
    call(taker, content="两车追尾", plates="", caller_phone="", lon_wgs84=None, lat_wgs84=None)
    wrong = call(taker, content="误拨", plates="", caller_phone="", lon_wgs84=None, lat_wgs84=None)
    actions.mark_invalid(call_id=wrong.pk, person=taker, reason="误拨")
    with django_assert_num_queries(4):
        found = queries.today(place=PLACE)
    assert (found.valid, found.repeats, found.invalid, found.duplicates, found.unlocated) == (2, 1, 1, 0, 1)
    assert found.by_category == {"accident": 1, "order": 1, "other": 0}


def test_the_ledger_shows_overdue_lines_first(taker, django_assert_num_queries):
    for at, (phone, due) in enumerate(
        (("13800990011", 5), ("13800990012", None), ("13800990013", 1), ("13800990014", 2))
    ):
        repeated(taker, caller_phone=phone, plates="", lon_wgs84=MIDDLE[0] + at / 10, lat_wgs84=MIDDLE[1])
        chain = RepeatChain.objects.latest("id")
        plan = {"cause": "slow_dispatch", "owner_id": taker.pk, "next_step": "", "person": taker, "chain_id": chain.pk}
        actions.set_chain(**plan, due_on=clock.today() + timedelta(days=due) if due else None)
    actions.close_chain(chain_id=RepeatChain.objects.order_by("id").last().pk, person=taker, note="解决了")
    with clock.moved_by(timedelta(days=3)):
        with django_assert_num_queries(3):
            page = queries.chains_page(place=PLACE, is_open=None)
        phones = [row.chain.root.caller_phone[-2:] for row in page.rows]
        assert (phones, [row.overdue_days for row in page.rows]) == (["13", "11", "12", "14"], [2, 0, 0, 0])
        assert (page.total, page.overdue) == (4, 1)
    assert queries.chains_page(place=PLACE, cause="slow_dispatch").total == 3


def test_one_call_with_everything_that_belongs_to_it(taker, squadron_leader, unit, django_assert_max_num_queries):
    first = repeated(taker, unit_id=unit.pk)
    second = Call.objects.exclude(pk=first.pk).get()
    with django_assert_max_num_queries(12):
        found = queries.call_file(call_id=second.pk, person=taker)
    assert found.chain is not None
    assert [row.pk for row in found.matter] == [first.pk, second.pk]
    assert [event.name for event in found.events] == ["call.received", "link.confirmed"]
    with pytest.raises(NotFound):
        queries.call_file(call_id=second.pk, person=squadron_leader)


def test_what_waits_for_a_person(taker, second_taker, django_assert_num_queries):
    own, other = call(taker), call(second_taker, caller_phone="13700990003", plates="", content="红绿灯坏了")
    actions.offer(call_id=other.pk, giver=second_taker, receiver_id=taker.pk)
    with django_assert_num_queries(6):
        desk = queries.desk(taker)
    assert [row.pk for row in desk.calls] == [own.pk]
    assert [row.call_id for row in desk.offered_to] == [other.pk]
    assert queries.receivers(place=PLACE, but=taker) == [second_taker]


def test_proposals_while_typing_name_the_reasons_and_write_nothing(taker, django_assert_max_num_queries):
    earlier = call(taker, received_at=clock.now() - timedelta(days=2))
    queries.propose(intake(content="又堵门口了"))
    with django_assert_max_num_queries(4):
        (found,) = queries.propose(intake(content="还是那辆车堵在门口，麻烦挪车"))
    assert (found.call_id, found.notion) == (earlier.pk, "same_matter")
    assert {"同一个电话报过", "说的是同一个车牌", "相距 0 米", "警情类别相同"} <= set(found.evidence)
    assert Call.objects.count() == 1
    assert queries.propose(intake(caller_phone="13911112222", plates="", lon_wgs84=None, lat_wgs84=None)) == []


def test_the_memory_follows_changes_and_forgets_invalid_calls(taker):
    earlier = call(taker, received_at=clock.now() - timedelta(days=2))
    assert len(queries.propose(intake())) == 1
    actions.mark_invalid(call_id=earlier.pk, person=taker, reason="演习")
    assert queries.propose(intake()) == []
    call(taker, received_at=clock.now() - timedelta(days=1))
    assert len(queries.propose(intake())) == 1
    with clock.moved_by(timedelta(days=40)):
        assert queries.propose(intake()) == []


def test_units_below_are_found_at_any_depth(superior, unit, squadron):
    assert units_under(superior.pk) == {superior.pk, unit.pk, squadron.pk}
    assert units_under(squadron.pk) == {squadron.pk}


def test_callers_are_forgotten_after_the_period_and_counts_stay(taker):
    row = call(taker)
    actions.close(call_id=row.pk, person=taker, result="已挪走")
    with clock.moved_by(timedelta(days=365 * 4)):
        assert retention.forget_callers() == 0
    with clock.moved_by(timedelta(days=365 * 6)):
        assert (retention.forget_callers(), retention.forget_callers()) == (1, 0)
    row = Call.objects.get()
    assert (row.caller_name, row.caller_phone, row.phone_index, row.content, row.result, row.plates) == ("",) * 6
    assert (row.subclass, row.lon_wgs84) == ("parking", MIDDLE[0])


def test_a_call_back_that_nobody_made_lapses(taker):
    row = call(taker)
    actions.close(call_id=row.pk, person=taker, result="已挪走")
    assert retention.close_lapsed() == 0
    with clock.moved_by(timedelta(days=40)):
        assert (retention.close_lapsed(), retention.close_lapsed()) == (1, 0)
    assert CallBack.objects.get().outcome == "lapsed"


def test_the_script_asks_what_fits_the_class():
    assert len(script_of("accident")) == 6
    assert "认定书" in script_of("accident")[3].zh
    assert [code for code, item in outcomes().items() if item.reopens] == ["unsettled"]


def test_returned_rows_go_after_their_time(settings, tmp_path, place):
    settings.FILES = tmp_path
    folder = retention.returned_folder()
    folder.mkdir()
    old, new = folder / "old.csv", folder / "new.csv"
    for path, days in ((old, 31), (new, 29)):
        path.write_text("x")
        at = (clock.now() - timedelta(days=days)).timestamp()
        os.utime(path, (at, at))
    assert retention.forget_callers() == 0  # of calls
    assert [path.name for path in folder.iterdir()] == ["new.csv"]


def test_a_whole_number_or_phone_is_found_whenever_it_was(taker):
    old = call(taker, received_at=clock.now() - timedelta(days=300), caller_phone="13900990099")
    recent = {"place": PLACE, "since": clock.now() - timedelta(days=30)}
    for text in (old.number, "139 0099 0099"):
        assert [row.pk for row in queries.calls_page(filter=CallFilter(text=text, **recent)).rows] == [old.pk]
    assert queries.calls_page(filter=CallFilter(text=old.number[:-1], **recent)).total == 0


def test_a_search_by_words_reads_no_more_than_it_shows(taker, monkeypatch):
    monkeypatch.setattr(lists, "MOST_FOUND", 3)
    made = [call(taker, location="人民路口", received_at=clock.now() - timedelta(minutes=at)) for at in range(5)]
    page = queries.calls_page(filter=CallFilter(place=PLACE, text="人民路"), page=2, size=2)
    assert ([row.pk for row in page.rows], page.total, page.pages, page.is_cut) == ([made[2].pk], 3, 2, True)
