"""Each invariant catches what it is there for: a small world in which everything holds, and lies told one at a time."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest

from simulator import invariants
from simulator.looking import Looker
from simulator.tests import false_records
from simulator.tests.false_house import (
    BY_COMMERCIAL,
    BY_COMPULSORY,
    NOW,
    NUMBERS,
    PLACE,
    SIGNED,
    House,
    Scene,
    answer,
    as_rows,
    record,
    true_scene,
)
from simulator.wire import key_of


@pytest.fixture
def scene() -> Scene:
    return true_scene()


def test_everything_is_looked_at_and_holds(scene):
    found = invariants.check(scene.outcome, House(scene.lies))
    assert [held.violations for held in found] == [()] * len(invariants.ALL)
    assert [held.name for held in found if not held.checked] == []


def lost(scene: Scene) -> None:
    scene.lies.there.pop()


def doubled(scene: Scene) -> None:
    scene.lies.there.append("33990020260302000003")


def doubled_on_another_day(scene: Scene) -> None:
    scene.lies.there.append("33990020260303000009")


def acknowledged_twice(scene: Scene) -> None:
    scene.outcome.records.append(record(NUMBERS[0]))


def call_lost(scene: Scene) -> None:
    scene.lies.call_status = 201


def waits_for_nobody(scene: Scene) -> None:
    scene.case["state"].update(stage="claims", outcome="")


def clock_ran_out(scene: Scene) -> None:
    late = (NOW - timedelta(minutes=1)).isoformat()
    scene.case["state"].update(stage="claims", clocks=[{"clock": "x", "due_at": late}])


def draft_never_forgotten(scene: Scene) -> None:
    scene.case["state"].update(stage="evidence", photo_state="none")
    scene.outcome.records[0].moments = {"reported": NOW - timedelta(days=30)}


def chain_broken(scene: Scene) -> None:
    scene.lies.faults.append("event 3 does not fit")


def document_not_valid(scene: Scene) -> None:
    scene.lies.verdict = "changed after it was sealed"


def document_without_file(scene: Scene) -> None:
    scene.case["papers"][0]["file"] = None


def code_leads_nowhere(scene: Scene) -> None:
    scene.case["papers"][0]["verify_link"] = "http://house/verify/other/"


def paid_more_than_planned(scene: Scene) -> None:
    scene.insurer.paid_fen["pay-1"] += 1


def paid_under_another_key(scene: Scene) -> None:
    scene.insurer.out_fen["claim-1A"] *= 2


def loss_does_not_add_up(scene: Scene) -> None:
    scene.claim["settlement"]["borne_fen"] = 1


def above_the_limit(scene: Scene) -> None:
    scene.insurer.policies = {**scene.insurer.policies, "claim-1A": {"tpl_limit_fen": BY_COMMERCIAL - 1}}


def above_the_compulsory_limit(scene: Scene) -> None:
    scene.claim["settlement"]["lines"][0]["amount_fen"] += 1


def paid_short(scene: Scene) -> None:
    scene.insurer.paid_fen["pay-1"] -= 1


def paid_without_a_computation(scene: Scene) -> None:
    scene.claim["status"] = 404


def computation_breaks(scene: Scene) -> None:
    scene.claim["row"]["state"], scene.claim["status"] = "accepted", 500


def paid_before_signed(scene: Scene) -> None:
    scene.claim["settlement"]["payments"][0]["confirmed_at"] = (SIGNED - timedelta(seconds=1)).isoformat()


def paid_and_never_signed(scene: Scene) -> None:
    scene.case["papers"][0]["completed_at"] = None


def sent_under_two_keys(scene: Scene) -> None:
    scene.insurer.keys_of["claims claim-1A"].add("again")


def never_sent(scene: Scene) -> None:
    scene.insurer.claims_seen.remove("claim-1A")


def parked(scene: Scene) -> None:
    scene.lies.parked = 1


def open_to_strangers(scene: Scene) -> None:
    scene.lies.open_to_all = True


def other_sum_than_the_law(scene: Scene) -> None:
    for line, fen in zip(scene.claim["settlement"]["lines"], (BY_COMPULSORY - 1, BY_COMMERCIAL + 1), strict=True):
        line["amount_fen"] = fen


def other_share_than_the_law(scene: Scene) -> None:
    scene.claim["claim"]["liability"]["shares"] = {"A": 90, "B": 10}


def paper_with_another_grade(scene: Scene) -> None:
    scene.writes(0, "责任", "主要责任")
    scene.writes(1, "责任", "次要责任")


def paper_with_another_plate(scene: Scene) -> None:
    scene.writes(1, "号牌号码", "浙D·99999")


def paper_of_another_moment(scene: Scene) -> None:
    scene.page["rows"] = as_rows({"事故时间": "2026年03月02日 12时01分", "事故地点": PLACE})


def paper_without_a_place(scene: Scene) -> None:
    del scene.page["rows"][1]


def determination_with_another_period(scene: Scene) -> None:
    scene.case["papers"][0]["kind"] = "determination"
    rights = scene.page["blocks"][-1]
    rights["paragraphs"] = [rights["paragraphs"][0].replace("3个工作日", "5个工作日")]


def determination_that_makes_nobody_liable_for_the_rest(scene: Scene) -> None:
    scene.case["papers"][0]["kind"] = "determination"
    scene.writes(0, "责任", "主要责任")


def closed_without_a_step(scene: Scene) -> None:
    del scene.case["timeline"][-1]


def no_journal(scene: Scene) -> None:
    scene.case["timeline"] = []


def reported_twice(scene: Scene) -> None:
    scene.case["timeline"].append({"seq": 99, "at": "99", "event": "case.reported"})


def signature_without_a_step(scene: Scene) -> None:
    del scene.case["timeline"][2]


def step_without_a_payment(scene: Scene) -> None:
    scene.case["payments"] = []


def out_of_order(scene: Scene) -> None:
    scene.case["timeline"].reverse()


LIES: dict[str, tuple[Callable[[Scene], None], ...]] = {
    "acknowledged_once": (lost, doubled, doubled_on_another_day, acknowledged_twice),
    "calls_once": (call_lost,),
    "ends_or_waits": (waits_for_nobody, clock_ran_out, draft_never_forgotten),
    "chains_unbroken": (chain_broken,),
    "documents_valid": (document_not_valid, document_without_file, code_leads_nowhere),
    "money_within": (
        *(paid_more_than_planned, paid_under_another_key, loss_does_not_add_up, above_the_limit, paid_short),
        *(above_the_compulsory_limit, paid_without_a_computation, computation_breaks),
    ),
    "signed_before_paid": (paid_before_signed, paid_and_never_signed),
    "exchanges_done": (sent_under_two_keys, never_sent, parked),
    "no_stranger": (open_to_strangers,),
    "numbers_lawful": (
        *(other_sum_than_the_law, other_share_than_the_law, paper_with_another_grade, paper_with_another_plate),
        *(paper_of_another_moment, paper_without_a_place, determination_with_another_period),
        determination_that_makes_nobody_liable_for_the_rest,
    ),
    "recorded_once": false_records.ALL,
    "one_story": (
        *(closed_without_a_step, no_journal, reported_twice, signature_without_a_step, step_without_a_payment),
        out_of_order,
    ),
}


@pytest.mark.parametrize(
    ("name", "lie"), [pytest.param(name, lie, id=f"{name}-{lie.__name__}") for name in LIES for lie in LIES[name]]
)
def test_an_invariant_catches_a_lie(scene, name, lie):
    assert scene.wrong(name) == []
    lie(scene)
    assert scene.wrong(name) != []


def test_every_invariant_was_lied_to():
    assert set(LIES) == {name for name, _, _ in invariants.ALL}


def test_an_answer_that_is_none_is_a_violation_and_the_rest_is_still_looked_at(scene):
    scene.case["state"].clear()
    found = {held.name: held.violations for held in invariants.check(scene.outcome, House(scene.lies))}
    assert [name for name, violations in found.items() if violations] == ["ends_or_waits", "recorded_once", "one_story"]


def test_two_looks_at_one_house_ask_under_keys_of_their_own():
    first, second = (Looker(SimpleNamespace(), "x") for _ in range(2))
    assert key_of(first.dice) != key_of(second.dice)


def test_a_report_that_nobody_answered_may_be_there_or_not(scene):
    scene.outcome.records.append(record(""))
    assert scene.wrong("acknowledged_once") == []
    doubled(scene)
    assert scene.wrong("acknowledged_once") == []


def test_a_case_may_wait_in_a_queue_or_for_a_clock(scene):
    waits_for_nobody(scene)
    soon = (NOW + timedelta(minutes=1)).isoformat()
    scene.case["state"]["clocks"] = [{"clock": "x", "due_at": soon}]
    assert scene.wrong("ends_or_waits") == []


@pytest.mark.parametrize(("locked", "said"), [("A", ()), ("AB", ("no party can read it",) * len(NUMBERS))])
def test_a_party_that_lost_its_device_is_read_by_the_other(scene, locked, said):
    house = House(scene.lies)
    shown = house.as_party
    locked_out = answer(403, {"code": "link.other_device"})
    house.as_party = lambda record, letter, path: (
        locked_out if letter in locked and path == "/case" else shown(record, letter, path)
    )
    found = {held.name: held for held in invariants.check(scene.outcome, house)}["ends_or_waits"]
    assert len(found.violations) == len(said)
    assert all(part in text for part, text in zip(said, found.violations, strict=True))


def test_a_forgotten_draft_ends_without_a_word(scene):
    scene.case["state"].update(outcome="withdrawn", may_leave_at=None)
    scene.case["timeline"] = scene.case["timeline"][:1]
    scene.outcome.records[0].devices = {}
    assert scene.wrong("one_story") == []


def test_a_determination_may_lack_what_nobody_told(scene):
    scene.case["papers"][0]["kind"] = "determination"
    scene.page["blocks"][1]["rows"] = as_rows({"责任": "无责任"})
    assert scene.wrong("numbers_lawful") == []


def test_a_withdrawn_agreement_takes_its_signatures_with_it(scene):
    """One signed, the other let the time pass: the journal keeps the step, no page shows the paper."""
    first, *others = scene.case["timeline"]
    early = [{"at": "0", "event": f"instrument.{name}"} for name in ("signed", "withdrawn")]
    told = [entry | {"seq": seq} for seq, entry in enumerate((first, *early, *others))]
    scene.case["timeline"] = told
    assert scene.wrong("one_story") == []
    scene.case["timeline"] = [entry for entry in told if entry["event"] != "instrument.withdrawn"]
    assert scene.wrong("one_story") != []


def test_a_record_may_wait_for_a_platform_that_is_away(scene):
    """As many as the desk says, and no insurer's messages."""
    false_records.not_recorded(scene)
    scene.lies.silent = {"安行保险": 9}
    assert scene.wrong("recorded_once") == [f"{NUMBERS[0]}: closed, not recorded"]
    scene.lies.silent = {"综合应用平台（仿真）": 1}
    assert scene.wrong("recorded_once") == []
    del scene.outcome.platform.books[NUMBERS[1]]
    assert scene.wrong("recorded_once") == [f"{NUMBERS[1]}: closed, not recorded"]


def test_a_case_that_was_recorded_and_goes_on_again_is_no_lie(scene):
    scene.case["timeline"].append({"seq": 99, "at": "99", "event": "case.closed"})
    scene.case["state"]["outcome"] = "transferred"
    assert scene.wrong("recorded_once") == []


def test_a_settled_case_without_a_document_has_no_grades(scene):
    scene.case["papers"][0]["state"] = "withdrawn"
    for person in scene.books[1]["dutysimplehuman"]:
        del person["sgzr"]
    assert scene.wrong("recorded_once") == []
