"""Three vehicles: the officer finds the order of impacts, and each accident gets its own proposal."""

import pytest

from kuaichu.cases import actions as cases
from kuaichu.cases.actions import Account
from kuaichu.errors import Refused
from kuaichu.journal.models import Event
from kuaichu.liability import actions, content
from kuaichu.liability.actions import Decision
from kuaichu.liability.models import Determination, ImpactOrder
from tests import factories

pytestmark = pytest.mark.usefixtures("unit", "insurers")
SAID = {"A": (), "B": ("rear_end",), "C": ("rear_end",)}
PARTS = {"A": ("rear",), "B": ("front", "rear"), "C": ("front",)}
THIRD = factories.Particulars(
    name="赵静",
    document_kind="id_card",
    document_number="339999196610236129",
    vehicle_kind="K3",
    plate_kind="02",
    plate="浙D67890",
    insurer_code="INS-A",
    policy_number="PDZA202633990000099999",
)


def three(officer, said=SAID):
    """Everybody asked for a determination; B and C each ran into the one ahead."""
    pair = factories.two_parties()
    third = cases.join(code=cases.invite(party_id=pair.parties["A"].pk).code)
    pair.parties["C"] = third.party
    factories.pass_photos(pair, officer)
    for letter, party in pair.parties.items():
        factories.confirm_phone(party)
        cases.save_particulars(party_id=party.pk, particulars=(factories.PEOPLE | {"C": THIRD})[letter])
        account = Account(situations=said, damaged_parts=PARTS[letter], collision_form="1")
        cases.give_account(party_id=party.pk, account=account)
    for party in pair.parties.values():
        actions.choose(party_id=party.pk, choice="police")
    return pair.refresh()


def ordered(pair, officer, *impacts):
    return actions.order_impacts(case_id=pair.case.pk, officer=officer, impacts=[tuple(pair) for pair in impacts])


def test_one_after_the_other_is_two_accidents_with_a_proposal_each(officer):
    pair = three(officer)
    before = actions.ensure_proposal(case_id=pair.case.pk)
    assert (before.result["grades"], before.result["accidents"]) == ({}, [])
    result = ordered(pair, officer, "BA", "CB").result
    assert [(part["impacts"], part["grades"]) for part in result["accidents"]] == [
        ([["B", "A"]], {"A": "none", "B": "full"}),
        ([["C", "B"]], {"B": "none", "C": "full"}),
    ]
    assert (result["is_officer_needed"], result["grades"]) == (True, {})
    assert "先后两起" in result["officer_reason"]["zh"]
    told = content.facts_text(pair.case, list(pair.case.parties.all()))
    assert "碰撞先后：第一次，乙方撞甲方；第二次，丙方撞乙方。" in told
    apart = content.accidents_text(result)
    assert apart == "分别认定：乙方撞甲方：甲方无责任，乙方全部责任；丙方撞乙方：乙方无责任，丙方全部责任。"
    assert Event.objects.filter(stream=pair.case.pk, name="impacts.ordered").count() == 1


def test_pushed_on_is_one_accident_and_the_pusher_bears_it(officer):
    pair = three(officer, SAID | {"B": ()})
    result = ordered(pair, officer, "CB", "BA").result
    assert (result["grades"], result["accidents"]) == ({"A": "none", "B": "none", "C": "full"}, [])
    assert content.accidents_text(result) == ""


def test_the_order_can_be_taken_back_and_the_officer_decides(officer):
    pair = three(officer)
    ordered(pair, officer, "BA", "CB")
    assert ordered(pair, officer).result["accidents"] == []
    assert not ImpactOrder.objects.exists()
    ordered(pair, officer, "BA", "CB")
    decision = Decision(
        grades={"A": "none", "B": "primary", "C": "secondary"},
        facts_text="三车先后追尾。",
        shares={"A": 0, "B": 60, "C": 40},
        override_reason="两起事故一并认定",
    )
    actions.determine(case_id=pair.case.pk, officer=officer, decision=decision)
    made = Determination.objects.get()
    assert (made.is_override, len(made.proposal.result["accidents"])) == (True, 2)


@pytest.mark.parametrize("impacts", [["AA"], ["AD"], ["BA", "CB", "BA", "CB", "BA"]])
def test_an_order_that_is_none_is_refused(officer, impacts):
    pair = three(officer)
    with pytest.raises(Refused) as caught:
        ordered(pair, officer, *impacts)
    assert caught.value.code == "impacts.unfit"


def test_two_parties_have_no_order_and_others_may_not_say_it(officer, adjusters):
    pair = factories.at_liability(officer)
    with pytest.raises(Refused) as caught:
        ordered(pair, officer, "AB")
    assert caught.value.code == "impacts.few_parties"
    with pytest.raises(Refused) as caught:
        ordered(pair, adjusters[0], "AB")
    assert caught.value.code == "case.not_yours"


def test_when_they_tell_it_differently_each_account_is_worked_out(officer):
    pair = factories.at_liability(officer, {"A": (), "B": ("rear_end",)})
    other = Account(situations={"A": ("rear_end",), "B": ()}, damaged_parts=("front", "rear"), collision_form="1")
    cases.reopen_details(party_id=pair.parties["B"].pk)
    cases.give_account(party_id=pair.parties["B"].pk, account=other)
    result = actions.ensure_proposal(case_id=pair.case.pk).result
    assert (result["grades"], result["disputed"]) == ({}, ["A", "B"])
    assert result["by_account"]["B"]["grades"] == {"A": "full", "B": "none"}
    assert all(reason["articles"] for reason in result["by_account"]["B"]["reasons"])
