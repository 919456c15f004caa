"""Reading: fixed numbers of statements, the books as the parties and desks see them, only the own insurer's claims."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kuaichu.claims import actions, queries
from kuaichu.claims.calculation import with_titles
from kuaichu.claims.tests.factories import (
    EQUAL,
    FULL,
    accept_all,
    assess,
    complete,
    pay,
    ready_to_pay,
    settled_case,
)


def count(read) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        read()
    return len(seen)


def test_the_books_of_a_case_at_every_step(unit, officer, insurers, adjusters):
    case = settled_case(unit, officer, insurers, liability=FULL)
    complete(case)
    money = queries.money_of(case)
    assert (money.settlement, money.lines, money.is_frozen) == (None, (), False)
    assert [side.loss_fen for side in money.parties] == [None, None]
    payments = ready_to_pay(case, adjusters, A=3600, B=4850)
    pay(payments[0], adjusters)
    money = queries.money_of(case)
    a, b = money.parties
    assert (a.received_fen, a.borne_fen, a.owed_fen, a.confirmed_fen) == (360000, 0, 0, 360000)
    assert (b.received_fen, b.borne_fen, b.confirmed_fen) == (485000, 0, 0)
    assert (money.is_frozen, money.may_wish_own_pay, len(money.approvals)) == (True, False, 1)


def test_the_books_take_a_fixed_number_of_statements(unit, officer, insurers, adjusters):
    liability = ({"A": "full", "B": "none", "C": "none"}, {"A": 100, "B": 0, "C": 0})
    small = settled_case(unit, officer, insurers)
    large = settled_case(unit, officer, [*insurers, insurers[0]], liability=liability)
    ready_to_pay(small, adjusters, A=100, B=200)
    ready_to_pay(large, adjusters, A=100, B=200, C=300)
    numbers = {count(lambda case=case: queries.money_of(case)) for case in (small, large)}
    assert numbers == {11}


def test_wishes_show_until_somebody_approves(unit, officer, insurers, adjusters):
    case = complete(settled_case(unit, officer, insurers, liability=EQUAL))
    accept_all(case)
    settlement = assess(case, adjusters, A=1850, B=1320)
    first = case.parties.get(letter="A")
    actions.consent_each_pays_own(party_id=first.pk)
    money = queries.money_of(case)
    assert money.may_wish_own_pay
    assert [side.wishes_own_pay for side in money.parties] == [True, False]
    claim = money.of(first.pk).claim
    assert claim is not None
    actions.approve(claim_id=claim.pk, adjuster=adjusters[0], version=settlement.version)
    assert not queries.money_of(case).may_wish_own_pay


def test_queues_hold_only_the_own_claims(unit, officer, insurers, adjusters):
    for _ in range(3):
        complete(settled_case(unit, officer, insurers))
    ready_to_pay(settled_case(unit, officer, insurers), adjusters, A=100, B=200)
    first, second = insurers
    assert queries.counts(first) == {"assess": 3, "approve": 0, "pay": 1, "recheck": 0, "done": 0}
    assert queries.counts(second) == {"assess": 3, "approve": 0, "pay": 0, "recheck": 0, "done": 1}
    rows = queries.rows(first, queries.BY_NAME["assess"])
    assert {row.claim.insurer_id for row in rows} == {first.pk}
    assert all(row.due_at is not None for row in rows)
    assert count(lambda: queries.rows(first, queries.BY_NAME["assess"])) == 3
    assert count(lambda: queries.counts(first)) == 1


def test_search_finds_by_number_and_plate(unit, officer, insurers):
    case = complete(settled_case(unit, officer, insurers))
    other = complete(settled_case(unit, officer, [insurers[1], insurers[1]]))
    found = queries.search(insurers[0], case.number[-8:])
    assert [row.claim.case_id for row in found] == [case.pk]
    assert queries.search(insurers[0], other.number) == []
    assert [row.claim.case_id for row in queries.search(insurers[0], "浙d12345")] == [case.pk]
    assert queries.search(insurers[0], "浙") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A 方的交强险先在限额内赔 B 方的车辆损失", "甲方的交强险先在限额内赔乙方的车辆损失"),
        ("赔偿比例按填写的：A 70%、B 30%", "赔偿比例按填写的：甲方 70%、乙方 30%"),
        ("A、B 方的损失超过 2,000 元", "甲方、乙方的损失超过 2,000 元"),
        ("GB 方", "GB 方"),
    ],
)
def test_letters_become_titles(text, said):
    assert with_titles(text) == said
