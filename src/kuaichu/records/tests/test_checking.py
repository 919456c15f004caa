"""A plate is looked up once; another plate is another question; an answer changes no case."""

from datetime import date

import pytest

from kuaichu.links.adapters import PermanentError
from kuaichu.links.dispatch import run_due
from kuaichu.links.models import Exchange
from kuaichu.records import actions, reactions
from kuaichu.records.models import VehicleCheck
from kuaichu.records.tests.factories import FOUND, UNKNOWN, check_of, close, events, given, told_case


@pytest.fixture
def party(unit, officer, insurers, gateway):
    gateway.answer = dict(FOUND)
    return told_case(unit, officer, insurers).parties.get(letter="A")


def rename(party, plate: str, kind: str = "02"):
    party.plate, party.plate_kind = plate, kind
    party.save(update_fields=["plate", "plate_kind"])


def test_a_vehicle_is_asked_for_by_its_plate_alone(party, platform, gateway):
    version = party.case.version
    reactions.look_up(given(party))
    assert run_due() == 1
    ((operation, message, _),) = gateway.sent
    assert operation == "vehicle.look_up"
    assert message == {
        "agency": "NAT-3399",
        "endpoint": platform.endpoint,
        "body": {"hphm": party.plate, "hpzl": "02"},
    }
    check = check_of(party)
    assert (check.state, check.vehicle_kind, check.brand, check.condition) == ("found", "K33", "启程", "A")
    assert (check.inspected_until_on, check.insured_until_on) == (date(2027, 3, 31), date(2027, 1, 15))
    assert check.insurer_name == "安行财产保险股份有限公司示范分公司"
    assert events(party.case) == ["vehicle.checked"]
    party.case.refresh_from_db()
    assert (party.case.version, party.case.stage) == (version, "claims")


def test_the_same_particulars_ask_once(party, platform, gateway):
    event = given(party)
    for _ in range(2):
        reactions.look_up(event)
    run_due()
    reactions.look_up(given(party))
    assert (run_due(), len(gateway.sent)) == (0, 1)


def test_without_a_platform_nobody_is_asked(party, gateway, django_assert_max_num_queries):
    event = given(party)
    with django_assert_max_num_queries(6):
        reactions.look_up(event)
    assert (VehicleCheck.objects.count(), Exchange.objects.count()) == (0, 0)


@pytest.mark.parametrize(("plate", "kind"), [("", "41"), ("浙D00001", "14"), ("WJ浙00001", "31"), ("浙D00001", "42")])
def test_what_the_platform_does_not_keep_is_not_asked(party, platform, plate, kind):
    rename(party, plate, kind)
    reactions.look_up(given(party))
    assert VehicleCheck.objects.count() == 0


def test_the_longest_plate_is_asked_for(party, platform, gateway):
    """Of a temporary plate the form is free."""
    rename(party, "临" + "1" * 19, "22")
    reactions.look_up(given(party))
    run_due()
    check_of(party).clean_fields(exclude={"party"})
    assert gateway.bodies == [{"hphm": "临" + "1" * 19, "hpzl": "22"}]


def test_a_bicycle_is_not_asked_for(unit, officer, insurers, platform):
    case = told_case(unit, officer, [insurers[0], None], kinds=("motor", "nonmotor"))
    reactions.look_up(given(case.parties.get(letter="B")))
    assert VehicleCheck.objects.count() == 0


def test_another_plate_is_asked_anew_and_the_first_never_leaves(party, platform, gateway):
    reactions.look_up(given(party))
    rename(party, "浙D99999")
    reactions.look_up(given(party))
    run_due()
    assert [body["hphm"] for body in gateway.bodies] == ["浙D99999"]
    assert (check_of(party).plate, check_of(party).state) == ("浙D99999", "found")


@pytest.mark.parametrize("is_asked_again", [False, True])
def test_an_answer_about_an_earlier_plate_changes_nothing(party, platform, gateway, is_asked_again):
    """Also between the new particulars and the reaction to them."""
    reactions.look_up(given(party))
    exchange = Exchange.objects.get(kind="national")
    Exchange.objects.update(state="sending")
    rename(party, "浙D99999")
    if is_asked_again:
        reactions.look_up(given(party))
    actions.take_vehicle(exchange, FOUND)
    actions.note_look_up_failed(exchange)
    assert check_of(party).state == "waiting"
    assert events(party.case) == []


def test_a_question_that_was_replaced_while_it_was_sent_is_not_sent_again(party, platform, gateway):
    reactions.look_up(given(party))
    first = Exchange.objects.get(kind="national")
    Exchange.objects.update(state="sending", claimed_until=first.created_at)
    rename(party, "浙D99999")
    reactions.look_up(given(party))
    run_due()
    assert [body["hphm"] for body in gateway.bodies] == ["浙D99999"]
    assert not Exchange.objects.filter(pk=first.pk).exists(), "no desk has to send it again"


def test_a_removed_plate_removes_the_check(party, platform, gateway):
    reactions.look_up(given(party))
    rename(party, "", "41")
    reactions.look_up(given(party))
    assert (VehicleCheck.objects.count(), run_due()) == (0, 0)


def test_an_unknown_vehicle_is_said_once(party, platform, gateway):
    gateway.answer = dict(UNKNOWN)
    reactions.look_up(given(party))
    exchange = Exchange.objects.get(kind="national")
    run_due()
    actions.take_vehicle(exchange, FOUND)
    assert (check_of(party).state, check_of(party).brand) == ("unknown", "")
    assert events(party.case) == ["vehicle.checked"]


def test_a_question_that_failed_is_noted_and_may_be_answered_later(party, platform, gateway):
    gateway.answer = PermanentError("partner.422")
    reactions.look_up(given(party))
    run_due()
    assert check_of(party).state == "failed"
    actions.take_vehicle(Exchange.objects.get(kind="national"), FOUND)
    assert check_of(party).state == "found"


def test_nobody_asks_again_once_the_case_is_closed(party, platform, gateway):
    """What was answered stays."""
    other = party.case.parties.get(letter="B")
    reactions.look_up(given(party))
    run_due()
    gateway.answer = PermanentError("partner.422")
    reactions.look_up(given(other))
    reactions.drop_failed(given(party))
    run_due()
    assert [check_of(side).state for side in (party, other)] == ["found", "failed"]
    reactions.drop_failed(close(party.case))
    assert VehicleCheck.objects.get().party == party
    assert set(Exchange.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.parametrize("answer", [FOUND, PermanentError("partner.422")])
def test_after_the_closing_an_answer_still_counts_and_a_refusal_troubles_nobody(party, platform, gateway, answer):
    gateway.answer = answer
    reactions.look_up(given(party))
    reactions.drop_failed(close(party.case))
    run_due()
    states = list(VehicleCheck.objects.values_list("state", flat=True))
    assert states == (["found"] if answer is FOUND else [])
    assert not Exchange.objects.filter(state="failed").exists()


def test_record_and_checks_go_with_the_case(platform, unit, insurers):
    from kuaichu.records.models import Record
    from tests import factories

    new = factories.new_case()
    rename(new.party, "浙D12345")
    reactions.look_up(given(new.party))
    reactions.file_record(close(new.case))
    assert (VehicleCheck.objects.count(), Record.objects.count()) == (1, 1)
    new.case.delete()
    assert (VehicleCheck.objects.count(), Record.objects.count()) == (0, 0)


def test_of_a_report_given_up_nothing_stays(party, platform, gateway):
    reactions.look_up(given(party))
    run_due()
    event = close(party.case, "withdrawn")
    for _ in range(2):
        reactions.forget_checks(event)
    assert (VehicleCheck.objects.count(), Exchange.objects.count()) == (0, 0)
    reactions.look_up(given(party))
    assert VehicleCheck.objects.count() == 0, "a closed case asks no more"


def test_the_journal_tells_no_plates(party, platform, gateway):
    from kuaichu.journal.models import Event

    reactions.look_up(given(party))
    run_due()
    assert Event.objects.get(name="vehicle.checked").facts == {"letter": "A", "state": "found"}
