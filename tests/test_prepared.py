"""A prepared query gives what the ORM gives, with other values each time, and refuses what would change its text."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import CharField, DateTimeField, F, IntegerField, OuterRef, Subquery, UUIDField
from django.test.utils import CaptureQueriesContext

from kuaichu import clock
from kuaichu.cases.models import Case, Deadline, Party
from kuaichu.prepared import Prepared, PreparedUpdate
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairs(unit, insurers, officer):
    return [factories.two_parties(), factories.at_liability(officer)]


def parties_of(case):
    return Party.objects.filter(case=case).select_related("case__unit").order_by("letter")


def test_rows_are_those_of_the_orm_with_related_rows_and_one_statement(pairs):
    prepared = Prepared(parties_of, case=UUIDField())
    for pair in (*pairs, pairs[0]):
        expected = list(parties_of(pair.case.pk))
        with CaptureQueriesContext(connection) as caught:
            found = prepared.all(case=pair.case.pk)
            units = [party.case.unit.name for party in found]
        assert len(caught) == 1
        assert found == expected
        assert [vars(party)["case_id"] for party in found] == [pair.case.pk] * len(expected)
        assert units == [party.case.unit.name for party in expected]
        for one, other in zip(found, expected, strict=True):
            same = {field.attname: getattr(other, field.attname) for field in Party._meta.concrete_fields}
            assert {name: getattr(one, name) for name in same} == same
        assert prepared.first(case=pair.case) == expected[0]


def test_what_was_read_can_be_changed_and_saved(pairs):
    party = Prepared(parties_of, case=UUIDField()).first(case=pairs[0].case.pk)
    party.name = "李建国"
    party.save()
    assert Party.objects.get(pk=party.pk).name == "李建国"


def test_annotations_moments_and_texts(pairs):
    def waiting(name, before):
        clocks = Deadline.objects.filter(case=OuterRef("pk"), clock=name, due_at__lte=before).order_by("due_at")
        return Case.objects.annotate(due_at=Subquery(clocks.values("due_at")[:1])).order_by("pk")

    prepared = Prepared(waiting, name=CharField(), before=DateTimeField())
    name = Deadline.objects.values_list("clock", flat=True).first()
    assert name
    for before in (clock.now(), clock.now() + timedelta(days=300)):
        found = prepared.all(name=name, before=before)
        assert [(case.pk, case.due_at) for case in found] == [(case.pk, case.due_at) for case in waiting(name, before)]
    assert any(case.due_at for case in found)


def test_tuples(pairs):
    prepared = Prepared(lambda case: parties_of(case).values_list("letter", "pk", "case__created_at"), case=UUIDField())
    expected = list(parties_of(pairs[1].case.pk).values_list("letter", "pk", "case__created_at"))
    assert prepared.tuples(case=pairs[1].case.pk) == expected != []


@pytest.mark.parametrize("values", [{}, {"case": None}, {"case": "x", "more": 1}])
def test_other_values_than_announced_are_refused(pairs, values):
    with pytest.raises(TypeError, match="wanted"):
        Prepared(parties_of, case=UUIDField()).all(**values)


def test_a_value_that_changes_the_text_is_refused(pairs):
    with pytest.raises(TypeError, match="changes the text"):
        Prepared(lambda case, most: parties_of(case)[: 2 if most else 1], case=UUIDField(), most=CharField()).all(
            case=pairs[0].case.pk, most="x"
        )
    with pytest.raises(TypeError, match="prefetch"):
        Prepared(lambda case: parties_of(case).prefetch_related("case"), case=UUIDField()).all(case=pairs[0].case.pk)


def test_an_update_changes_what_the_query_finds_by_values_and_expressions(pairs):
    first, second = (pair.case for pair in pairs)
    update = PreparedUpdate(
        lambda case, most, at: (
            Case.objects.filter(pk=case, version__lt=most),
            {"version": F("version") + 1, "occurred_at": at, "location": "100% %s"},
        ),
        case=UUIDField(),
        most=IntegerField(),
        at=DateTimeField(),
    )
    for case, at in ((first, clock.now()), (second, clock.now() + timedelta(hours=1))):
        before = Case.objects.get(pk=case.pk).version
        assert update.run(case=case, most=before + 1, at=at) == 1
        changed = Case.objects.get(pk=case.pk)
        assert (changed.version, changed.occurred_at, changed.location) == (before + 1, at, "100% %s")
        assert update.run(case=case, most=before + 1, at=at) == 0, "the condition holds no longer"
    with pytest.raises(TypeError, match="wanted"):
        update.run(case=first)


@pytest.mark.django_db(transaction=True)
def test_several_threads_use_one(pairs):
    prepared, found = Prepared(parties_of, case=UUIDField()), []

    def read():
        found.append(len(prepared.all(case=pairs[1].case.pk)))
        connection.close()

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2] * 4
