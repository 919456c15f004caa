"""Every verb with what it changes, what it writes into the journal, and whom it refuses."""

from datetime import timedelta

import pytest
from django.db import transaction

from kuaichu import clock
from kuaichu.calls import actions
from kuaichu.calls.models import Call, CallBack, CallChange, Handover, RepeatChain, Transfer
from kuaichu.calls.tests.factories import PLACE, call, intake
from kuaichu.errors import FieldErrors, NotFound, Refused
from kuaichu.journal.chain import check_stream
from kuaichu.journal.models import Event

pytestmark = pytest.mark.django_db


def refusal(verb, **arguments) -> str:
    with transaction.atomic(), pytest.raises(Refused) as caught:
        verb(**arguments)
    return caught.value.code


def names(row: Call) -> list[str]:
    assert check_stream(row.stream) is None
    return list(Event.objects.filter(stream=row.stream).order_by("seq").values_list("name", flat=True))


def test_a_call_is_stored_with_its_class_its_owner_and_no_personal_data_in_the_journal(taker, squadron):
    taken = actions.take_call(taker=taker, intake=intake(unit_id=squadron.pk))
    row = Call.objects.get()
    assert (row.subclass, row.category, row.classed_by) == ("parking", "order", "text")
    assert (row.owner, row.first_receiver, row.status, row.district) == (taker, taker, "received", "339902")
    assert (row.caller_phone, row.plates, row.position) == ("13800990001", "浙D0Z12A", "exact")
    assert row.number.startswith("J339900")
    assert taken.links == ()
    event = Event.objects.get(stream=row.stream)
    assert event.name == "call.received"
    assert "王小明" not in str(event.facts) + event.subject
    assert "13800990001" not in str(event.facts)


def test_what_cannot_be_true_is_refused_beside_its_field(taker):
    wrong = intake(
        content=" ", location="", received_at=clock.now() + timedelta(hours=1), lon_wgs84=None, injured=-1, source="?"
    )
    with pytest.raises(FieldErrors) as caught:
        actions.take_call(taker=taker, intake=wrong)
    assert set(caught.value.fields) == {"content", "received_at", "location", "injured", "source"}
    assert refusal(actions.take_call, taker=taker, intake=intake(place_code="339911")) == "place.unknown"
    actions.take_call(taker=taker, intake=intake(number="A1"))
    assert refusal(actions.take_call, taker=taker, intake=intake(number="A1")) == "call.number_taken"
    assert Call.objects.count() == 1


def test_an_adjuster_takes_no_calls_and_sees_none(taker, adjusters):
    row = call(taker)
    assert refusal(actions.take_call, taker=adjusters[0], intake=intake()) == "call.not_allowed"
    with pytest.raises(NotFound):
        actions.dispatch(call_id=row.pk, person=adjusters[0])


def test_a_squadron_handles_its_own_calls_and_no_others(taker, squadron, squadron_leader, unit):
    own, foreign = call(taker, unit_id=squadron.pk), call(taker, unit_id=unit.pk)
    actions.dispatch(call_id=own.pk, person=squadron_leader)
    assert refusal(actions.dispatch, call_id=foreign.pk, person=squadron_leader) == "call.unknown"


def test_the_class_is_corrected_and_the_first_answer_kept(taker):
    row = call(taker)
    assert refusal(actions.correct_class, call_id=row.pk, person=taker, subclass="nonsense") == "call.unknown_class"
    row = actions.correct_class(call_id=row.pk, person=taker, subclass="jam")
    assert (row.subclass, row.category, row.intake_subclass, row.classed_by) == ("jam", "other", "parking", "person")
    assert names(row) == ["call.received", "call.classed"]
    assert CallChange.objects.filter(call=row).count() == 1


def test_handling_goes_forward_and_the_feedback_class_wins(taker):
    row = call(taker)
    actions.dispatch(call_id=row.pk, person=taker)
    assert refusal(actions.dispatch, call_id=row.pk, person=taker) == "call.moved_on"
    actions.arrive(call_id=row.pk, person=taker)
    assert refusal(actions.close, call_id=row.pk, person=taker, result=" ") == "call.no_result"
    row = actions.close(call_id=row.pk, person=taker, result="车主已把车挪走", subclass="blocking")
    assert (row.status, row.subclass, row.intake_subclass) == ("closed", "blocking", "parking")
    assert names(row)[1:] == ["call.dispatched", "call.arrived", "call.closed"]
    assert CallBack.objects.get(call=row).due_at == row.closed_at + timedelta(hours=24)
    assert refusal(actions.mark_invalid, call_id=row.pk, person=taker, reason="") == "call.no_reason"


def test_invalid_and_valid_again(taker):
    row = call(taker)
    actions.mark_invalid(call_id=row.pk, person=taker, reason="误拨")
    assert refusal(actions.mark_invalid, call_id=row.pk, person=taker, reason="误拨") == "call.invalid"
    row = actions.mark_valid(call_id=row.pk, person=taker)
    assert (row.validity, row.invalid_reason) == ("valid", "")


def test_the_first_receiver_owns_the_call_until_the_receipt(taker, second_taker):
    row = call(taker)
    offer = {"call_id": row.pk, "giver": taker, "receiver_id": second_taker.pk}
    assert refusal(actions.offer, **(offer | {"giver": second_taker})) == "handover.not_owner"
    assert refusal(actions.offer, **(offer | {"receiver_id": taker.pk})) == "handover.to_oneself"
    handover = actions.offer(**offer, reason="我下班了")
    assert refusal(actions.offer, **offer) == "handover.open"
    assert Call.objects.get().owner == taker
    assert refusal(actions.receipt, handover_id=handover.pk, receiver=taker, accepts=True) == "handover.unknown"
    actions.receipt(handover_id=handover.pk, receiver=second_taker, accepts=True)
    row = Call.objects.get()
    assert (row.owner, row.first_receiver) == (second_taker, taker)
    assert (
        refusal(actions.receipt, handover_id=handover.pk, receiver=second_taker, accepts=False) == "handover.answered"
    )
    assert names(row)[1:] == ["call.offered", "handover.receipted"]


def test_a_refused_offer_leaves_the_giver_in_charge(taker, second_taker):
    row = call(taker)
    first = actions.offer(call_id=row.pk, giver=taker, receiver_id=second_taker.pk)
    actions.receipt(handover_id=first.pk, receiver=second_taker, accepts=False)
    assert Call.objects.get().owner == taker
    actions.offer(call_id=row.pk, giver=taker, receiver_id=second_taker.pk)
    assert Handover.objects.count() == 2


def test_a_call_without_an_owner_is_taken_on_once(taker, second_taker):
    row = call(None)
    assert row.owner is None
    actions.take_on(call_id=row.pk, person=taker)
    assert refusal(actions.take_on, call_id=row.pk, person=second_taker) == "call.owned"
    assert Call.objects.get().first_receiver == taker


def test_a_stale_row_is_not_written_over(taker):
    row = call(taker)
    actions.dispatch(call_id=row.pk, person=taker)
    from kuaichu.calls.actions.common import save_call

    with pytest.raises(Refused, match=r"call\.changed"):
        save_call(row, "status")


def test_a_transfer_waits_for_its_receipt_or_comes_back(taker):
    row = call(taker)
    assert refusal(actions.transfer, call_id=row.pk, person=taker, recipient="", reason="x") == "transfer.no_recipient"
    sent = actions.transfer(call_id=row.pk, person=taker, recipient="城管局", reason="占道经营归城管")
    assert Call.objects.get().status == "transferred"
    assert refusal(actions.close, call_id=row.pk, person=taker, result="好了") == "call.moved_on"
    actions.take_back(transfer_id=sent.pk, person=taker)
    assert Call.objects.get().status == "received"
    arguments = {"transfer_id": sent.pk, "person": taker, "receipt_number": "SL-1"}
    assert refusal(actions.note_transfer_receipt, **arguments) == "transfer.answered"
    again = actions.transfer(call_id=row.pk, person=taker, recipient="城管局", reason="再次移交")
    actions.note_transfer_receipt(**(arguments | {"transfer_id": again.pk}))
    assert Transfer.objects.get(pk=again.pk).receipt_number == "SL-1"
    assert names(row)[1:] == ["call.transferred", "transfer.returned", "call.transferred", "transfer.receipted"]


def test_a_call_back_that_finds_the_matter_open_brings_the_call_back(taker):
    row = call(taker)
    actions.close(call_id=row.pk, person=taker, result="已处理")
    back = CallBack.objects.get()
    record = {"call_back_id": back.pk, "person": taker}
    assert refusal(actions.record_call_back, **record, outcome="lapsed") == "call_back.unknown_outcome"
    wrong = record | {"outcome": "not_reached", "satisfaction": 5}
    assert refusal(actions.record_call_back, **wrong) == "call_back.no_satisfaction"
    actions.record_call_back(**record, outcome="unsettled", satisfaction=2, note="车又停回来了")
    row = Call.objects.get()
    assert (row.status, row.closed_at) == ("received", None)
    assert refusal(actions.record_call_back, **record, outcome="settled") == "call_back.done"
    assert names(row)[-1] == "call_back.recorded"


def test_nobody_reached_means_another_try_and_then_no_more(taker):
    row = call(taker)
    actions.close(call_id=row.pk, person=taker, result="已处理")
    for _ in range(3):
        back = CallBack.objects.filter(done_at__isnull=True).get()
        actions.record_call_back(call_back_id=back.pk, person=taker, outcome="not_reached")
    assert CallBack.objects.filter(call=row).count() == 3
    assert not CallBack.objects.filter(done_at__isnull=True).exists()


def test_repeats_of_one_matter_make_a_line_of_the_ledger(taker):
    first = call(taker, received_at=clock.now() - timedelta(days=9))
    taken = actions.take_call(taker=taker, intake=intake())
    (link,) = taken.links
    assert (link.earlier, link.notion, link.state) == (first, "same_matter", "proposed")
    actions.answer_link(link_id=link.pk, person=taker, is_repeat=True)
    assert refusal(actions.answer_link, link_id=link.pk, person=taker, is_repeat=True) == "link.decided"
    second = Call.objects.get(pk=taken.call.pk)
    assert (second.repeat_of, second.validity) == (first, "valid")
    chain = RepeatChain.objects.get()
    assert (chain.root, chain.calls, chain.last_call_at) == (first, 2, second.received_at)
    third = actions.take_call(taker=taker, intake=intake())
    link_to_second = next(item for item in third.links if item.earlier_id == second.pk)
    actions.answer_link(link_id=link_to_second.pk, person=taker, is_repeat=True)
    assert Call.objects.get(pk=third.call.pk).repeat_of == first
    chain.refresh_from_db()
    assert chain.calls == 3
    actions.withdraw_answer(link_id=link_to_second.pk, person=taker)
    chain.refresh_from_db()
    assert chain.calls == 2
    actions.withdraw_answer(link_id=link.pk, person=taker)
    assert not RepeatChain.objects.exists()


def test_a_line_gets_its_cause_its_owner_and_its_end_and_begins_again(taker, second_taker):
    call(taker, received_at=clock.now() - timedelta(days=9))
    (link,) = actions.take_call(taker=taker, intake=intake()).links
    actions.answer_link(link_id=link.pk, person=taker, is_repeat=True)
    chain = RepeatChain.objects.get()
    plan = {
        "chain_id": chain.pk,
        "person": taker,
        "cause": "outside_duty",
        "owner_id": second_taker.pk,
        "next_step": "请街道和物业一起谈停车位",
        "due_on": clock.today() + timedelta(days=7),
    }
    assert refusal(actions.set_chain, **(plan | {"cause": "weather"})) == "chain.unknown_cause"
    assert refusal(actions.set_chain, **(plan | {"due_on": clock.today() - timedelta(days=1)})) == "chain.past_due"
    actions.set_chain(**plan)
    chain.refresh_from_db()
    assert (chain.cause, chain.owner, chain.due_on) == ("outside_duty", second_taker, plan["due_on"])
    assert refusal(actions.close_chain, chain_id=chain.pk, person=taker, note="") == "chain.no_note"
    actions.close_chain(chain_id=chain.pk, person=taker, note="划了消防黄线，装了隔离柱")
    assert refusal(actions.set_chain, **plan) == "chain.closed"
    again = actions.take_call(taker=taker, intake=intake())
    actions.answer_link(link_id=again.links[0].pk, person=taker, is_repeat=True)
    chain.refresh_from_db()
    assert (chain.closed_at, chain.calls) == (None, 3)
    assert names(chain.root)[-3:] == ["chain.planned", "chain.closed", "chain.reopened"]


def test_many_callers_about_one_event_count_once(taker):
    first = call(taker, content="两车追尾，堵在路口", plates="", received_at=clock.now() - timedelta(minutes=9))
    taken = actions.take_call(
        taker=taker, intake=intake(caller_phone="13900990002", content="看到两辆车追尾了", plates="")
    )
    (link,) = taken.links
    assert (link.earlier, link.notion) == (first, "same_event")
    actions.answer_link(link_id=link.pk, person=taker, is_repeat=True)
    second = Call.objects.get(pk=taken.call.pk)
    assert (second.validity, second.incident, second.repeat_of) == ("duplicate", first, None)
    assert refusal(actions.mark_invalid, call_id=first.pk, person=taker, reason="误报") == "call.has_repeats"
    actions.withdraw_answer(link_id=link.pk, person=taker)
    assert Call.objects.get(pk=second.pk).validity == "valid"
    actions.answer_link(link_id=link.pk, person=taker, is_repeat=False)
    assert Call.objects.filter(place_id=PLACE, validity="valid").count() == 2
