"""What is kept of a closed case goes when its time is over: photos first, then all of it, its journal last."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from kuaichu import clock, law, worker
from kuaichu.accounts.models import Person
from kuaichu.cases.expiry import forget_journal
from kuaichu.cases.models import Case, Party
from kuaichu.claims import actions as claim_actions
from kuaichu.claims.models import Payment
from kuaichu.claims.tests.factories import CARD, accept_all, adjuster_of, assess, claims_of, pay
from kuaichu.dossier.anchoring import anchor_if_due
from kuaichu.dossier.checking import check_case
from kuaichu.dossier.models import Instrument, Photo
from kuaichu.dossier.retention import forget_evidence
from kuaichu.journal import dispatch as reactions
from kuaichu.journal.models import Anchor, Event
from kuaichu.liability.models import Determination, Review
from kuaichu.links import dispatch as deliveries
from kuaichu.links.actions import take_in
from kuaichu.links.models import Exchange
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _desk(unit, insurers, settings, tmp_path):
    settings.FILES = tmp_path / "files"


def years(period: str) -> timedelta:
    amount = law.value(period, on=clock.today(), place=factories.PLACE).number
    return timedelta(days=366 * amount + 31)


def paid(officer: Person, adjusters: list[Person]) -> Case:
    """From the first tap to the money, with photos, sealed files, claims, a review and what partners were sent."""
    pair = factories.at_claims(officer)
    reactions.run_waiting()
    while deliveries.run_due(only=("seal",)) or reactions.run_waiting():
        pass
    Party.objects.filter(case=pair.case).update(payout_account=CARD)
    accept_all(pair.case)
    settlement = assess(pair.case, adjusters, A=3600, B=4850)
    for claim in claims_of(pair.case).values():
        if settlement.lines.filter(payer_claim=claim).exists():
            claim_actions.approve(claim_id=claim.pk, adjuster=adjuster_of(claim, adjusters), version=settlement.version)
    for payment in Payment.objects.filter(settlement=settlement):
        pay(payment, adjusters)
        news = {"state": "paid", "amount_fen": payment.amount_fen}
        take_in(
            kind="insurer",
            vendor="INS-A",
            operation="payment.confirm",
            subject_id=str(payment.pk),
            key=f"news {payment.pk}",
            reply=news,
        )
    return Case.objects.get(pk=pair.case.pk)


def reviewed(case: Case, officer: Person) -> None:
    """Rows that point at each other, so that nothing can be deleted in a careless order."""
    now = clock.now()
    first = case.instruments.get()
    later = Instrument.objects.get(pk=first.pk)
    later.pk, later.number, later.verify_code, later.kind = None, first.number + "R", "f" * 12, "determination"
    later._state.adding = True
    later.save()
    Instrument.objects.filter(pk=first.pk).update(superseded_by=later)
    determination = Determination.objects.create(
        case=case,
        instrument=first,
        officer=officer,
        grades={},
        shares={},
        facts_text="-",
        is_override=False,
        issued_at=now,
        superseded_at=now,
        proposal=case.proposals.first(),
    )
    Review.objects.create(
        determination=determination,
        applicant=case.parties.get(letter="A"),
        reason="-",
        applied_at=now,
        decide_by_at=now,
        instrument=later,
    )


def rows_by_table() -> dict[str, int]:
    counted: Any = apps.get_models()
    return {model._meta.label: model._default_manager.count() for model in counted}


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_a_case_whose_time_is_over_leaves_no_row_and_no_file_and_harms_no_other(officer, adjusters, settings):
    before = rows_by_table()
    case = paid(officer, adjusters)
    reviewed(case, officer)
    assert (case.stage, case.outcome) == ("closed", "paid")
    pair = factories.two_parties()
    kept = rows_by_table()
    with clock.moved_by(years("retention.case") - timedelta(days=100)):
        worker.clean()
        assert Case.objects.filter(pk=case.pk).exists()
    with clock.moved_by(years("retention.case")):
        worker.clean()
        after = rows_by_table()
        worker.clean()  # once more changes nothing
    left = {name for name, count in after.items() if count > before[name]}
    allowed = {"journal", "cases", "accounts", "calls"}  # its events; the other case; codes have their own time
    assert {name.split(".")[0] for name in left} <= allowed, left
    assert set(Case.objects.values_list("pk", flat=True)) == {pair.case.pk}
    assert Party.objects.count() == len(pair.parties)
    assert kept["claims.Payment"] > 0
    assert after["claims.Payment"] == 0
    assert not Exchange.objects.filter(stream=case.pk).exists()
    assert not Exchange.objects.filter(direction="in").exists()
    assert Event.objects.filter(stream=case.pk).order_by("seq").last().name == "case.deleted"
    assert files(Path(settings.FILES)) == set()
    connection.check_constraints()


def test_photos_go_before_the_documents_and_the_case_still_fits(officer, adjusters, settings):
    case = paid(officer, adjusters)
    assert check_case(case).first_fault is None
    assert forget_evidence() == 0
    with clock.moved_by(years("retention.evidence")):
        assert (forget_evidence(), forget_evidence()) == (1, 0)
    assert not Photo.objects.filter(case=case).exists()
    newest = Event.objects.latest("pk").pk
    between = clock.now() + timedelta(days=700)  # years of other cases' anchors are not this case's to check
    Anchor.objects.create(at=between, last_event_id=newest, heads_digest="0" * 64, token=b"")
    check = check_case(Case.objects.get(pk=case.pk))
    assert check.first_fault is None
    assert "photo.deleted" in {finding.code for finding in check.findings}
    assert {Path(name).suffix for name in files(Path(settings.FILES))} == {".pdf"}


def test_photos_that_vanished_without_a_word_are_still_a_fault(officer, adjusters):
    case = paid(officer, adjusters)
    Photo.objects.filter(case=case).delete()
    fault = check_case(case).first_fault
    assert fault is not None
    assert fault.code == "photo.row_missing"


def test_the_journal_goes_span_by_span_and_what_stays_can_be_checked(officer, adjusters):
    old = paid(officer, adjusters)
    with clock.moved_by(timedelta(minutes=10)):
        anchor_if_due()
    with clock.moved_by(timedelta(minutes=20)):
        factories.two_parties()  # events after the old anchor, of a case that nobody went on with
    later = years("retention.journal")
    with clock.moved_by(later):
        young = factories.two_parties().case
    with clock.moved_by(later + timedelta(minutes=40)):
        anchor_if_due()
        assert Anchor.objects.count() == 2
        assert forget_journal() == 0  # the old case is still there
        worker.clean()
        assert not Case.objects.filter(pk=old.pk).exists()
        assert not Event.objects.filter(stream=old.pk).exclude(name__in=("case.deleted", "evidence.deleted")).exists()
        assert not Anchor.objects.filter(at__lt=clock.now() - timedelta(days=30)).exists()
        check = check_case(young)
    assert check.first_fault is None
    assert "anchor.checked" in {finding.code for finding in check.findings}
