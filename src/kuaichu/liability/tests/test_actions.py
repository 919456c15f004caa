"""From the proposal to the signed instrument, and what is refused on the way."""

import pytest

from kuaichu.cases import actions as cases
from kuaichu.cases.states import Path, Stage
from kuaichu.dossier.actions.signing import note_refusal, sign
from kuaichu.dossier.models import Instrument, Signature
from kuaichu.dossier.queries import open_instrument
from kuaichu.dossier.states import InstrumentKind, InstrumentState
from kuaichu.errors import Refused
from kuaichu.journal.chain import check_stream
from kuaichu.liability import actions
from kuaichu.liability.actions import Decision
from kuaichu.liability.models import Determination, Proposal
from kuaichu.liability.queries import grades_in_force
from tests import factories

pytestmark = pytest.mark.django_db
FULL_B = Decision(grades={"A": "full", "B": "none"}, facts_text="甲方追尾乙方。")


@pytest.fixture(autouse=True)
def _agencies(unit, insurers):
    """A unit in charge and two insurers."""


def refusal(call) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def asked_for_police(officer, **kwargs):
    pair = factories.at_liability(officer, **kwargs)
    for party in pair.parties.values():
        actions.choose(party_id=party.pk, choice="police")
    return pair.refresh()


def test_agreeing_accounts_give_a_proposal_with_articles(officer):
    pair = factories.at_liability(officer)
    proposal = Proposal.objects.get(case=pair.case)
    assert proposal.result["grades"] == {"A": "full", "B": "none"}
    assert any("第四十三条" in article["zh"] for reason in proposal.result["reasons"] for article in reason["articles"])


def test_contradicting_accounts_leave_it_to_an_officer(officer):
    pair = factories.two_parties()
    factories.pass_photos(pair, officer)
    for letter, party in pair.parties.items():
        factories.confirm_phone(party)
        cases.save_particulars(party_id=party.pk, particulars=factories.PEOPLE[letter])
        other = "B" if letter == "A" else "A"
        said = cases.Account(situations={other: ("rear_end",)}, damaged_parts=("front",), collision_form="1")
        cases.give_account(party_id=party.pk, account=said)
    proposal = actions.ensure_proposal(case_id=pair.case.pk)
    assert proposal.result["is_officer_needed"]
    assert proposal.result["grades"] == {}
    call = lambda: actions.choose(party_id=pair.parties["A"].pk, choice="agree")  # noqa: E731
    assert refusal(call) == "choice.officer_needed"


def test_both_agree_sign_and_the_agreement_is_in_force(officer):
    pair = factories.at_claims(officer)
    instrument = Instrument.objects.get(case=pair.case)
    assert (pair.case.stage, pair.case.path) == (Stage.CLAIMS, Path.SELF)
    assert (instrument.kind, instrument.state) == (InstrumentKind.AGREEMENT, InstrumentState.COMPLETED)
    assert grades_in_force(pair.case.pk).grades == {"A": "full", "B": "none"}
    assert check_stream(pair.case.pk) is None


def test_signing_needs_the_code_and_the_hand(officer):
    pair = factories.at_liability(officer)
    for party in pair.parties.values():
        actions.choose(party_id=party.pk, choice="agree")
    party, instrument = pair.parties["A"], open_instrument(pair.case.pk).instrument
    cases.request_signing_code(party_id=party.pk)
    code = factories.newest_code(party)

    def attempt(strokes, typed_code, typed_name=""):
        sign(
            party_id=party.pk,
            instrument_id=instrument.pk,
            strokes=strokes,
            typed_code=typed_code,
            typed_name=typed_name,
        )

    assert refusal(lambda: attempt([[[1, 1], [2, 2]]], code)) == "signature.empty"
    assert refusal(lambda: attempt("x", code)) == "signature.unreadable"
    assert refusal(lambda: attempt([], code, "别人")) == "signature.name_differs"
    assert refusal(lambda: attempt(factories.SCRIBBLE, "12")) == "code.wrong"
    attempt([], code, "王 小明")
    attempt([], code, "王小明")  # a second tap changes nothing
    assert Signature.objects.filter(instrument=instrument).count() == 1


def test_signing_is_refused_after_the_case_moved_on(officer):
    pair = factories.at_liability(officer)
    for party in pair.parties.values():
        actions.choose(party_id=party.pk, choice="agree")
    instrument = open_instrument(pair.case.pk).instrument
    cases.request_signing_code(party_id=pair.parties["A"].pk)
    cases.request_officer(party_id=pair.parties["B"].pk)
    code = factories.newest_code(pair.parties["A"])
    call = lambda: sign(  # noqa: E731
        party_id=pair.parties["A"].pk, instrument_id=instrument.pk, strokes=factories.SCRIBBLE, typed_code=code
    )
    assert refusal(call) in ("case.moved_on", "instrument.closed")


def test_one_for_the_police_and_one_against_waits(officer):
    pair = factories.at_liability(officer)
    actions.choose(party_id=pair.parties["A"].pk, choice="police")
    actions.choose(party_id=pair.parties["B"].pk, choice="agree")
    pair.refresh()
    assert (pair.case.stage, pair.case.path) == (Stage.LIABILITY, "")
    assert refusal(lambda: actions.determine(case_id=pair.case.pk, officer=officer, decision=FULL_B)) == (
        "determination.not_asked"
    )


def test_an_officer_confirms_and_both_sign_for_receipt(officer):
    pair = asked_for_police(officer)
    instrument = actions.determine(case_id=pair.case.pk, officer=officer, decision=FULL_B)
    assert not Determination.objects.get().is_override
    factories.sign_all(pair)
    instrument.refresh_from_db()
    assert (pair.case.stage, instrument.state) == (Stage.CLAIMS, InstrumentState.COMPLETED)
    assert grades_in_force(pair.case.pk).shares == {"A": 100, "B": 0}


def test_an_override_needs_a_reason_and_fitting_grades(officer):
    pair = asked_for_police(officer)

    def attempt(grades, reason="现场痕迹显示双方均变道"):
        decision = Decision(grades=grades, facts_text="双方均有过错。", override_reason=reason)
        actions.determine(case_id=pair.case.pk, officer=officer, decision=decision)

    assert refusal(lambda: attempt({"A": "equal", "B": "equal"}, reason=" ")) == "determination.no_reason"
    assert refusal(lambda: attempt({"A": "full", "B": "full"})) == "determination.unfit"
    assert refusal(lambda: attempt({"A": "full"})) == "determination.incomplete"
    assert refusal(lambda: attempt({"A": "guilty", "B": "none"})) == "determination.unknown_grade"
    attempt({"A": "equal", "B": "equal"})
    assert Determination.objects.get().shares == {"A": 50, "B": 50}


def test_two_officers_at_once_make_one_determination(officer, second_officer):
    pair = asked_for_police(officer)
    actions.determine(case_id=pair.case.pk, officer=officer, decision=FULL_B)
    call = lambda: actions.determine(case_id=pair.case.pk, officer=second_officer, decision=FULL_B)  # noqa: E731
    assert refusal(call) == "case.moved_on"
    assert Determination.objects.count() == 1


def test_a_refusal_to_sign_is_noted_and_completes_the_service(officer):
    pair = asked_for_police(officer)
    instrument = actions.determine(case_id=pair.case.pk, officer=officer, decision=FULL_B)
    cases.request_signing_code(party_id=pair.parties["A"].pk)
    sign(
        party_id=pair.parties["A"].pk,
        instrument_id=instrument.pk,
        strokes=factories.SCRIBBLE,
        typed_code=factories.newest_code(pair.parties["A"]),
    )
    note_refusal(instrument_id=instrument.pk, party_id=pair.parties["B"].pk, officer=officer)
    assert pair.refresh().case.stage == Stage.CLAIMS


def test_nobody_can_refuse_an_agreement_for_a_party(officer):
    pair = factories.at_liability(officer)
    for party in pair.parties.values():
        actions.choose(party_id=party.pk, choice="agree")
    instrument = open_instrument(pair.case.pk).instrument
    call = lambda: note_refusal(instrument_id=instrument.pk, party_id=pair.parties["B"].pk, officer=officer)  # noqa: E731
    assert refusal(call) == "agreement.unsigned"


def determined(officer):
    pair = asked_for_police(officer)
    actions.determine(case_id=pair.case.pk, officer=officer, decision=FULL_B)
    factories.sign_all(pair)
    return pair


def test_a_review_is_applied_for_once_and_in_time(officer):
    pair = determined(officer)
    first = actions.apply_for_review(party_id=pair.parties["A"].pk, reason="刹车灯坏了，请再看")
    assert actions.apply_for_review(party_id=pair.parties["A"].pk, reason="再来") == first
    call = lambda: actions.apply_for_review(party_id=pair.parties["B"].pk, reason="我也要")  # noqa: E731
    assert refusal(call) == "review.once"


def test_a_late_review_is_refused(officer):
    from datetime import timedelta

    from kuaichu import clock

    pair = determined(officer)
    with clock.moved_by(timedelta(days=8)):
        call = lambda: actions.apply_for_review(party_id=pair.parties["A"].pk, reason="晚了")  # noqa: E731
        assert refusal(call) == "review.late"


def test_an_agreement_has_no_review(officer):
    pair = factories.at_claims(officer)
    call = lambda: actions.apply_for_review(party_id=pair.parties["A"].pk, reason="不服")  # noqa: E731
    assert refusal(call) == "review.nothing"


def test_the_reviewer_is_another_officer_and_may_reopen(officer, reviewer):
    pair = determined(officer)
    review = actions.apply_for_review(party_id=pair.parties["A"].pk, reason="请再看")
    call = lambda: actions.decide_review(  # noqa: E731
        review_id=review.pk, officer=officer, outcome="upheld", conclusion="维持"
    )
    assert refusal(call) == "review.not_yours"
    actions.decide_review(review_id=review.pk, officer=reviewer, outcome="reopened", conclusion="事实不清")
    pair.refresh()
    assert (pair.case.stage, pair.case.path) == (Stage.LIABILITY, Path.ONLINE)
    again = Decision(grades={"A": "equal", "B": "equal"}, facts_text="双方均有过错。", override_reason="复核")
    actions.determine(case_id=pair.case.pk, officer=officer, decision=again)
    factories.sign_all(pair)
    old, new = Determination.objects.order_by("issued_at")
    assert old.instrument.state == InstrumentState.SUPERSEDED
    assert old.instrument.superseded_by == new.instrument
    assert grades_in_force(pair.case.pk).grades == {"A": "equal", "B": "equal"}
    assert check_stream(pair.case.pk) is None


def test_accounts_that_name_different_forms_of_collision_go_to_an_officer(officer):
    pair = factories.at_liability(officer)
    cases.reopen_details(party_id=pair.parties["B"].pk)
    again = cases.Account(situations={"A": ("rear_end",), "B": ()}, damaged_parts=("rear",), collision_form="7")
    cases.give_account(party_id=pair.parties["B"].pk, account=again)
    proposal = actions.ensure_proposal(case_id=pair.case.pk)
    assert proposal.result["is_officer_needed"]
    assert pair.refresh().case.collision_form == "1"


def test_a_conclusion_bears_the_unit_of_the_officer_who_issued_it(officer, reviewer):
    pair = determined(officer)
    review = actions.apply_for_review(party_id=pair.parties["A"].pk, reason="请再看")
    actions.decide_review(review_id=review.pk, officer=reviewer, outcome="upheld", conclusion="事实清楚")
    conclusion = Instrument.objects.get(case=pair.case, kind=InstrumentKind.REVIEW)
    assert conclusion.unit == reviewer.agency != pair.case.unit
    assert reviewer.agency.name in conclusion.content


def test_an_agreement_that_lacks_a_content_is_not_drawn_up(officer):
    pair = factories.at_liability(officer)
    type(pair.parties["B"]).objects.filter(pk=pair.parties["B"].pk).update(policy_number="")
    actions.choose(party_id=pair.parties["A"].pk, choice="agree")
    call = lambda: actions.choose(party_id=pair.parties["B"].pk, choice="agree")  # noqa: E731
    assert refusal(call) == "agreement.incomplete"
