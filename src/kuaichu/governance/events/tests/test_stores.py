"""What the store holds is what the table holds: at first, after more calls, after corrections, from a snapshot."""

from datetime import timedelta

import numpy as np
import pytest

from kuaichu.calls.models import Call, CallChange
from kuaichu.governance import events
from kuaichu.governance.events import Mark, Store, snapshots
from kuaichu.governance.events.selecting import digest
from kuaichu.governance.tests.rows import NOON, call, changed, squadron

pytestmark = pytest.mark.usefixtures("place")
PLACE = "339900"


def store() -> Store:
    made = Store(PLACE)
    made.refresh()
    return made


def ids(found: events.Selection) -> set[int]:
    return set(found.taken().id.tolist())


@pytest.fixture(autouse=True)
def _own_snapshots(settings, tmp_path):
    settings.HOME = tmp_path


def test_an_empty_table_is_an_empty_store():
    assert (len(store().columns), len(store().select())) == (0, 0)


def test_a_row_is_what_was_stored(unit):
    one = call(
        unit=unit,
        district="339903",
        category="order",
        subclass="parking",
        validity="duplicate",
        lon_wgs84=120.25,
        lat_wgs84=29.75,
        received_at=NOON + timedelta(microseconds=900_000),
    )
    two = call(repeat_of=one, lon_wgs84=None, lat_wgs84=None, district="", unit=None)
    made = store()
    rows = made.columns
    assert rows.id.tolist() == [one.pk, two.pk]
    assert rows.t.tolist() == [int(NOON.timestamp())] * 2
    assert (rows.lon[0], rows.lat[0]) == (120.25, 29.75)
    assert np.isnan([rows.lon[1], rows.lat[1]]).all()
    assert [events.CATEGORIES[at] for at in rows.category] == ["order", "accident"]
    assert [made.codes.subclasses[at] for at in rows.subclass] == ["parking", "vehicles"]
    assert [events.VALIDITIES[at] for at in rows.validity] == ["duplicate", "valid"]
    assert rows.is_repeat.tolist() == [False, True]
    assert made.codes.units[rows.unit[0]] == unit.pk
    assert rows.unit[1] == -1
    assert rows.district.tolist() == [339903, 0]


def test_more_calls_and_new_codes_are_taken_in(unit):
    made = store()
    first = call()
    made.refresh()
    held = made.columns
    second = call(subclass="never_seen", unit=squadron(unit))
    made.refresh()
    assert (len(held), made.columns.id.tolist()) == (1, [first.pk, second.pk])
    assert made.codes.subclasses[made.columns.subclass[1]] == "never_seen"
    assert made.codes.units[made.columns.unit[1]] == second.unit_id
    assert made.mark == Mark(second.pk, 0)


def test_a_correction_is_taken_in_and_remembered():
    one, made = call(), store()
    changed(one, category="order", validity="invalid")
    made.refresh()
    made.refresh()
    applied = list(made.log)
    assert len(applied) == 1
    assert [events.CATEGORIES[row.category[0]] for row in (applied[0].before, applied[0].after)] == [
        "accident",
        "order",
    ]
    assert len(made.select()) == 0
    assert ids(made.select(validity="invalid", categories=("order",))) == {one.pk}
    assert made.mark == Mark(one.pk, CallChange.objects.get().pk)


def test_another_place_is_not_counted(place):
    from kuaichu.accounts.models import Place

    Place.objects.create(code="339800", name="邻市")
    call(place_id="339800")
    mine = call()
    assert store().columns.id.tolist() == [mine.pk]


def test_every_condition_chooses(unit):
    base = call()
    early = call(received_at=NOON - timedelta(days=3))
    order = call(category="order", subclass="parking")
    repeat = call(repeat_of=base)
    far = call(lon_wgs84=120.6)
    nowhere = call(lon_wgs84=None, lat_wgs84=None)
    west = call(district="339903", unit=unit)
    invalid = call(validity="invalid")
    made, everything = store(), {each.pk for each in Call.objects.all()}
    valid = everything - {invalid.pk}
    assert ids(made.select()) == valid
    assert ids(made.select(validity="")) == everything
    assert ids(made.select(since=NOON)) == valid - {early.pk}
    assert ids(made.select(until=NOON)) == {early.pk}
    assert ids(made.select(categories=("order",))) == {order.pk}
    assert ids(made.select(categories=("order", "accident"))) == valid
    assert ids(made.select(subclass="parking")) == {order.pk}
    assert ids(made.select(subclass="unheard_of")) == set()
    assert ids(made.select(is_repeat=True)) == {repeat.pk}
    assert ids(made.select(district="339903")) == {west.pk}
    assert ids(made.select(unit_ids=frozenset({unit.pk}))) == {west.pk}
    assert ids(made.select(is_located=False)) == {nowhere.pk}
    assert ids(made.select(near=(120.6, 30.0, 50))) == {far.pk}
    assert ids(made.select().located) == valid - {nowhere.pk}


def test_a_snapshot_starts_a_process(django_assert_max_num_queries):
    one, two = call(), call(category="other")
    made = store()
    made.save()
    changed(two, category="order")
    three = call()
    with django_assert_max_num_queries(7):
        again = store()
    assert again.columns.id.tolist() == [one.pk, two.pk, three.pk]
    assert digest(again.select().taken()) == digest(store().select().taken())
    assert ids(again.select(categories=("order",))) == {two.pk}


def test_a_snapshot_that_does_not_fit_is_not_used():
    one, two = call(), call()
    store().save()
    Call.objects.filter(pk=two.pk).delete()
    assert store().columns.id.tolist() == [one.pk]
    snapshots.path_of(PLACE).write_bytes(b"PK cut short")
    assert store().columns.id.tolist() == [one.pk]


def test_the_digest_changes_with_what_an_analysis_sees():
    one = call()
    before = digest(store().select().taken())
    assert digest(store().select().taken()) == before
    Call.objects.filter(pk=one.pk).update(lon_wgs84=120.500001)
    assert digest(store().select().taken()) != before


def test_nothing_new_costs_two_statements(django_assert_num_queries):
    from django.db import connection

    call()
    made = store()
    with django_assert_num_queries(3 if connection.vendor == "postgresql" else 2):
        made.refresh()


def test_a_mark_is_read_from_an_address():
    assert Mark.parse("12.7") == Mark(12, 7)
    assert Mark.parse("") == Mark.parse("12") == Mark.parse("a.b") == Mark()
