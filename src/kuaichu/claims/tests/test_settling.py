"""The worked examples E1 to E4 through the actions, and who assesses whose vehicle."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from kuaichu.cases.models import Party
from kuaichu.cases.states import Outcome, Stage
from kuaichu.claims import actions
from kuaichu.claims.calculation import entered_of
from kuaichu.claims.models import Approval, Claim, Payment
from kuaichu.claims.tests.factories import (
    EQUAL,
    FULL,
    ONLY_CTPL,
    PRIMARY,
    accept_all,
    assess,
    assess_one,
    claims_of,
    complete,
    lines_of,
    pay,
    ready_to_pay,
    settled_case,
    settlement_of,
)
from kuaichu.errors import NotFound, Refused
from kuaichu.journal.chain import check_stream
from kuaichu.law.national import settlement as rules
from kuaichu.liability.queries import Grades

EXAMPLES: dict[str, Any] = {
    "E1": (
        FULL,
        {"A": 3600, "B": 4850},
        [
            ("insurer:A", "A", "ctpl_no_fault", 100),
            ("insurer:A", "B", "ctpl", 2000),
            ("insurer:A", "B", "tpl", 2850),
            ("insurer:A", "A", "own_damage", 3500),
        ],
    ),
    "E2": (
        PRIMARY,
        {"A": 5000, "B": 8000},
        [
            ("insurer:B", "A", "ctpl", 2000),
            ("insurer:A", "B", "ctpl", 2000),
            ("insurer:A", "B", "tpl", 4200),
            ("insurer:B", "A", "tpl", 900),
            ("insurer:A", "A", "own_damage", 2100),
            ("insurer:B", "B", "own_damage", 1800),
        ],
    ),
    "E4": (
        EQUAL,
        {"A": 3000, "B": 1500},
        [
            ("insurer:B", "A", "ctpl", 2000),
            ("insurer:A", "B", "ctpl", 1500),
            ("insurer:B", "A", "tpl", 500),
            ("insurer:A", "A", "own_damage", 500),
        ],
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_examples_from_signature_to_money(name, unit, officer, insurers, adjusters):
    liability, losses, lines = EXAMPLES[name]
    case = settled_case(unit, officer, insurers, liability=liability)
    payments = ready_to_pay(case, adjusters, **losses)
    assert sorted(lines_of(case)) == sorted(lines)
    settlement = settlement_of(case)
    assert (settlement.loss_fen, settlement.paid_fen + settlement.borne_fen) == (sum(losses.values()) * 100,) * 2
    assert sum(payment.amount_fen for payment in payments) == settlement.paid_fen
    for payment in payments:
        pay(payment, adjusters)
    case.refresh_from_db()
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.PAID)
    assert check_stream(case.pk) is None
    assert not case.deadlines.filter(settled_at__isnull=True).exists()


def test_e3_each_pays_own_when_everybody_wishes_it(unit, officer, insurers, adjusters):
    case = complete(settled_case(unit, officer, insurers, liability=EQUAL))
    accept_all(case)
    settlement = assess(case, adjusters, A=1850, B=1320)
    assert (settlement.mode, settlement.may_each_pay_own) == ("ordinary", True)
    first, second = case.parties.all()
    actions.consent_each_pays_own(party_id=first.pk)
    actions.consent_each_pays_own(party_id=first.pk)
    assert settlement_of(case).mode == "ordinary"
    actions.consent_each_pays_own(party_id=second.pk)
    assert settlement_of(case).mode == "each_pays_own"
    assert lines_of(case) == [("insurer:A", "A", "each_pays_own", 1850), ("insurer:B", "B", "each_pays_own", 1320)]
    actions.withdraw_own_pay_consent(party_id=second.pk)
    assert settlement_of(case).mode == "ordinary"


def test_each_pays_own_is_not_offered_above_the_limit(unit, officer, insurers, adjusters):
    case = complete(settled_case(unit, officer, insurers, liability=EQUAL))
    accept_all(case)
    assert not assess(case, adjusters, A=3000, B=1500).may_each_pay_own
    with pytest.raises(Refused) as refusal:
        actions.consent_each_pays_own(party_id=case.parties.get(letter="A").pk)
    assert refusal.value.code == "own_pay.not_open"


def test_what_is_borne_and_paid_in_person_stays_in_the_books(unit, officer, insurers, adjusters):
    """E11: the liable car has compulsory insurance only."""
    case = complete(settled_case(unit, officer, insurers))
    accept_all(case, ONLY_CTPL)
    settlement = assess(case, adjusters, A=800, B=6000)
    assert sorted(lines_of(case)) == [
        ("insurer:A", "A", "ctpl_no_fault", 100),
        ("insurer:A", "B", "ctpl", 2000),
        ("party:A", "A", "self", 700),
        ("party:A", "B", "party", 4000),
    ]
    assert (settlement.paid_fen, settlement.borne_fen) == (610000, 70000)


def test_an_uninsured_car_is_assessed_by_the_insurer_of_whoever_bears_most(unit, officer, insurers, adjusters):
    case = complete(settled_case(unit, officer, [insurers[0], None], liability=FULL))
    assert list(claims_of(case)) == ["A"]
    accept_all(case)
    settlement = assess(case, adjusters[:1], A=0, B=1000)
    assert settlement is not None
    assert lines_of(case) == [("insurer:A", "B", "ctpl", 1000)]


def test_an_e_bike_against_a_car(unit, officer, insurers, adjusters):
    """E7 without injury: the car mostly liable; the rider's share of the car's damage is the owner's own."""
    case = settled_case(unit, officer, [insurers[0], None], liability=PRIMARY, kinds=("motor", "nonmotor"))
    complete(case)
    accept_all(case)
    assess(case, adjusters[:1], A=2400, B=1500)
    assert sorted(lines_of(case)) == [("insurer:A", "A", "own_damage", 2400), ("insurer:A", "B", "ctpl", 1500)]


def test_a_car_parked_lawfully_is_settled_as_such():
    """Fujian's measures, Art. 52.5: it owes the rider nothing beyond the compulsory insurance."""
    sides = [Party(letter="A", kind="motor"), Party(letter="B", kind="nonmotor")]
    for parked, share in ((frozenset("A"), 0), (frozenset(), 10)):
        grades = Grades({"A": "none", "B": "full"}, {"A": share, "B": 100 - share}, uuid4(), parked)
        totals = {side.pk: 100_000 for side in sides}
        entered = entered_of(sides, claims=[], grades=grades, totals=totals, is_own_pay_wished=False)
        assert [each.is_parked_lawfully for each in entered.parties] == [bool(parked), False]
        assert rules.settle(entered, on=date(2026, 3, 2), place="350900").shares[0] == ("A", share)


def test_nobody_assesses_the_car_of_another_insurer(unit, officer, insurers, adjusters):
    case = complete(settled_case(unit, officer, insurers))
    with pytest.raises(NotFound):
        actions.record_assessment(party_id=case.parties.get(letter="B").pk, adjuster=adjusters[0], lines=[])


def test_without_insurance_there_is_nothing_to_claim_and_the_case_closes(unit, officer, insurers):
    case = complete(settled_case(unit, officer, [None, None]))
    assert not Claim.objects.exists()
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.SETTLED)


def test_figures_change_until_the_first_approval(unit, officer, insurers, adjusters):
    case = settled_case(unit, officer, insurers, liability=PRIMARY)
    complete(case)
    accept_all(case)
    old = assess(case, adjusters, A=5000, B=8000)
    new = assess(case, adjusters, A=5100)
    assert (old.version, new.version) == (1, 2)
    claim = claims_of(case)["A"]
    with pytest.raises(Refused) as refusal:
        actions.approve(claim_id=claim.pk, adjuster=adjusters[0], version=old.version)
    assert refusal.value.code == "settlement.changed"
    actions.approve(claim_id=claim.pk, adjuster=adjusters[0], version=new.version)
    with pytest.raises(Refused) as refusal:
        assess(case, adjusters, B=1)
    assert refusal.value.code == "settlement.frozen"


def test_two_adjusters_of_one_insurer_approve_at_once(unit, officer, insurers, adjusters):
    from kuaichu.accounts.models import Person, Role

    other = Person.objects.create_user("other", "x" * 12, name="孙核", role=Role.ADJUSTER, agency=insurers[0])
    case = complete(settled_case(unit, officer, insurers))
    accept_all(case)
    version = assess(case, adjusters, A=3600, B=4850).version
    claim = claims_of(case)["A"]
    first = actions.approve(claim_id=claim.pk, adjuster=adjusters[0], version=version)
    assert actions.approve(claim_id=claim.pk, adjuster=adjusters[0], version=version) == first
    with pytest.raises(Refused) as refusal:
        actions.approve(claim_id=claim.pk, adjuster=other, version=version)
    assert refusal.value.code == "claim.approved_already"
    assert (Approval.objects.count(), Payment.objects.count()) == (1, 2)
    assert claims_of(case)["B"].state == "settled"


def test_nobody_at_fault_is_computed_by_a_person(unit, officer, insurers, adjusters):
    liability = ({"A": "none", "B": "none"}, {"A": 0, "B": 0})
    case = complete(settled_case(unit, officer, insurers, liability=liability))
    accept_all(case)
    settlement = assess(case, adjusters, A=100, B=100)
    assert settlement.problem["code"] == "all_without_fault"
    claims = claims_of(case)
    with pytest.raises(Refused) as refusal:
        actions.approve(claim_id=claims["A"].pk, adjuster=adjusters[0], version=settlement.version)
    assert refusal.value.code == "settlement.problem"
    for letter, adjuster in zip("AB", adjusters, strict=True):
        actions.settle_unpaid(claim_id=claims[letter].pk, adjuster=adjuster, version=settlement.version)
    case.refresh_from_db()
    assert (case.stage, case.outcome) == (Stage.CLOSED, Outcome.SETTLED)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (actions.LossLine("wheel", "", "repair", 1), "assessment.unknown_part"),
        (actions.LossLine("", " ", "repair", 1), "assessment.no_item"),
        (actions.LossLine("front", "", "melt", 1), "assessment.unknown_work"),
        (actions.LossLine("front", "", "repair", 0), "assessment.bad_amount"),
        (actions.LossLine("front", "", "repair", 10**13), "assessment.bad_amount"),
    ],
)
def test_bad_lines_are_refused(line, code, unit, officer, insurers, adjusters):
    case = complete(settled_case(unit, officer, insurers))
    with pytest.raises(Refused) as refusal:
        assess_one(case.parties.get(letter="A"), adjusters, [line])
    assert refusal.value.code == code
