"""Who gets in: tokens, devices, signatures, foreign cases."""

from datetime import timedelta
from typing import Any

import pytest

from kuaichu import clock, worker
from kuaichu.cases.models import Case, Party
from kuaichu.cases.tokens import party_token
from kuaichu.claims.models import Claim
from kuaichu.dossier.models import Photo
from kuaichu.dossier.tests.pictures import scene_jpeg
from kuaichu.journal.models import PersonalDataRead
from kuaichu.links.signing import SIGNATURE_HEADER, TIMESTAMP_HEADER, signed_headers
from kuaichu.web.api import urls
from kuaichu.web.api.callers import signed_bytes
from kuaichu.web.api.tests import stories
from kuaichu.web.api.tests.calling import ROOT, Caller, Insurer, Phone, new_key
from tests import factories

pytestmark = pytest.mark.django_db


def answer(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_without_a_token_or_with_a_wrong_one_nothing_is_shown():
    phone = stories.reported()
    assert answer(Caller().get("/case")) == (401, "token.missing")
    assert answer(Phone("wrong").get("/case")) == (401, "token.unknown")
    assert answer(Phone(phone.token + "x").post("/case/officer", {})) == (401, "token.unknown")


def test_a_link_lasts_as_long_as_its_case_is_open_and_a_month_more():
    phone = stories.reported()
    party = Party.objects.get()
    long_after = party.link_expires_at + timedelta(days=100)
    with clock.moved_to(long_after):
        assert phone.get("/case").status_code == 200
    closed_at = party.link_expires_at - timedelta(days=1)
    Case.objects.update(stage="closed", outcome="settled", closed_at=closed_at)
    with clock.moved_to(closed_at + timedelta(days=29)):
        assert phone.get("/case").status_code == 200
    with clock.moved_to(closed_at + timedelta(days=31)):
        assert answer(phone.get("/case")) == (401, "link.expired")


def test_another_device_needs_the_code_and_gets_no_say_in_the_number():
    phone = stories.screened()
    stories.confirm_phone(phone)
    thief = Phone(phone.token)
    assert answer(thief.get("/case")) == (403, "link.other_device")
    assert answer(thief.post("/case/officer", {})) == (403, "link.other_device")
    assert answer(Phone(phone.token, device="wrong").get("/case")) == (403, "link.other_device")
    thief.do("/case/phone/code", {"phone": "13600136009"})
    assert stories.party_of(phone).phone == factories.PHONES["A"]
    thief.device = thief.do("/case/phone/confirmation", {"code": factories.newest_code(stories.party_of(phone))})[
        "device_secret"
    ]
    assert thief.read("/case")["me"]["phone_masked"] == "138****8001"
    assert phone.read("/case")["me"]["is_phone_confirmed"]


def test_a_cookie_is_no_device():
    phone = stories.screened()
    stories.confirm_phone(phone)
    other = Phone(phone.token)
    other.client.cookies["kc_device"] = phone.device
    assert answer(other.get("/case")) == (403, "link.other_device")


def test_a_foreign_case_does_not_exist(officer):
    pair, foreign = factories.at_claims(officer), stories.screened()
    foreign.send_photo("impact", scene_jpeg(7))
    worker.run_until_idle()
    instrument = pair.case.instruments.get()
    paths = [f"/case/instruments/{instrument.pk}{end}" for end in ("", "/file")]
    paths += [f"/case/photos/{Photo.objects.filter(case=pair.case)[0].pk}/thumbnail"]
    for path in paths:
        assert foreign.get(path).status_code == 404, path
    body = {"content_digest": instrument.content_digest, "code": "123456", "typed_name": "王小明"}
    signing = foreign.post(f"/case/instruments/{instrument.pk}/signature", body)
    assert answer(signing) == (404, "instrument.unknown")


def test_others_are_masked(officer):
    pair = factories.at_liability(officer)
    a = pair.parties["A"]
    text = _trusted(a).get("/case").content.decode()
    assert "李*" in text
    for secret in ("李𬱟", factories.PHONES["B"], "33999919681016641X", "浙DD12345"):
        assert secret not in text


def _trusted(party: Party) -> Phone:
    from kuaichu.cases.actions import bind_device

    return Phone(party_token(party.pk), bind_device(party_id=party.pk))


def test_an_insurer_sees_its_own_claims_only_and_reading_is_recorded(officer):
    pair = factories.at_claims(officer)
    worker.run_until_idle()
    claims = {claim.insurer.code: claim for claim in Claim.objects.select_related("insurer")}
    own, foreign = Insurer("INS-A"), claims["INS-B"]
    claim = own.read(f"/insurer/claims/{claims['INS-A'].pk}")
    assert claim["insured"]["name"] == "王小明"
    assert claim["others"] == [{"letter": "B", "name_masked": "李*", "plate": "浙DD12345", "insurer": "顺途保险"}]
    assert factories.PHONES["B"] not in str(claim)
    photo = claim["photos"][0]["id"]
    assert own.get(f"/insurer/claims/{claims['INS-A'].pk}/photos/{photo}").status_code == 200
    assert own.get(f"/insurer/claims/{claims['INS-A'].pk}/instrument").status_code == 200
    assert PersonalDataRead.objects.filter(stream=pair.case.pk, actor_kind="partner").count() == 3
    for end in ("", "/settlement", "/instrument", f"/photos/{photo}"):
        assert answer(own.get(f"/insurer/claims/{foreign.pk}{end}")) == (404, "claim.unknown")
    for end in ("/approval", "/settled"):
        body = {"adjuster": "adjuster1", "version": 1}
        assert answer(own.post(f"/insurer/claims/{foreign.pk}{end}", body)) == (404, "claim.unknown")


def test_an_insurer_names_one_of_its_own_adjusters(officer, adjusters):
    factories.at_claims(officer)
    worker.run_until_idle()
    claim = Claim.objects.get(insurer__code="INS-A")
    for name in ("officer", "adjuster2", "nobody"):
        body: dict[str, Any] = {"adjuster": name, "letter": "A", "lines": []}
        refused = Insurer("INS-A").post(f"/insurer/claims/{claim.pk}/assessments", body)
        assert answer(refused) == (422, "adjuster.unknown")


def test_a_signature_opens_one_call_of_one_insurer_for_a_short_time():
    insurer = Insurer("INS-A")
    assert insurer.get("/insurer/claims").status_code == 200
    assert answer(Caller().get("/insurer/claims")) == (401, "signature.missing")
    assert answer(Insurer("INS-X").get("/insurer/claims")) == (401, "agency.unknown")
    part = signed_bytes(method="GET", path=ROOT + "/insurer/claims", key="", body=b"")
    copied = signed_headers(agency_code="INS-A", body=part, key="-")
    client = insurer.client
    assert client.get(ROOT + "/insurer/claims", headers=copied).status_code == 200
    assert answer(client.get(ROOT + "/insurer/claims?limit=1", headers=copied)) == (401, "signature.wrong")
    post = client.post(ROOT + "/insurer/claims", "{}", content_type="application/json", headers=copied)
    assert post.status_code in (401, 405)
    with clock.moved_by(timedelta(minutes=6)):
        assert answer(client.get(ROOT + "/insurer/claims", headers=copied)) == (401, "signature.old")
    copied[TIMESTAMP_HEADER] = "9" * 30
    assert client.get(ROOT + "/insurer/claims", headers=copied).status_code == 401
    assert answer(client.get(ROOT + "/insurer/claims", headers=copied | {SIGNATURE_HEADER: "键"}))[0] == 401


def test_a_signature_binds_the_idempotency_key(officer):
    factories.at_claims(officer)
    worker.run_until_idle()
    claim = Claim.objects.get(insurer__code="INS-A")
    path, raw = f"{ROOT}/insurer/claims/{claim.pk}/settled", b'{"adjuster": "adjuster1", "version": 1}'
    part = signed_bytes(method="POST", path=path, key="first-key", body=raw)
    headers = signed_headers(agency_code="INS-A", body=part, key="another-key")
    headers.pop("Content-Type")
    response = Caller().client.post(path, raw, content_type="application/json", headers=headers)
    assert answer(response) == (401, "signature.wrong")


def test_every_route_of_the_api_says_whom_it_is_for():
    marks: dict[str, set[str]] = {}
    for pattern in urls.urlpatterns[0].url_patterns:
        marks.setdefault(getattr(pattern.callback, "audience", ""), set()).add(str(pattern.pattern).partition("/")[0])
    assert marks == {
        "public": {"", "openapi.json", "places", "reference", "cases", "joins", "law"},
        "driver": {"case"},
        "partner": {"insurer", "calls"},
    }


def test_too_many_reports_from_one_address_are_slowed_down(monkeypatch):
    from kuaichu.accounts import throttle

    monkeypatch.setattr(throttle, "REPORT_PER_ADDRESS", throttle.Rate(burst=2, per_hour=1))
    key = new_key()
    statuses = [Caller().post("/cases", {"place": factories.PLACE}).status_code for _ in range(2)]
    slowed = Caller().post("/cases", {"place": factories.PLACE}, key=key)
    assert (statuses, answer(slowed)) == ([201, 201], (429, "rate.exceeded"))
    with clock.moved_by(timedelta(hours=1)):
        assert Caller().post("/cases", {"place": factories.PLACE}, key=key).status_code == 201
