"""The desk as an officer uses it: queues, pulse, case, search, and a fixed number of statements."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kuaichu import clock
from kuaichu.accounts.models import Agency, AgencyKind, Person, Role
from kuaichu.cases import actions
from kuaichu.journal.models import Event, PersonalDataRead
from kuaichu.liability.actions import choose
from kuaichu.links import actions as links
from kuaichu.links.models import PartnerLine
from kuaichu.web.police import queues
from tests import factories

pytestmark = pytest.mark.usefixtures("unit", "insurers")


@pytest.fixture
def desk(client, officer):
    client.force_login(officer, backend="kuaichu.accounts.backends.StaffBackend")
    return client


def hand_in(pair):
    from kuaichu.dossier.actions.photos import receive_photo, submit_photos
    from kuaichu.dossier.tests.pictures import scene_jpeg

    for number, slot in enumerate(("scene_front", "scene_rear", "impact")):
        receive_photo(party_id=pair.parties["A"].pk, slot=slot, data=scene_jpeg(number))
    submit_photos(party_id=pair.parties["A"].pk)
    return pair.refresh()


@pytest.fixture
def waiting():
    return hand_in(factories.two_parties())


def test_photo_queue_starts_with_the_longest_waiting(desk, officer):
    with clock.moved_by(timedelta(minutes=-5)):
        first = hand_in(factories.two_parties())
    second = hand_in(factories.two_parties())
    rows = queues.photos(officer)
    assert [row.case_id for row in rows] == [first.case.pk, second.case.pk]
    assert rows[0].red_at is not None
    assert rows[1].amber_at is not None
    assert rows[0].red_at < clock.now() < rows[1].amber_at


def test_pulse_is_304_until_something_changes(desk, waiting):
    address = f"/police/pulse/?queue=photos&case={waiting.case.pk}&version={waiting.case.version}"
    first = desk.get(address)
    assert first.status_code == 200
    assert str(waiting.case.pk) in first.content.decode()
    assert "data-moved" not in first.content.decode()
    again = desk.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    hand_in(factories.two_parties())
    later = desk.get(address, headers={"if-none-match": first["ETag"]})
    assert later.status_code == 200
    assert later.content.decode().count("data-id") == 2


def test_pulse_tells_when_the_open_case_moved_on(desk, waiting):
    text = desk.get(f"/police/pulse/?case={waiting.case.pk}&version={waiting.case.version - 1}").content.decode()
    assert "data-moved" in text


def statements(desk, address):
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert desk.get(address).status_code == 200
    return len(caught)


def test_statements_do_not_grow_with_the_queue(desk, waiting):
    pages = ["/police/", "/police/pulse/?queue=photos", f"/police/cases/{waiting.case.pk}/", "/police/search/?q=339900"]
    before = [statements(desk, page) for page in pages]
    for _ in range(2):
        hand_in(factories.two_parties())
    assert [statements(desk, page) for page in pages] == before
    assert before[1] <= 6
    assert before[2] <= 36


def test_opening_a_case_is_remembered_and_numbers_stay_masked(desk, officer):
    pair = factories.at_liability(officer)
    text = desk.get(f"/police/cases/{pair.case.pk}/").content.decode()
    assert "王小明" in text
    assert "339999196010181347" not in text
    assert "138****8001" in text
    assert PersonalDataRead.objects.get().fields == "name,statement"
    shown = desk.get(f"/police/cases/{pair.case.pk}/?reveal=1").content.decode()
    assert "339999196010181347" in shown
    assert PersonalDataRead.objects.filter(fields__contains="document_number", actor_id=str(officer.pk)).count() == 1


def test_field_queue_shows_reason_and_phone(desk, officer):
    pair = factories.two_parties()
    factories.confirm_phone(pair.parties["A"])
    actions.request_officer(party_id=pair.parties["A"].pk)
    assert [row.note for row in queues.field(officer)] == ["当事人请求民警到场"]
    assert "tel:13800138001" in desk.get(f"/police/cases/{pair.case.pk}/?queue=field").content.decode()


def test_kept_scene_is_in_the_field_queue(officer):
    first = factories.new_case()
    actions.answer_screening(party_id=first.party.pk, question="injured", answer="yes")
    assert [row.case_id for row in queues.field(officer)] == [first.case.pk]


def test_online_queue_has_its_deadline(officer):
    pair = factories.at_liability(officer)
    for party in pair.parties.values():
        choose(party_id=party.pk, choice="police")
    (row,) = queues.online(officer)
    assert row.due_at is not None
    assert row.due_at > clock.now()
    assert queues.counts(officer) == dict.fromkeys(queues.BY_NAME, 0) | {"online": 1}


def test_search_finds_by_plate_and_number_in_the_own_unit_only(desk, officer, place):
    pair = factories.at_liability(officer)
    stranger = Person.objects.create_user(
        "stranger",
        "x",
        name="外",
        role=Role.OFFICER,
        agency=Agency.objects.create(code="X1", kind=AgencyKind.POLICE, name="外队", short_name="外队", place=place),
    )
    for text in ("d12345", "浙D·12345", pair.case.number[-6:]):
        assert [row.case_id for row in queues.search(officer, text)] == [pair.case.pk]
        assert queues.search(stranger, text) == []
    assert queues.search(officer, "1") == []
    assert "没有找到" in desk.get("/police/search/?q=沪A99999").content.decode()


def test_empty_queues_say_why(desk):
    for queue in queues.QUEUES:
        text = desk.get(f"/police/?queue={queue.name}").content.decode()
        assert str(queue.empty) in text


def test_parked_event_is_shown_and_tried_again(desk, officer, waiting):
    event = Event.objects.filter(stream=waiting.case.pk).latest("seq")
    Event.objects.filter(pk=event.pk).update(
        parked_at=clock.now(), handled_at=None, attempts=5, last_error="x: KeyError"
    )
    (row,) = queues.exceptions(officer)
    assert row.key == f"event-{event.pk}"
    assert row.note.endswith("之后的处理没有完成")
    assert event.name not in row.note
    assert "后续处理没有完成" in desk.get(f"/police/cases/{waiting.case.pk}/").content.decode()
    answer = desk.post(f"/police/cases/{waiting.case.pk}/retry/", {"key": row.key})
    assert answer.status_code == 302
    event.refresh_from_db()
    assert (event.parked_at, event.attempts) == (None, 0)
    assert desk.post(f"/police/cases/{waiting.case.pk}/retry/", {"key": "event-99999999"}).status_code == 404
    assert desk.post(f"/police/cases/{waiting.case.pk}/retry/", {"key": "nonsense"}).status_code == 404


def test_a_partner_that_is_away_is_named_once_for_all_its_messages(desk, waiting, insurers):
    line = PartnerLine.objects.create(
        kind="insurer", partner=insurers[0].code, silences=5, away_since=clock.now(), next_probe_at=clock.now()
    )
    for number in range(3):
        links.queue(
            kind="insurer",
            vendor="default",
            partner=line.partner,
            operation="claim.notify",
            subject_id=f"{number}",
            key=f"k:{number}",
            stream=waiting.case.pk,
        )
    page = desk.get("/police/?queue=exceptions").content.decode()
    assert f"<strong>{insurers[0].name}</strong>" in page
    assert "3 条消息在等" in page
    assert "没有应答" not in desk.get("/police/?queue=photos").content.decode()
