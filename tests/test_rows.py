"""Fixed statements say what the ORM says."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from kuaichu import clock, rows
from kuaichu.accounts.models import Agency
from kuaichu.cases.models import Case, Party
from kuaichu.journal.models import Event
from kuaichu.links.models import OutboxMessage
from tests.factories import new_case


def values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.fixture
def case(unit):
    return new_case().case


def test_a_row_is_what_the_orm_reads(case):
    party = Party.objects.get(case=case)
    party.name = "王小明"
    party.situations = {"A": ["rear_end"]}
    party.save()
    found = rows.find(Party, case=case, letter="A")
    assert found is not None
    assert values(found) == values(Party.objects.get(pk=party.pk))
    assert found.name == "王小明"
    assert rows.find(Party, case=case, host=None).pk == party.pk
    assert rows.find(Party, pk=uuid.uuid4()) is None
    events = Event.objects.filter(stream=case.pk).order_by("-seq")
    assert [values(event) for event in rows.select(Event, order_by="-seq", stream=case.pk)] == [
        values(event) for event in events
    ]


def test_a_new_row_is_what_the_orm_stores(case):
    now = clock.now()
    made = rows.insert(Event(stream=case.pk, seq=99, name="a.b", at=now, actor_kind="x", facts={"n": [1]}, digest="d"))
    assert values(Event.objects.get(pk=made.pk)) == values(made)
    agency = rows.insert(Agency(code="X", kind="police", name="甲", short_name="甲", place_id=case.place_id))
    assert values(Agency.objects.get(code="X")) == values(agency)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert(Event(stream=case.pk, seq=99, name="a.b", at=now, actor_kind="x", digest="d"))
    made.name = "c.d"
    made.save()  # known as stored: no second row
    assert Event.objects.filter(stream=case.pk, seq=99).count() == 1


def test_a_row_with_a_key_is_stored_once(case):
    first = rows.insert_once(OutboxMessage(key="k", at=clock.now(), phone_masked="1", text="a"), key="key")
    again = rows.insert_once(OutboxMessage(key="k", at=clock.now(), phone_masked="1", text="b"), key="key")
    assert (again.pk, again.text) == (first.pk, "a")


def test_an_update_changes_what_it_names(case):
    assert rows.update(Case, {"location": "人民路", "may_leave_at": None}, pk=case.pk, version=case.version) == 1
    assert rows.update(Case, {"location": "解放路"}, pk=case.pk, version=case.version + 7) == 0
    assert Case.objects.get(pk=case.pk).location == "人民路"


def test_one_statement_each(case, django_assert_num_queries):
    with django_assert_num_queries(3):
        rows.find(Case, pk=case.pk)
        rows.update(Case, {"location": ""}, pk=case.pk)
        rows.insert(Event(stream=case.pk, seq=98, name="a.b", at=clock.now(), actor_kind="x", digest="d"))
    assert connection.in_atomic_block
