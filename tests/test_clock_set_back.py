"""A machine whose clock is set back: nothing ends before it began, and the offline check finds no fault."""

from datetime import timedelta

import pytest

from kuaichu import clock
from kuaichu.cases import deadlines
from kuaichu.cases.matters import open_matter, settle_matter
from kuaichu.cases.models import Deadline, Matter
from kuaichu.dossier.checking import check_case
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unit", "insurers")]
BACK = timedelta(seconds=-3)


def test_a_clock_and_a_matter_that_end_before_they_began_end_as_they_begin():
    case = factories.two_parties().case
    started = deadlines.start(case, "claim.decide", started_at=clock.now())
    matter = open_matter(case, "review")
    with clock.moved_by(BACK):
        deadlines.settle(case, "claim.decide")
        settle_matter(case, "review", outcome="withdrawn")
    started.refresh_from_db()
    matter.refresh_from_db()
    assert started.settled_at == started.started_at
    assert matter.settled_at == matter.opened_at
    assert [finding.text for finding in check_case(case).findings if finding.level == "fault"] == []


def test_later_ends_keep_their_own_moment():
    case = factories.two_parties().case
    deadlines.start(case, "claim.decide", started_at=clock.now())
    open_matter(case, "review")
    with clock.moved_by(-BACK):
        deadlines.settle(case, "claim.decide")
        settle_matter(case, "review", outcome="withdrawn")
    ended = Deadline.objects.get(case=case, clock="claim.decide")
    assert ended.settled_at - ended.started_at >= -BACK
    matter = Matter.objects.get(case=case, kind="review")
    assert matter.settled_at - matter.opened_at >= -BACK
