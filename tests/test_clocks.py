"""What happens when people go away: an officer takes over, or the report is forgotten."""

from datetime import timedelta

import pytest

from kuaichu import clock, wiring
from kuaichu.cases import deadlines
from kuaichu.cases.models import Deadline
from kuaichu.cases.retention import forget_drafts
from kuaichu.cases.states import Outcome, Stage
from kuaichu.dossier.checking import check_case
from kuaichu.journal.chain import check_stream
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _agencies(unit, insurers):
    """A unit in charge and two insurers."""


def test_a_party_that_vanishes_for_a_day_brings_the_case_to_the_field_queue(officer):
    pair = factories.two_parties()
    factories.pass_photos(pair, officer)
    with clock.moved_by(timedelta(hours=25)):
        assert deadlines.run_due(wiring.DUE) >= 1
        assert deadlines.run_due(wiring.DUE) == 0
    pair.refresh()
    assert (pair.case.stage, pair.case.officer_request_reason) == (Stage.ATTENDANCE, "details_timeout")
    assert not Deadline.objects.filter(case=pair.case, clock="details.open", settled_at=None).exists()


def test_a_case_that_went_on_is_left_alone_by_the_clock(officer):
    from kuaichu.liability.actions import choose

    pair = factories.at_liability(officer)
    for party in pair.parties.values():
        choose(party_id=party.pk, choice="police")
    with clock.moved_by(timedelta(hours=25)):
        deadlines.run_due(wiring.DUE)
    assert pair.refresh().case.stage == Stage.LIABILITY


def test_an_abandoned_report_is_closed_and_forgets_whom_it_named():
    pair = factories.two_parties()
    factories.confirm_phone(pair.parties["A"])
    assert forget_drafts() == 0
    with clock.moved_by(timedelta(days=8)):
        assert forget_drafts() == 1
        assert forget_drafts() == 0
    pair.refresh()
    assert (pair.case.stage, pair.case.outcome, pair.case.location) == (Stage.CLOSED, Outcome.WITHDRAWN, "")
    assert (pair.parties["A"].phone, pair.parties["A"].phone_index) == ("", "")
    assert check_stream(pair.case.pk) is None
    assert check_case(pair.case).first_fault is None
