"""The roadside of the invented city: desks have work, a visitor comes first, staff takes what is left."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Q
from django.test import Client

from kuaichu import clock, worker
from kuaichu.accounts.models import Person
from kuaichu.cases.models import Case
from kuaichu.cases.states import Stage
from kuaichu.claims.models import Claim, Payment
from kuaichu.demo.city import ensure_rows
from kuaichu.demo.life import past
from kuaichu.demo.life.kept import KeptCase, the_book
from kuaichu.demo.life.people import people_of, roadside
from kuaichu.demo.life.roadside import Roadside, start
from kuaichu.demo.life.staff import Patience
from kuaichu.demo.play import Play, Scene
from kuaichu.dossier.actions.photos import pass_photos
from kuaichu.errors import Refused
from kuaichu.journal.chain import check_stream
from kuaichu.journal.models import Event
from kuaichu.law.identifiers.people import check_character
from kuaichu.wiring import connect
from simulator.house import Answer, Text

PLACE = "339900"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def city(db, settings, tmp_path):
    """A demonstration with its rows and no case."""
    settings.DEMO, settings.HOME, settings.FILES = True, tmp_path, tmp_path / "files"
    settings.SECOND_FACTOR_REQUIRED = False
    ensure_rows()
    connect()
    return the_book()


def keep_rows(monkeypatch, *wanted: str) -> None:
    """Only the first row of the past for each of these."""
    rows = {row["upto"]: row for row in reversed(roadside()["past"])}
    monkeypatch.setattr(past, "roadside", lambda: {"past": [rows[upto] for upto in wanted]})


def test_the_past_leaves_work_at_every_desk_in_its_own_time(city, monkeypatch):
    keep_rows(monkeypatch, "photos", "online", "field", "signing", "approve", "paid")
    with clock.moved_to(NOON):
        assert past.fill(PLACE, city) == 6
    stages = Counter(Case.objects.values_list("stage", flat=True))
    assert stages == {"evidence": 1, "liability": 1, "attendance": 1, "signing": 1, "claims": 1, "closed": 1}
    closed = Case.objects.get(stage=Stage.CLOSED)
    assert closed.outcome == "paid"
    assert NOON - timedelta(days=2) < closed.created_at < NOON - timedelta(hours=20)
    ends = Event.objects.filter(stream=closed.pk).order_by("id").values_list("at", flat=True)
    assert list(ends) == sorted(ends)
    assert ends[len(ends) - 1] < NOON - timedelta(hours=12), "it was over long ago"
    assert Payment.objects.filter(claim__case=closed, state="confirmed", partner_reference__startswith="P").exists()
    assert Claim.objects.filter(state="assessed").exists()
    assert [fault for case in Case.objects.all() if (fault := check_stream(case.pk))] == []
    assert len(city.open) == 5, "a closed case is over"
    assert past.fill(PLACE, the_book()) == 0, "once"


def test_nothing_is_played_outside_the_demonstration(city, settings):
    settings.DEMO = False
    for act in (
        lambda: past.fill(PLACE, city),
        lambda: Roadside(PLACE, city, MovedHouse(threading.Event()), pace=1, stopping=threading.Event()),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "demo.only"
    assert not Case.objects.exists()


def test_the_book_remembers_what_is_open(city):
    city.add(KeptCase("1", "case-1", "door"))
    city.add(KeptCase("2", "case-2", "rear_end"))
    city.drop("1")
    again = the_book()
    assert again.open == {"2": KeptCase("2", "case-2", "rear_end")}
    assert (again.begun, again.has_past) == (2, False)


def test_people_are_drawn_from_the_name_and_exist_nowhere():
    one = people_of("case-1")
    assert one == people_of("case-1") != people_of("case-2")
    for driver in (driver for at in range(40) for driver in people_of(f"case-{at}").values()):
        assert driver.id_number.startswith("339999")
        assert check_character(driver.id_number[:17]) == driver.id_number[17]
        assert driver.phone[3:7] == "0099"
        assert driver.policy_number[-4:] not in ("6666", "7777", "8888", "9999")


def test_staff_waits_for_a_visitor_and_takes_the_oldest():
    patience = Patience({"photos": {"after": 4, "few": 1, "longest": 12, "many": 3}})
    patience.see("photos", {"a"}, NOON)
    later = NOON + timedelta(minutes=5)
    assert not patience.is_ripe("photos", "a", later), "one is left for a visitor"
    patience.see("photos", {"a", "b"}, later)
    assert patience.is_ripe("photos", "a", later)
    assert not patience.is_ripe("photos", "b", later), "only the oldest"
    patience.see("photos", {"b"}, later + timedelta(minutes=11))
    assert not patience.is_ripe("photos", "b", later + timedelta(minutes=11))
    assert patience.is_ripe("photos", "b", later + timedelta(minutes=13)), "nobody waits for ever"
    patience.see("photos", {"b", "c", "d", "e"}, later)
    assert patience.is_ripe("photos", "b", later), "too many"
    assert not patience.is_ripe("photos", "foreign", later + timedelta(days=1))


class MovedHouse:
    """The product in this process; the clock is moved, the worker works between the turns."""

    faults = ()

    def __init__(self, stopping: threading.Event) -> None:
        self.stopping, self.until = stopping, clock.now()

    def request(self, method, path, *, headers, body, address) -> Answer:
        headers = {name: text for name, text in headers.items() if name != "Content-Type"} | {"Host": "127.0.0.1"}
        kind = "application/json" if path.startswith("/api") else "application/x-www-form-urlencoded"
        given = {"HTTP_" + name.upper().replace("-", "_"): text for name, text in headers.items()}
        if "photos" in path and method == "POST" and not path.endswith("submission"):
            kind = "multipart/form-data; boundary=" + body[2:].split(b"\r\n", 1)[0].decode()
        answer = Client(REMOTE_ADDR=address).generic(method, path, body, content_type=kind, **given)
        cookies = "\n".join(morsel.OutputString() for morsel in answer.cookies.values())
        found = {name.lower(): text for name, text in answer.items()} | {"set-cookie": cookies}
        return Answer(answer.status_code, found, b"".join(answer) if answer.streaming else answer.content)

    def now(self) -> datetime:
        return clock.now()

    def wait_until(self, moment: datetime) -> None:
        clock.jump_to(moment)
        if moment > self.until:
            self.stopping.set()

    def work(self) -> None:
        worker.run_until_idle()

    def texts(self, after: int) -> list[Text]:
        answer = self.request("GET", f"/demo/outbox.json?after={after}", headers={}, body=b"", address="127.0.0.1")
        return [Text(row["number"], row["phone"], row["words"]) for row in answer.json["texts"]]


@pytest.fixture
def standing(monkeypatch):
    monkeypatch.setattr(clock, "_standing", NOON)


def live(book, minutes: float, *, pace: float = 1.0) -> Roadside:
    stopping = threading.Event()
    house = MovedHouse(stopping)
    house.until = clock.now() + timedelta(minutes=minutes)
    street = Roadside(PLACE, book, house, pace=pace, stopping=stopping)  # type: ignore[arg-type]
    street.run()
    return street


def test_an_accident_waits_for_the_visitor_and_goes_on(city, standing, monkeypatch):
    rules = roadside()["going_on"] | {"call_officer": 0.0, "agree": 1.0, "vanish": 0.0, "refuse_to_sign": 0.0,
                                         "most_open": 1}  # fmt: skip
    monkeypatch.setattr("kuaichu.demo.life.roadside.GLANCE_S", 20.0)
    monkeypatch.setattr("kuaichu.demo.life.roadside.roadside", lambda: {"going_on": rules})
    foreign = Play(Scene()).screen().locate().join().photograph().case
    street = live(city, 14)
    assert not street.world.troubles
    own = Case.objects.exclude(pk=foreign.pk).get()
    assert own.photo_state == "submitted", "it waits for somebody at the desk"
    assert list(the_book().open) == [own.number]
    pass_photos(case_id=own.pk, officer=Person.objects.get(username="officer"))
    live(the_book(), 25)
    own.refresh_from_db()
    assert own.stage == Stage.CLAIMS, "the phones came back and went on to both signatures"
    foreign.refresh_from_db()
    assert (foreign.stage, foreign.photo_state) == (Stage.EVIDENCE, "submitted"), "another's case is left alone"
    assert not Event.objects.filter(Q(stream=foreign.pk) & Q(name__startswith="photos.passed")).exists()


def test_what_goes_wrong_is_written_down_and_it_begins_again(city, monkeypatch, caplog):
    stopping, tries = threading.Event(), []

    def run(self) -> None:
        tries.append(len(self.book.open))
        if len(tries) < 3:
            raise KeyError("something unforeseen")
        stopping.set()

    monkeypatch.setattr(Roadside, "run", run)
    monkeypatch.setattr("kuaichu.demo.life.roadside.AFTER_FAULT_S", 0.0)
    monkeypatch.setattr("django.db.connection.close", lambda: None)
    start(PLACE, city, host="127.0.0.1", port=9, pace=1.0, stopping=stopping)
    assert len(tries) == 3
    assert caplog.text.count("the roadside stood still") == 2
