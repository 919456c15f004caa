"""Task orders: stages, proof, countdown, who may do what."""

from datetime import timedelta

import pytest

from kuaichu import clock, law
from kuaichu.accounts.models import Agency, Person, Place
from kuaichu.dossier.photos.proofs import proof_path, thumbnail_path
from kuaichu.dossier.tests.pictures import scene_jpeg
from kuaichu.errors import NotFound, Refused
from kuaichu.governance import actions
from kuaichu.governance.actions import Problem
from kuaichu.governance.queries.orders import Terms, kept_terms, orders_of
from kuaichu.governance.tests.rows import call
from kuaichu.journal.models import Event

PROBLEM = Problem(element="roads", level="orange", problem="标线磨损看不清", proposed_measure="重新施划标线")


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.FILES = tmp_path


@pytest.fixture
def roads(place):
    return Agency.objects.create(code="DEP", kind="department", name="市政处", short_name="市政处", place=place)


@pytest.fixture
def contact(roads):
    return Person.objects.create_user("roads", "x", name="冯路", role="partner", agency=roads)


@pytest.fixture
def order(analyst, roads):
    return actions.issue(person=analyst, problem=PROBLEM, lead_id=roads.pk, call_ids=[call().pk])


def test_from_issue_to_close_with_one_return(order, analyst, contact):
    days = law.value("governance.order_days.orange", on=clock.today(), place="339900").number
    assert order.due_at - order.issued_at == timedelta(days=days)
    assert [row.order.pk for row in orders_of("339900", lead_id=contact.agency_id)] == [order.pk]
    actions.sign_for(order_id=order.pk, person=contact)
    for text in ("已重新施划", "补上了路口东侧"):
        actions.report(order_id=order.pk, person=contact, text=text, photo=scene_jpeg(len(text), (400, 400)))
        is_mended = text.startswith("补")
        actions.check(order_id=order.pk, person=analyst, is_mended=is_mended, text="" if is_mended else "东侧没有划")
    actions.close_order(order_id=order.pk, person=analyst, deduction_points=1, text="第一次反馈不实")
    order.refresh_from_db()
    assert (order.stage, order.deduction_points, order.calls.count()) == ("closed", 1, 1)
    steps = list(order.steps.values_list("action", "words"))
    assert [action for action, _ in steps] == ["issue", "sign_for", "report", "return", "report", "check", "close"]
    proof = order.steps.filter(action="report").first().photo_digest
    assert proof_path(proof).exists()
    assert thumbnail_path(proof).read_bytes()[:2] == b"\xff\xd8"
    names = Event.objects.filter(stream=order.pk).order_by("seq").values_list("name", flat=True)
    assert list(names)[-1] == "order.closed"
    assert orders_of("339900") == []
    terms = Terms(lead_id=order.lead_id, name="市政处", orders=1, open=0, overdue=0, late=0, points=1.0)
    assert kept_terms("339900") == [terms]


def test_overdue_orders_say_for_how_long(order):
    for passed, expected in (
        (timedelta(days=7, hours=-1), (False, 0)),
        (timedelta(days=7, hours=1), (True, 1)),
        (timedelta(days=8, hours=23), (True, 2)),
        (timedelta(days=9, hours=1), (True, 3)),
    ):
        row = orders_of("339900", now=order.issued_at + passed)[0]
        assert (row.is_overdue, row.overdue_days) == expected


def test_who_waits_for_a_check_is_not_late_and_who_reports_late_is(order, analyst, contact):
    def terms():
        line = kept_terms("339900")[0]
        return line.open, line.overdue, line.late

    actions.sign_for(order_id=order.pk, person=contact)
    with clock.moved_to(order.due_at - timedelta(hours=1)):
        actions.report(order_id=order.pk, person=contact, text="已施划", photo=scene_jpeg(1, (400, 400)))
    with clock.moved_to(order.due_at + timedelta(hours=47)):
        assert not orders_of("339900")[0].is_overdue
        assert terms() == (1, 0, 0)
        actions.check(order_id=order.pk, person=analyst, is_mended=False, text="东侧没有划")
        assert orders_of("339900")[0].overdue_days == 2
        assert terms() == (1, 1, 1)
        actions.report(order_id=order.pk, person=contact, text="补上了", photo=scene_jpeg(2, (400, 400)))
        assert terms() == (1, 0, 1)


def test_what_is_refused(order, analyst, contact, officer, adjusters):
    stranger = Person.objects.create_user(
        "other",
        "x",
        name="秦乡",
        role="partner",
        agency=Agency.objects.create(code="DEP2", kind="department", name="街道", short_name="街道", place_id="339900"),
    )
    for person in (stranger, officer, analyst):
        with pytest.raises(NotFound):
            actions.sign_for(order_id=order.pk, person=person)
    with pytest.raises(Refused, match=r"governance\.moved_on"):
        actions.report(order_id=order.pk, person=contact, text="x", photo=b"x")
    actions.sign_for(order_id=order.pk, person=contact)
    with pytest.raises(Refused, match=r"order\.no_photo"):
        actions.report(order_id=order.pk, person=contact, text="x", photo=None)
    with pytest.raises(Refused, match=r"photo\."):
        actions.report(order_id=order.pk, person=contact, text="x", photo=b"not a photo")
    with pytest.raises(NotFound):
        actions.check(order_id=order.pk, person=contact, is_mended=True, text="")
    with pytest.raises(Refused, match=r"order\.points"):
        actions.close_order(order_id=order.pk, person=analyst, deduction_points=99, text="x")
    with pytest.raises(Refused, match=r"order\.not_yours"):
        actions.issue(person=officer, problem=PROBLEM, lead_id=order.lead_id)
    with pytest.raises(Refused, match=r"order\.past_due"):
        actions.issue(person=analyst, problem=PROBLEM, lead_id=order.lead_id, due_at=clock.now() - timedelta(1))
    elsewhere = Agency.objects.create(
        code="DEP9",
        kind="department",
        name="外市",
        short_name="外市",
        place=Place.objects.create(code="339800", name="邻市"),
    )
    for agency in (adjusters[0].agency, elsewhere):
        with pytest.raises(Refused, match=r"order\.lead"):
            actions.issue(person=analyst, problem=PROBLEM, lead_id=agency.pk)


def test_the_photo_that_was_sent_back_is_no_proof(order, analyst, contact):
    actions.sign_for(order_id=order.pk, person=contact)
    picture = scene_jpeg(1, (400, 400))
    actions.report(order_id=order.pk, person=contact, text="已重新施划", photo=picture)
    actions.check(order_id=order.pk, person=analyst, is_mended=False, text="东侧没有划")
    with pytest.raises(Refused, match=r"order\.same_photo"):
        actions.report(order_id=order.pk, person=contact, text="补上了", photo=picture)
    order.refresh_from_db()
    assert (order.stage, order.steps.count()) == ("returned", 4)
