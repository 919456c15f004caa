"""A whole case passes the offline check; whatever is changed in it is seen and named."""

import json
import os
import uuid
from argparse import Namespace
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction

from kuaichu import clock, worker
from kuaichu.cases.models import Case, Deadline, Matter
from kuaichu.command import cli, verifying
from kuaichu.dossier import files, storage
from kuaichu.dossier.anchoring import anchor
from kuaichu.dossier.checking import Level, check_case
from kuaichu.dossier.models import Instrument, InstrumentFile, Photo, Signature
from kuaichu.journal.chain import digest_of
from kuaichu.journal.models import Anchor, Event, ReactionRun
from kuaichu.privacy import encrypt
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(unit, insurers, officer) -> Case:
    """Self-settled, signed by both, sealed, anchored."""
    pair = factories.at_claims(officer)
    worker.run_until_idle()
    with clock.moved_by(timedelta(minutes=3)):
        assert anchor(first_event_id=0) is not None
    return pair.case


@contextmanager
def undone():
    """Whatever the block does to the database is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def changed(path):
    """One byte in the middle of the file is another."""
    before = path.read_bytes()
    middle = len(before) // 2
    path.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :])
    yield
    path.write_bytes(before)


def first_fault(case: Case) -> str:
    case.refresh_from_db()
    found = check_case(case).first_fault
    return found.code if found else ""


def event_of(case: Case, name: str) -> Event | None:
    return Event.objects.filter(stream=case.pk, name=name).order_by("seq").first()


def test_a_whole_case_fits_and_every_kind_of_thing_was_looked_at(case):
    check = check_case(case)
    assert [finding.text for finding in check.findings if finding.level != Level.GOOD] == []
    topics = {finding.topic for finding in check.findings}
    assert topics == {
        "journal",
        "anchor",
        "photo",
        "instrument",
        "signature",
        "file",
        "deadline",
        "matter",
        "case",
    }
    text = "".join(finding.text for finding in check.findings)
    assert "王小明" not in text


def forge_facts(case):
    event = event_of(case, "choice.made")
    event.facts = event.facts | {"choice": "police"}
    event.save()


def forge_facts_and_digests(case):
    forge_facts(case)
    previous = ""
    for event in Event.objects.filter(stream=case.pk).order_by("seq"):
        event.previous_digest, event.digest = previous, ""
        event.digest = previous = digest_of(event)
        event.save()


def delete_event(event):
    ReactionRun.objects.filter(event=event).delete()
    event.delete()


def delete_last_event(case):
    delete_event(Event.objects.filter(stream=case.pk).order_by("-seq").first())


def spoil_content(case):
    _set_content("1:bm90IGEgY2lwaGVydGV4dCBhdCBhbGw=")


def forge_content(case):
    content = json.loads(Instrument.objects.get(case=case).content) | {"location": "另一条路"}
    _set_content(encrypt(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))))


def _set_content(sealed):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Instrument._meta.db_table} SET content = %s", [sealed])


def smuggle_photo(case):
    photo = Photo.objects.filter(case=case).first()
    photo.pk, photo.slot = uuid.uuid4(), "extra1"
    photo.save(force_insert=True)


TAMPERINGS = [
    (forge_facts, "journal.broken"),
    (lambda case: delete_event(event_of(case, "account.given")), "journal.broken"),
    (forge_facts_and_digests, "anchor.differs"),
    (delete_last_event, "anchor.differs"),
    (lambda case: Anchor.objects.update(token=b"nothing"), "anchor.stamp"),
    (smuggle_photo, "photo.event_missing"),
    (lambda case: Photo.objects.filter(slot="impact").update(slot="extra1"), "photo.differs"),
    (lambda case: Photo.objects.filter(slot="impact").delete(), "photo.row_missing"),
    (forge_content, "instrument.content_changed"),
    (spoil_content, "instrument.unreadable"),
    (lambda case: Instrument.objects.update(content_digest="0" * 64), "instrument.digest_differs"),
    (lambda case: Instrument.objects.update(state="drafted"), "instrument.state"),
    (
        lambda case: Signature.objects.filter(party__letter="B").update(content_digest="0" * 64),
        "signature.other_content",
    ),
    (lambda case: Signature.objects.filter(party__letter="B").update(code=None), "signature.differs"),
    (lambda case: Signature.objects.filter(party__letter="B").delete(), "signature.row_missing"),
    (lambda case: InstrumentFile.objects.update(sha256="0" * 64), "file.differs"),
    (lambda case: InstrumentFile.objects.all().delete(), "file.row_missing"),
    (lambda case: Deadline.objects.update(due_at=case.created_at.replace(year=2000)), "deadline.order"),
    (lambda case: Matter.objects.update(settled_at=case.created_at.replace(year=2000)), "matter.order"),
    (lambda case: Case.objects.update(closed_at=case.created_at, stage="closed"), "matter.open"),
]


def test_changes_in_the_database_are_named(case):
    Matter.objects.get_or_create(case=case, kind="claim", subject="any", defaults={"opened_at": case.created_at})
    seen = []
    for tamper, _ in TAMPERINGS:
        with undone():
            tamper(case)
            seen.append(first_fault(case))
    assert seen == [code for _, code in TAMPERINGS]
    assert first_fault(case) == ""


def test_changes_in_files_are_named(case):
    photo = storage.original_path(Photo.objects.filter(case=case).first().sha256)
    sealed = files.instrument_path(InstrumentFile.objects.get().sha256)
    with changed(photo):
        assert first_fault(case) == "photo.file_changed"
    with changed(sealed):
        assert first_fault(case) == "file.seal_invalid"
    for path, code in ((photo, "photo.file_missing"), (sealed, "file.missing")):
        away = path.with_suffix(".away")
        path.rename(away)
        assert first_fault(case) == code
        away.rename(path)
    assert first_fault(case) == ""


def test_the_command_names_the_first_fault_and_exits_by_it(case, capsys):
    options = Namespace(case=case.number, json=False)
    assert verifying.run(options) == 0
    assert "✓ 全部对得上" in capsys.readouterr().out
    Photo.objects.filter(case=case, slot="impact").update(size=1)
    assert verifying.run(options) == 1
    assert "✗ 有对不上的地方，第一处：照片 impact：登记与流水" in capsys.readouterr().out
    assert verifying.run(Namespace(case=case.number, json=True)) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["fits"], answer["first_fault"]["code"]) == (False, "photo.differs")
    assert cli.main(["verify", "000", "--json"]) == 2


def test_a_case_without_any_journal_is_a_fault_and_no_crash(unit, insurers):
    case = factories.new_case().case
    Event.objects.filter(stream=case.pk).delete()
    assert first_fault(case) == "journal.empty"


@pytest.mark.parametrize(("is_demo", "given", "expected"), [(True, "", "1"), (False, "", None), (True, "key", None)])
def test_a_demonstration_is_checked_with_its_own_keys(monkeypatch, tmp_path, is_demo, given, expected):
    monkeypatch.setenv("KUAICHU_HOME", str(tmp_path))
    monkeypatch.setenv("KUAICHU_DEMO", "")
    monkeypatch.delenv("KUAICHU_DEMO")
    monkeypatch.setenv("KUAICHU_SECRET_KEY", given)
    if not given:
        monkeypatch.delenv("KUAICHU_SECRET_KEY")
    if is_demo:
        (tmp_path / "demo").touch()
    verifying._read_demo_keys()
    assert os.environ.get("KUAICHU_DEMO") == expected
