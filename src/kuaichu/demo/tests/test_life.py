"""The invented city's life: the same seed the same calls, planted hot spots are there, and never outside the demo."""

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.calls.classes import CLASSES
from kuaichu.calls.models import Call, CallBack, CallLink, RepeatChain
from kuaichu.calls.states import Source, Status, Validity
from kuaichu.demo.city import city, ensure_rows
from kuaichu.demo.life import begin, weeks
from kuaichu.demo.life.days import book, lived
from kuaichu.demo.life.going_on import OPEN_CALLS, City, go_on
from kuaichu.demo.life.streets import LAT_M, LON_M, streets
from kuaichu.demo.map import lay_out
from kuaichu.errors import Refused
from kuaichu.governance.models import Bulletin, HotSpotFile, TaskOrder
from kuaichu.journal.chain import check_stream
from kuaichu.journal.models import Event

PLACE = "339900"
FIRST = date(2026, 3, 2)


@pytest.fixture
def demonstration(db, settings, tmp_path, monkeypatch):
    """A demonstration of a small city with its rows; six weeks become six days of a tenth of the calls."""
    settings.DEMO, settings.HOME = True, tmp_path
    settings.FILES = tmp_path / "files"
    words = dict(book(), events_a_day=6, unlocated=0.1)
    monkeypatch.setattr("kuaichu.demo.life.days.book", lambda: words)
    monkeypatch.setattr("kuaichu.demo.life.weeks.LOOKED_AT", 10)
    ensure_rows()
    lay_out(PLACE)


def test_the_same_seed_gives_the_same_calls_and_another_gives_others():
    one = lived(PLACE, first=FIRST, days=4, seed=7)
    assert one == lived(PLACE, first=FIRST, days=4, seed=7)
    assert one != lived(PLACE, first=FIRST, days=4, seed=8)
    assert one == [call for call in lived(PLACE, first=FIRST, days=6, seed=7) if call.number in {c.number for c in one}]
    assert len({call.number for call in one}) == len(one)
    assert [call.at for call in one] == sorted(call.at for call in one)


def test_references_name_earlier_calls_of_the_same_kind_and_place():
    calls = {call.number: call for call in lived(PLACE, first=FIRST, days=14, seed=7)}
    repeats = [call for call in calls.values() if call.repeat_of]
    others = [call for call in calls.values() if call.incident]
    assert len(repeats) > 20
    assert len(others) > 60
    for call in repeats:
        first = calls[call.repeat_of]
        assert (first.phone, first.subclass, first.location) == (call.phone, call.subclass, call.location)
        assert first.at + timedelta(hours=13) < call.at
    for call in others:
        first = calls[call.incident]
        assert first.subclass == call.subclass
        assert timedelta(0) < call.at - first.at < timedelta(minutes=30)


def test_a_planted_hot_spot_stands_out_while_it_lasts():
    row = next(row for row in book()["hot"] if row["roads"] == ["会展路", "人民路"])
    calls = [call for call in lived(PLACE, first=FIRST, days=42, seed=7) if call.lon is not None]

    def near(first: int, last: int) -> float:
        there = [
            call
            for call in calls
            if first <= (clock.local_day(call.at) - FIRST).days <= last
            and ((call.lon - row["near"][0]) * LON_M) ** 2 + ((call.lat - row["near"][1]) * LAT_M) ** 2 < 300**2
        ]
        return len(there) / (last - first + 1)

    assert near(row["first"], 41) > 3 * max(near(0, row["first"] - 1), 1)


def test_words_fit_the_classes_and_the_map():
    words = book()
    assert set(words["classes"]) == set(words["said"]) <= set(CLASSES)
    names = {spot.words for spot in streets().junctions}
    for row in words["hot"]:
        assert set(row["classes"]) <= set(words["classes"])
        assert row["profile"] in words["hours"]
    for key in words["files"].values():
        assert any(abs(spot.lon - key["near"][0]) < 1e-3 and abs(spot.lat - key["near"][1]) < 1e-3
                   for spot in streets().junctions), "a file lies at a junction"  # fmt: skip
    assert len(names) > 200
    units = {row["code"] for row in city()["police"]}
    assert {row["unit"] for row in words["units"]} <= units


def test_nothing_lives_outside_the_demonstration(db, settings):
    ensure_rows()
    settings.DEMO = False
    for act in (begin, lambda: City(PLACE, seed=1), lambda: weeks.live_through(PLACE, until=clock.now())):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "demo.only"
    assert not Call.objects.exists()


def test_every_desk_has_work_and_a_second_start_adds_only_what_is_missing(demonstration):
    town = begin()
    assert Call.objects.filter(source=Source.IMPORTED).count() > 1000
    assert not Call.objects.filter(source=Source.IMPORTED, received_at__gt=clock.now()).exists()
    assert Call.objects.filter(validity=Validity.DUPLICATE).exists()
    assert Call.objects.filter(lon_wgs84__isnull=True).exists()
    statuses = Counter(Call.objects.filter(source=Source.PHONE).values_list("status", flat=True))
    assert statuses.keys() >= {Status.RECEIVED, Status.DISPATCHED, Status.ON_SCENE, Status.CLOSED}
    assert RepeatChain.objects.filter(closed_at=None, cause="").exists()
    assert RepeatChain.objects.filter(closed_at=None).exclude(cause="").exists()
    assert CallBack.objects.exists()
    assert sorted(HotSpotFile.objects.values_list("state", flat=True)) == ["evaluating", "treating"]
    assert sorted(TaskOrder.objects.values_list("stage", flat=True)) == ["closed", "issued", "reported", "signed_for"]
    assert Bulletin.objects.count() == 2
    assert [
        fault for stream in set(Event.objects.values_list("stream", flat=True)) if (fault := check_stream(stream))
    ] == []
    counts = Call.objects.count(), Event.objects.count()
    begin()
    assert (Call.objects.count(), Event.objects.count()) == counts
    with clock.moved_by(timedelta(days=2)):
        begin()
    later = Call.objects.filter(received_at__gt=clock.now())
    assert 10 < later.count() < 200
    assert TaskOrder.objects.count() == 4
    _lives(town)


def _lives(town: City) -> None:
    """Turns bring calls, links, and older calls come to their end."""
    before = Call.objects.filter(source=Source.PHONE).count()
    assert go_on(town, lambda seconds: seconds < 0, pace=10, most=25) == 25
    assert Call.objects.filter(source=Source.PHONE).count() == before + 25
    with clock.moved_by(timedelta(minutes=30)):
        go_on(town, lambda seconds: False, pace=10, most=8)
    still = Call.objects.filter(owner=Person.objects.get(username="calls")).exclude(status=Status.CLOSED)
    assert still.count() <= OPEN_CALLS + 8
    assert CallLink.objects.exists()
    assert go_on(town, lambda seconds: True, pace=1) == 0


def test_the_file_is_what_the_documents_describe(tmp_path):
    calls = lived(PLACE, first=FIRST, days=1, seed=7)
    weeks.write(calls, tmp_path / "calls.csv")
    with open(tmp_path / "calls.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(calls)
    known = (Path(__file__).parents[4] / "docs/CALLS.md").read_text("utf-8")
    assert [name for name in rows[0] if name not in known] == []
