"""Reporting, screening, joining, phones and particulars: what succeeds and what is refused."""

from datetime import timedelta

import pytest

from kuaichu import clock
from kuaichu.cases import actions
from kuaichu.cases.actions import Occurrence
from kuaichu.cases.models import JoinCode, Matter
from kuaichu.cases.states import Stage
from kuaichu.errors import FieldErrors, Refused
from kuaichu.journal.chain import check_stream
from kuaichu.links.models import Exchange
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _agencies(unit, insurers):
    """A unit in charge and two insurers."""


def refusal(call) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def test_a_report_opens_a_case_with_its_first_party_and_a_whole_chain():
    new = factories.new_case()
    assert (new.case.stage, new.party.letter, len(new.token)) == (Stage.REPORTED, "A", 22)
    assert new.token not in (new.party.token_digest, new.case.number)
    assert check_stream(new.case.pk) is None


def test_no_unit_serves_an_unknown_place():
    assert refusal(lambda: actions.report(place_code="110000")) == "place.no_unit"


def test_harmless_answers_lead_to_photographs():
    new = factories.screened()
    assert (new.case.stage, new.case.track) == (Stage.EVIDENCE, "photograph_leave")


def test_an_injury_keeps_the_scene_and_opens_a_matter():
    new = factories.screened(injured="yes")
    assert new.case.stage == Stage.ATTENDANCE
    assert new.case.officer_request_reason == "screening"
    assert Matter.objects.filter(case=new.case, kind="attendance", settled_at=None).count() == 1


def test_a_wrong_tap_can_be_taken_back_until_photos_are_in():
    new = factories.screened(injured="yes")
    actions.correct_screening(party_id=new.party.pk)
    new.case.refresh_from_db()
    assert (new.case.stage, new.case.track, new.case.answers.count()) == (Stage.REPORTED, "", 0)
    assert not Matter.objects.filter(case=new.case).exists()


def test_answers_are_refused_once_the_screening_is_over():
    new = factories.screened()
    call = lambda: actions.answer_screening(party_id=new.party.pk, question="injured", answer="yes")  # noqa: E731
    assert refusal(call) == "case.moved_on"


def test_occurrence_checks_every_field_at_once():
    new = factories.screened()
    bad = Occurrence(occurred_at=clock.now() + timedelta(hours=1), location="  ", weather="77")
    with pytest.raises(FieldErrors) as caught:
        actions.record_occurrence(party_id=new.party.pk, occurrence=bad)
    assert set(caught.value.fields) == {"occurred_at", "location", "weather"}


def test_an_invitation_is_used_once_and_shown_again_until_then():
    new = factories.screened()
    first = actions.invite(party_id=new.party.pk)
    assert actions.invite(party_id=new.party.pk) == first
    joined = actions.join(code=f"{first.code[:3]} {first.code[3:]}")
    assert joined.party.letter == "B"
    assert refusal(lambda: actions.join(token=first.token)) == "join.used"


def test_an_invitation_ends_after_its_time():
    new = factories.screened()
    invitation = actions.invite(party_id=new.party.pk)
    with clock.moved_by(timedelta(minutes=11)):
        assert refusal(lambda: actions.join(code=invitation.code)) == "join.expired"
        assert actions.invite(party_id=new.party.pk).code != invitation.code


def test_an_unknown_code_says_where_to_look():
    assert refusal(lambda: actions.join(code="000000")) == "join.unknown"


def test_a_fourth_party_is_refused():
    pair = factories.two_parties()
    actions.add_party(party_id=pair.parties["A"].pk, kind="nonmotor", phone_mode="shared")
    assert refusal(lambda: actions.invite(party_id=pair.parties["A"].pk)) == "party.too_many"


def test_an_invitation_by_text_message_is_queued_once_and_holds_no_number():
    new = factories.screened()
    actions.invite_by_text(party_id=new.party.pk, phone="138 0013 8000")
    actions.invite_by_text(party_id=new.party.pk, phone="13800138000")
    exchange = Exchange.objects.get(operation="invitation.send")
    assert "13800138000" not in f"{exchange.key}{exchange.subject_id}{exchange.reply}"
    assert JoinCode.objects.get().invited_phone == "13800138000"


def test_a_phone_is_confirmed_by_the_newest_code_only():
    pair = factories.two_parties()
    party = pair.parties["A"]
    actions.request_phone_code(party_id=party.pk, phone=factories.PHONES["A"])
    old = factories.newest_code(party)
    with clock.moved_by(timedelta(seconds=61)):
        actions.request_phone_code(party_id=party.pk, phone=factories.PHONES["A"])
        new = factories.newest_code(party)
        if old != new:
            assert refusal(lambda: actions.confirm_phone(party_id=party.pk, typed=old)) == "code.wrong"
        actions.confirm_phone(party_id=party.pk, typed=new)
        actions.confirm_phone(party_id=party.pk, typed=new)  # a second tap
    with clock.moved_by(timedelta(seconds=90)):
        assert refusal(lambda: actions.confirm_phone(party_id=party.pk, typed=new)) == "code.expired"


def test_wrong_codes_are_counted_and_then_the_code_is_dead():
    pair = factories.two_parties()
    party = pair.parties["A"]
    actions.request_phone_code(party_id=party.pk, phone=factories.PHONES["A"])
    right = factories.newest_code(party)
    wrong = "000000" if right != "000000" else "111111"
    codes = [refusal(lambda: actions.confirm_phone(party_id=party.pk, typed=wrong)) for _ in range(6)]
    assert codes == ["code.wrong"] * 5 + ["code.exhausted"]
    assert refusal(lambda: actions.confirm_phone(party_id=party.pk, typed=right)) == "code.exhausted"


def test_two_parties_with_own_phones_need_two_numbers():
    pair = factories.two_parties()
    factories.confirm_phone(pair.parties["A"])
    call = lambda: actions.request_phone_code(party_id=pair.parties["B"].pk, phone=factories.PHONES["A"])  # noqa: E731
    assert refusal(call) == "phone.taken"


def test_particulars_report_every_wrong_field_and_store_nothing():
    pair = factories.two_parties()
    bad = actions.Particulars(
        name=" ",
        document_kind="id_card",
        document_number="339999196010181340",
        vehicle_kind="K3",
        plate_kind="02",
        plate="浙D1234",
        insurer_code="NOPE",
        policy_number="1",
    )
    with pytest.raises(FieldErrors) as caught:
        actions.save_particulars(party_id=pair.parties["A"].pk, particulars=bad)
    assert {"name", "document_number", "plate", "insurer_code", "policy_number"} <= set(caught.value.fields)
    assert pair.refresh().parties["A"].particulars_at is None


def test_personal_data_is_encrypted_in_the_database(django_assert_num_queries):
    from django.db import connection

    pair = factories.two_parties()
    factories.confirm_phone(pair.parties["A"])
    actions.save_particulars(party_id=pair.parties["A"].pk, particulars=factories.PEOPLE["A"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, document_number, phone, policy_number FROM cases_party WHERE letter = 'A'")
        row = " ".join(cursor.fetchone())
    for secret in ("王小明", "339999196010181347", "13800138001", "PDZA"):
        assert secret not in row
    assert pair.refresh().parties["A"].name == "王小明"


def test_an_officer_can_be_asked_for_before_signing_and_twice_changes_nothing():
    pair = factories.two_parties()
    actions.request_officer(party_id=pair.parties["B"].pk)
    actions.request_officer(party_id=pair.parties["A"].pk)
    pair.refresh()
    assert (pair.case.stage, pair.case.officer_request_reason) == (Stage.ATTENDANCE, "asked")
    assert check_stream(pair.case.pk) is None


def test_a_party_without_a_phone_gives_a_contact_instead(officer):
    first = factories.screened()
    other = actions.add_party(party_id=first.party.pk, kind="nonmotor", phone_mode="none")
    actions.save_particulars(
        party_id=other.party.pk,
        particulars=actions.Particulars(
            name="阿依古丽·买买提",
            document_kind="id_card",
            document_number="33999919681016641X",
            vehicle_kind="F6",
            contact="0575-88001122",
        ),
    )
    other.party.refresh_from_db()
    assert other.party.phone.replace("-", "") == "057588001122"


def test_no_event_holds_personal_data(officer):
    from kuaichu.journal.models import Event

    pair = factories.two_parties()
    factories.give_details(pair)
    facts = " ".join(str(row) for row in Event.objects.values_list("facts", "subject", "actor_id"))
    for secret in ("王小明", "13800138001", "339999196010181347", "浙D12345", "人民路"):
        assert secret not in facts


def test_nobody_signs_for_both_sides_with_one_number(officer):
    first = factories.screened()
    factories.confirm_phone(first.party)
    guest = actions.add_party(party_id=first.party.pk, kind="motor", phone_mode="shared")
    call = lambda: actions.request_phone_code(party_id=guest.party.pk, phone=factories.PHONES["A"])  # noqa: E731
    assert refusal(call) == "phone.taken"


def test_a_party_with_a_fixed_line_only_gets_no_signing_code():
    first = factories.screened()
    guest = actions.add_party(party_id=first.party.pk, kind="nonmotor", phone_mode="none")
    bare = actions.Particulars(
        name="周远",
        document_kind="id_card",
        document_number="33999919681016641X",
        vehicle_kind="F6",
        contact="0575-88001122",
    )
    actions.save_particulars(party_id=guest.party.pk, particulars=bare)
    assert refusal(lambda: actions.request_signing_code(party_id=guest.party.pk)) == "signature.no_phone"


def test_a_guest_is_reached_only_from_the_host_s_phone(client):
    first = factories.screened()
    guest = actions.add_party(party_id=first.party.pk, kind="nonmotor", phone_mode="none")
    factories.confirm_phone(first.party)
    secret = actions.bind_device(party_id=first.party.pk)
    path = f"/c/{guest.token}/particulars/"
    assert "/device/" in client.get(path).headers.get("Location", "")
    client.cookies["kc_device"] = secret
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("plate", ["示范123456", "示范" + "1" * 18])
def test_an_electric_bicycle_may_have_a_plate(plate):
    """PostgreSQL refuses what is longer than its column; SQLite takes anything."""
    first = factories.screened()
    guest = actions.add_party(party_id=first.party.pk, kind="nonmotor", phone_mode="none")
    ridden = actions.Particulars(
        name="周远",
        document_kind="id_card",
        document_number="33999919681016641X",
        vehicle_kind="F6",
        plate=plate,
        contact="0575-88001122",
    )
    party = actions.save_particulars(party_id=guest.party.pk, particulars=ridden)
    party.refresh_from_db()
    assert (party.plate_kind, party.plate) == ("ebike", plate)
    party.clean_fields(exclude={field.name for field in party._meta.fields} - {"plate", "plate_kind"})
