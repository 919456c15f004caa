"""The desk as a call-taker uses it: queues, pulse, call, search, and a fixed number of statements."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kuaichu import clock
from kuaichu.accounts.models import Agency, AgencyKind, Person, Place, Role
from kuaichu.calls import actions
from kuaichu.calls.models import Call, CallBack, Transfer
from kuaichu.calls.states import Source
from kuaichu.calls.tests.factories import call, intake
from kuaichu.journal.models import PersonalDataRead
from kuaichu.web.calls import queues
from kuaichu.web.calls.tests.conftest import BACKEND

pytestmark = pytest.mark.usefixtures("unit")


def test_queue_starts_with_the_longest_waiting(taker):
    old = call(taker, received_at=clock.now() - timedelta(hours=2), caller_phone="13900990009")
    new = call(taker)
    rows = queues.mine(queues.scope_of(taker))
    assert [row.number for row in rows] == [old.number, new.number]
    assert rows[0].red_at < clock.now() < rows[1].amber_at < rows[1].red_at


def test_every_queue_holds_what_waits_and_says_why_it_is_empty(desk, taker, second_taker):
    for queue in queues.QUEUES:
        assert str(queue.empty) in desk.get(f"/calls/?queue={queue.name}").content.decode()
    online = actions.take_call(taker=None, intake=intake(source=Source.ONLINE, caller_phone="")).call
    given = call(second_taker, location="别处", lon_wgs84=None, lat_wgs84=None, plates="", caller_phone="13700990003")
    actions.offer(call_id=given.pk, giver=second_taker, receiver_id=taker.pk, reason="下班")
    again = call(taker)
    done = call(taker, caller_phone="13600990006", plates="", lon_wgs84=None, lat_wgs84=None)
    actions.close(call_id=done.pk, person=taker, result="已挪车")
    sent = call(taker, caller_phone="13500990007", plates="", lon_wgs84=None, lat_wgs84=None)
    actions.transfer(call_id=sent.pk, person=taker, recipient="市政处", reason="路灯")
    scope = queues.scope_of(taker)
    numbers = {queue.name: [row.number for row in queue.rows(scope)] for queue in queues.QUEUES}
    assert again.number in numbers["mine"]
    assert numbers["unowned"] == [online.number]
    assert numbers["offered"] == [given.number]
    assert again.number in numbers["links"]
    assert numbers["callbacks"] == [done.number]
    assert numbers["transfers"] == [sent.number]
    assert {name: len(rows) for name, rows in numbers.items()} == queues.counts(scope)


def test_what_others_have_to_sign_for_has_a_clock(taker, second_taker):
    given, sent = call(second_taker), call(taker, caller_phone="13500990007", plates="")
    with clock.moved_to(clock.now() - timedelta(minutes=20)):
        actions.offer(call_id=given.pk, giver=second_taker, receiver_id=taker.pk, reason="下班")
        actions.transfer(call_id=sent.pk, person=taker, recipient="市政处", reason="路灯")
    scope = queues.scope_of(taker)
    (offered,), (transferred,) = queues.offered(scope), queues.transfers(scope)
    assert offered.red_at - offered.since_at == timedelta(minutes=15)
    assert offered.amber_at < offered.red_at < clock.now()
    assert transferred.red_at - transferred.since_at == timedelta(days=5)


def statements(desk, address):
    with CaptureQueriesContext(connection) as caught:
        assert desk.get(address).status_code == 200
    return len(caught)


def test_statements_do_not_grow(desk, taker):
    first = call(taker)
    pages = ["/calls/", "/calls/pulse/?queue=mine", f"/calls/{first.number}/", "/calls/search/", "/calls/?queue=links"]
    before = [statements(desk, page) for page in pages]
    for minutes in range(3):
        call(
            taker, received_at=clock.now() - timedelta(minutes=minutes), caller_phone=f"1380099010{minutes}", plates=""
        )
    assert [statements(desk, page) for page in pages] == before
    assert before[0] <= 18
    assert before[1] <= 12
    assert before[2] <= 32


def test_pulse_is_304_until_something_changes(desk, taker):
    first = call(taker)
    address = f"/calls/pulse/?queue=mine&call={first.pk}&version={first.version}"
    shown = desk.get(address)
    assert first.number[-6:] in shown.content.decode()
    assert "data-moved" not in shown.content.decode()
    assert desk.get(address, headers={"if-none-match": shown["ETag"]}).status_code == 304
    actions.dispatch(call_id=first.pk, person=taker)
    later = desk.get(address, headers={"if-none-match": shown["ETag"]})
    assert "data-moved" in later.content.decode()


def test_personal_data_is_masked_and_every_read_recorded(desk, taker):
    first = call(taker)
    text = desk.get(f"/calls/{first.number}/").content.decode()
    assert "13800990001" not in text
    assert "王小明" not in text
    assert "挪车" in text
    assert PersonalDataRead.objects.get(stream=first.stream).fields == "content,result"
    text = desk.get(f"/calls/{first.number}/?reveal=1").content.decode()
    assert "tel:13800990001" in text
    assert PersonalDataRead.objects.filter(stream=first.stream, fields__contains="caller_phone").count() == 1


def test_the_whole_life_of_a_call_by_its_page(desk, taker):
    first = call(taker)

    def send(address, **form):
        answer = desk.post(address, form)
        assert (answer.status_code, answer["Location"]) == (302, f"/calls/{first.number}/")

    root = f"/calls/{first.number}/"
    send(f"{root}dispatch/")
    send(f"{root}arrive/")
    refused = desk.post(f"{root}close/", {"result": " ", "feedback": "blocking"})
    assert refused.status_code == 409
    assert '<option value="blocking" selected>' in refused.content.decode()
    send(f"{root}close/", result="车已挪走", feedback="blocking")
    back = CallBack.objects.get(call=first)
    assert "回访" in desk.get(root).content.decode()
    send(f"/calls/call-backs/{back.pk}/", outcome="settled", satisfaction="5", note="很快")
    back.refresh_from_db()
    assert (back.outcome, back.satisfaction) == ("settled", 5)
    stored = Call.objects.get(pk=first.pk)
    assert (stored.subclass, stored.intake_subclass, stored.status) == ("blocking", "parking", "closed")
    send(f"{root}class/", subclass="parking")
    send(f"{root}validity/", reason="误拨")
    assert Call.objects.get(pk=first.pk).validity == "invalid"
    send(f"{root}validity/", valid="1")
    text = desk.get(root).content.decode()
    assert "很快" in text
    assert "派警" in text


def test_handing_over_needs_the_receipt(desk, taker, second_taker):
    first = call(taker)
    desk.post(f"/calls/{first.number}/offer/", {"receiver": str(second_taker.pk), "reason": "下班"})
    handover = first.handovers.get()
    assert Call.objects.get(pk=first.pk).owner == taker
    assert desk.post(f"/calls/handovers/{handover.pk}/", {"answer": "accept"}).status_code == 404
    other = Client()
    other.force_login(second_taker, backend=BACKEND)
    assert "下班" in other.get(f"/calls/{first.number}/").content.decode()
    other.post(f"/calls/handovers/{handover.pk}/", {"answer": "accept"})
    assert Call.objects.get(pk=first.pk).owner == second_taker


def test_transfer_with_its_receipt(desk, taker):
    first = call(taker)
    refused = desk.post(f"/calls/{first.number}/transfer/", {"recipient": "市政处", "reason": ""})
    assert refused.status_code == 409
    assert 'value="市政处"' in refused.content.decode()
    desk.post(f"/calls/{first.number}/transfer/", {"recipient": "市政处", "reason": "路灯坏了"})
    sent = Transfer.objects.get()
    assert desk.post(f"/calls/transfers/{sent.pk}/", {"answer": "receipt", "receipt_number": ""}).status_code == 409
    desk.post(f"/calls/transfers/{sent.pk}/", {"answer": "receipt", "receipt_number": "SZ-17"})
    assert "SZ-17" in desk.get(f"/calls/{first.number}/").content.decode()


def test_links_are_confirmed_and_taken_back(desk, taker):
    earlier = call(taker)
    later = actions.take_call(taker=taker, intake=intake())
    link = later.links[0]
    assert "同一个电话报过" in desk.get(f"/calls/{later.call.number}/").content.decode()
    desk.post(f"/calls/links/{link.pk}/", {"answer": "yes"})
    assert Call.objects.get(pk=later.call.pk).repeat_of == earlier
    desk.post(f"/calls/links/{link.pk}/", {"answer": "withdraw"})
    assert Call.objects.get(pk=later.call.pk).repeat_of is None


def test_search_by_phone_number_and_never_by_address(desk, taker):
    first = call(taker)
    for words in ("138 0099 0001", "滨河路", "0Z12A", first.number[-6:]):
        assert first.number in desk.post("/calls/search/", {"q": words}).content.decode()
    assert "没有找到" in desk.post("/calls/search/", {"q": "13900000000"}).content.decode()
    assert first.number in desk.get("/calls/search/?q=13900000000").content.decode()
    assert "没有找到" in desk.get("/calls/search/?category=accident").content.decode()


@pytest.fixture
def stranger(db):
    other = Place.objects.create(code="338800", name="邻市")
    agency = Agency.objects.create(code="338800000000", kind=AgencyKind.POLICE, name="邻", short_name="邻", place=other)
    return Person.objects.create_user("stranger", "x", name="外", role=Role.CALL_TAKER, agency=agency)


def test_calls_of_another_place_do_not_exist(client, taker, stranger):
    first = actions.take_call(taker=taker, intake=intake())
    again = actions.take_call(taker=taker, intake=intake())
    client.force_login(stranger, backend=BACKEND)
    root = f"/calls/{first.call.number}/"
    assert client.get(root).status_code == 404
    for action in ("take-on", "class", "validity", "dispatch", "arrive", "close", "offer", "transfer"):
        assert client.post(f"{root}{action}/").status_code == 404
    assert client.post(f"/calls/links/{again.links[0].pk}/", {"answer": "yes"}).status_code == 404
    assert first.call.number not in client.post("/calls/search/", {"q": ""}).content.decode()


def test_a_squadron_sees_its_own_only(client, taker, squadron, squadron_leader):
    own = call(taker, unit_id=squadron.pk)
    other = call(taker)
    client.force_login(squadron_leader, backend=BACKEND)
    assert client.get(f"/calls/{own.number}/").status_code == 200
    assert client.get(f"/calls/{other.number}/").status_code == 404
    assert client.get("/calls/import/").status_code == 404


def test_wrong_roles_find_nothing(client, adjusters, admin_person, reviewer):
    for person in (adjusters[0], admin_person, reviewer):
        client.force_login(person, backend=BACKEND)
        for page in ("", "judge/", "spots/", "pulse/", "search/", "map/roads/", "import/", "import/rows/", "J1/"):
            assert {client.get(f"/calls/{page}").status_code, client.post(f"/calls/{page}").status_code} == {404}
    client.logout()
    assert client.get("/calls/")["Location"].startswith("/staff/sign-in/")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by the size of the table")
def test_unassigned_calls_are_found_by_their_own_index(taker):
    """Among a million imported calls the desk asks for them every few seconds."""
    plan = queues._unowned(queues.scope_of(taker)).explain()
    assert "calls_call_unowned" in plan
