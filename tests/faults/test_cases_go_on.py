"""A case never gets stuck and never follows two papers, whatever comes late, twice or after somebody vanished."""

from datetime import UTC, datetime, timedelta

import pytest

from kuaichu import clock, worker
from kuaichu.cases import actions as cases
from kuaichu.cases.models import Deadline
from kuaichu.cases.states import Path, Stage
from kuaichu.dossier.actions.signing import sign
from kuaichu.dossier.models import Instrument
from kuaichu.dossier.queries import open_instrument
from kuaichu.dossier.states import InstrumentKind, InstrumentState
from kuaichu.errors import Refused
from kuaichu.journal.chain import check_stream
from kuaichu.liability import actions as liability
from kuaichu.liability.models import Review
from tests import factories

pytestmark = pytest.mark.django_db
FULL_A = liability.Decision(grades={"A": "full", "B": "none"}, facts_text="甲方追尾乙方。")
DAY = timedelta(days=1)
NEW_YEAR = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)  # a second before midnight in Beijing


@pytest.fixture(autouse=True)
def _agencies(unit, insurers):
    """A unit in charge and two insurers."""


def agree(pair: factories.Pair) -> Instrument:
    for party in pair.parties.values():
        liability.choose(party_id=party.pk, choice="agree")
    view = open_instrument(pair.case.pk)
    assert view is not None
    return view.instrument


def stage_of(pair: factories.Pair) -> str:
    return pair.refresh().case.stage


def test_a_party_that_vanishes_for_a_day_brings_the_case_to_an_officer(officer):
    pair = factories.at_liability(officer)
    draft = agree(pair)
    worker.run_until_idle()
    assert stage_of(pair) == Stage.SIGNING
    with clock.moved_by(DAY + timedelta(minutes=1)):
        worker.run_until_idle()
        worker.run_until_idle()
        assert (stage_of(pair), pair.case.officer_request_reason) == (Stage.ATTENDANCE, "signature_timeout")
        draft.refresh_from_db()
        assert draft.state == InstrumentState.WITHDRAWN
        liability.determine(case_id=pair.case.pk, officer=officer, decision=as_override(FULL_A))
        factories.sign_all(pair)
    assert stage_of(pair) == Stage.CLAIMS
    assert check_stream(pair.case.pk) is None


def as_override(decision: liability.Decision) -> liability.Decision:
    return liability.Decision(decision.grades, decision.facts_text, override_reason="到场核实")


def test_a_party_that_vanishes_twice_is_waited_for_twice(officer):
    """The clock of the first agreement has run out; the second agreement gets one of its own."""
    pair = factories.at_liability(officer)
    agree(pair)
    with clock.moved_by(DAY * 2):
        worker.run_until_idle()
        cases.resume_online(case_id=pair.case.pk, officer=officer)
        worker.run_until_idle()
        assert stage_of(pair) == Stage.LIABILITY
        second = agree(pair)
        assert stage_of(pair) == Stage.SIGNING
        running = Deadline.objects.get(case=pair.case, clock="signature.open", settled_at__isnull=True)
        assert running.fired_at is None
        assert running.due_at > clock.now()
    with clock.moved_by(DAY * 4):
        worker.run_until_idle()
        assert stage_of(pair) == Stage.ATTENDANCE
    second.refresh_from_db()
    assert second.state == InstrumentState.WITHDRAWN


def test_the_clock_of_an_abandoned_signature_calls_nobody_later(officer):
    """An officer was asked for while signing and handed the case back: the old clock must not run on in the forms."""
    pair = factories.at_liability(officer)
    agree(pair)
    cases.request_officer(party_id=pair.parties["A"].pk)
    cases.resume_online(case_id=pair.case.pk, officer=officer)
    worker.run_until_idle()
    cases.reopen_details(party_id=pair.parties["A"].pk)
    with clock.moved_by(DAY * 2):
        worker.run_until_idle()
        assert pair.refresh().case.officer_request_reason != "signature_timeout"
        assert not Deadline.objects.filter(clock="signature.open", fired_at__isnull=False).exists()


def test_a_worker_that_was_away_leaves_no_second_paper_to_sign(officer):
    """Officer asked for and the determination issued before any reaction ran: the agreement is void all the same."""
    pair = factories.at_liability(officer)
    draft = agree(pair)
    cases.request_officer(party_id=pair.parties["B"].pk)
    liability.determine(case_id=pair.case.pk, officer=officer, decision=FULL_A)
    worker.run_until_idle()
    draft.refresh_from_db()
    assert draft.state == InstrumentState.WITHDRAWN
    view = open_instrument(pair.case.pk)
    assert view is not None
    assert view.instrument.kind == InstrumentKind.DETERMINATION
    for party in pair.parties.values():
        cases.request_signing_code(party_id=party.pk)
    a = pair.parties["A"]
    with pytest.raises(Refused) as caught:
        sign(
            party_id=a.pk,
            instrument_id=draft.pk,
            strokes=factories.SCRIBBLE,
            typed_code=factories.newest_code(a),
        )
    assert caught.value.code == "instrument.closed"


def test_a_worker_that_was_away_does_not_keep_the_parties_from_a_new_agreement(officer):
    pair = factories.at_liability(officer)
    draft = agree(pair)
    cases.request_officer(party_id=pair.parties["A"].pk)
    cases.resume_online(case_id=pair.case.pk, officer=officer)
    assert stage_of(pair) == Stage.LIABILITY
    second = agree(pair)
    draft.refresh_from_db()
    assert (draft.state, second.pk != draft.pk) == (InstrumentState.WITHDRAWN, True)
    worker.run_until_idle()
    second.refresh_from_db()
    assert second.state == InstrumentState.DRAFTED
    factories.sign_all(pair)
    assert (stage_of(pair), pair.case.path) == (Stage.CLAIMS, Path.SELF)


def test_choices_made_before_an_officer_came_count_no_longer(officer):
    """Handed back online, both choose again: an old tap of one must not complete the new one of the other."""
    pair = factories.at_liability(officer)
    agree(pair)
    cases.request_officer(party_id=pair.parties["A"].pk)
    cases.resume_online(case_id=pair.case.pk, officer=officer)
    worker.run_until_idle()
    liability.choose(party_id=pair.parties["B"].pk, choice="agree")
    assert stage_of(pair) == Stage.LIABILITY


@pytest.mark.parametrize("end", [cases.close_as_transferred, cases.close_attended, cases.resume_online])
def test_an_officer_who_comes_after_a_colleague_has_ended_it_opens_nothing_again(end, officer):
    pair = factories.at_liability(officer)
    cases.request_officer(party_id=pair.parties["A"].pk)
    cases.attend(case_id=pair.case.pk, officer=officer)
    end(case_id=pair.case.pk, officer=officer)
    with pytest.raises(Refused):
        cases.attend(case_id=pair.case.pk, officer=officer)
    assert not pair.case.matters.filter(settled_at=None).exists()


def test_midnight_and_the_years_end(officer):
    """A case of the last second of the year is numbered and dated by its own day, and goes on in the new one."""
    with clock.moved_to(NEW_YEAR):
        pair = factories.two_parties()
        assert pair.case.number[6:14] == f"{clock.local_day(pair.case.created_at):%Y%m%d}" == "20261231"
    with clock.moved_to(NEW_YEAR + timedelta(seconds=1)):
        factories.pass_photos(pair, officer)
        factories.give_details(pair)
        assert factories.new_case().case.number[6:14] == "20270101"
        for party in pair.parties.values():
            liability.choose(party_id=party.pk, choice="police")
        instrument = liability.determine(case_id=pair.case.pk, officer=officer, decision=FULL_A)
        assert instrument.number.startswith(pair.case.number)
        assert "2027年01月01日" in instrument.content
        assert "2026年12月31日 23时59分" in instrument.content
        factories.sign_all(pair)
        review = liability.apply_for_review(party_id=pair.parties["A"].pk, reason="请再看一遍")
    assert Review.objects.get() == review
    assert review.decide_by_at > NEW_YEAR
    assert check_stream(pair.case.pk) is None
