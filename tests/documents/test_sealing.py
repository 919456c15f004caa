"""Signed instruments become sealed files by themselves, once, and verify."""

import json

import pytest

from kuaichu import worker
from kuaichu.accounts.models import Agency
from kuaichu.cases.states import Stage
from kuaichu.dossier import sealer
from kuaichu.dossier.documents.verifying import verify_pdf
from kuaichu.dossier.files import instrument_path
from kuaichu.dossier.models import Instrument, InstrumentFile
from kuaichu.journal.chain import check_stream
from kuaichu.liability import actions
from kuaichu.liability.actions import Decision
from kuaichu.links.models import Exchange
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _agencies(unit, insurers, settings, tmp_path):
    settings.HOME = tmp_path
    sealer.authority.cache_clear()
    yield
    sealer.authority.cache_clear()


def test_an_agreement_signed_by_all_is_sealed_once_and_verifies(officer):
    pair = factories.at_claims(officer)
    worker.run_until_idle()
    file = InstrumentFile.objects.get(instrument__case=pair.case)
    data = instrument_path(file.sha256).read_bytes()
    checked = verify_pdf(data, roots=sealer.authority().roots)
    assert (checked.is_valid, checked.signer_code, checked.sha256) == (True, pair.case.unit.code, file.sha256)
    sealer.take_sealed(
        Exchange.objects.get(operation="file.seal"),
        {"sha256": "0" * 64, "size": 1, "sealed_at": "2026-01-01T00:00:00+00:00"},
    )
    assert InstrumentFile.objects.get().sha256 == file.sha256
    assert check_stream(pair.case.pk) is None


def test_a_determination_is_sealed_when_served_and_again_when_signed(officer):
    pair = factories.at_liability(officer)
    for party in pair.parties.values():
        actions.choose(party_id=party.pk, choice="police")
    actions.determine(
        case_id=pair.case.pk,
        officer=officer,
        decision=Decision(grades={"A": "full", "B": "none"}, facts_text="甲方追尾乙方。"),
    )
    worker.run_until_idle()
    assert [file.edition for file in InstrumentFile.objects.all()] == ["served"]
    factories.sign_all(pair)
    worker.run_until_idle()
    assert pair.case.stage == Stage.CLAIMS
    assert sorted(InstrumentFile.objects.values_list("edition", flat=True)) == ["served", "signed"]


def test_the_queued_message_holds_no_personal_data_and_the_content_all_of_it(officer):
    pair = factories.at_claims(officer)
    worker.run_until_idle()
    for row in Exchange.objects.filter(stream=pair.case.pk):
        text = json.dumps([row.key, row.subject_id, row.reply], ensure_ascii=False)
        assert not any(secret in text for secret in ("王小明", "13800138001", "339999196010181347"))
    assert "王小明" in Instrument.objects.get(case=pair.case).content
    assert Agency.objects.get(code="INS-A").name in Instrument.objects.get(case=pair.case).content
