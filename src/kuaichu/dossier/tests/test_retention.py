"""What the dossier forgets: photos of a report that was given up, and sealed files that no row names."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from kuaichu import clock
from kuaichu.dossier import storage
from kuaichu.dossier.actions.photos import receive_photo
from kuaichu.dossier.models import Photo
from kuaichu.dossier.retention import ORPHAN_AFTER, SHELVES, forget_orphans, forget_photos, sweep_photos
from kuaichu.dossier.tests.pictures import scene_jpeg
from kuaichu.journal.models import Event
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _desk(unit, insurers, settings, tmp_path):
    settings.FILES = tmp_path


def photographed(*numbers: int):
    case = factories.two_parties()
    for slot, number in zip(("scene_front", "scene_rear"), numbers, strict=False):
        receive_photo(party_id=case.parties["A"].pk, slot=slot, data=scene_jpeg(number, (330, 330)))
    return case.case


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_photos_of_a_report_given_up_go_with_their_files_unless_another_case_has_them(
    tmp_path, django_capture_on_commit_callbacks
):
    given_up, other = photographed(1, 2), photographed(1)
    kept = Photo.objects.get(case=other).sha256
    gone = Photo.objects.get(case=given_up, slot="scene_rear").sha256
    event = Event(stream=given_up.pk, name="case.withdrawn", at=clock.now())
    for _ in range(2):  # a reaction may run twice
        with django_capture_on_commit_callbacks(execute=True):
            forget_photos(event)
    assert set(Photo.objects.values_list("case_id", flat=True)) == {other.pk}
    assert storage.original_path(kept).exists()
    assert not any(name.startswith(gone) for name in names(tmp_path))


def test_sealed_files_without_a_row_go_after_a_day(settings):
    folder = Path(settings.FILES) / "instruments" / "ab"
    folder.mkdir(parents=True)
    old, new = folder / ("a" * 64 + ".pdf"), folder / ("b" * 64 + ".pdf")
    old.write_bytes(b"old")
    new.write_bytes(b"new")
    then = (clock.now() - ORPHAN_AFTER - timedelta(minutes=1)).timestamp()
    os.utime(old, (then, then))
    assert forget_orphans() == 1
    assert names(folder) == {new.name}


def test_photos_that_lost_their_row_go_a_shelf_at_a_time_and_one_handed_in_again_stays(settings):
    case = photographed(1)
    row = Photo.objects.get(case=case)
    paths = [path for path in Path(settings.FILES).rglob("*") if path.is_file()]
    then = (clock.now() - ORPHAN_AFTER - timedelta(minutes=1)).timestamp()
    for path in paths:
        os.utime(path, (then, then))
    assert swept() == 0  # its row is there
    Photo.objects.all().delete()
    storage.original_path(row.sha256).touch()
    assert swept() == len(paths) - 1
    assert names(Path(settings.FILES)) == {row.sha256}


def swept() -> int:
    return sum(sweep_photos(shelf) for shelf in range(SHELVES))
