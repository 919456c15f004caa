"""Who gets which picture, and how browsers may keep it."""

import io
from uuid import uuid4

import pytest
from django.test import Client
from PIL import Image

from kuaichu.dossier.actions.photos import receive_photo
from kuaichu.dossier.tests.pictures import encoded, scene, scene_jpeg
from kuaichu.journal.models import PersonalDataRead
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.urls("kuaichu.web.tests.photo_urls")]


@pytest.fixture(autouse=True)
def _desk(unit, insurers):
    """A unit in charge."""


@pytest.fixture
def pair():
    return factories.two_parties()


@pytest.fixture
def photo(pair):
    return receive_photo(party_id=pair.parties["A"].pk, slot="impact", data=scene_jpeg(1, (1600, 1200)))


def get(where: str, person=None):
    client = Client()
    if person is not None:
        client.force_login(person, "kuaichu.accounts.backends.StaffBackend")
    return client.get(where)


def test_every_party_of_the_case_sees_its_photos(pair, photo):
    for token in pair.tokens.values():
        answer = get(f"/c/{token}/photos/{photo.pk}/320/")
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
        assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == (
            "nosniff",
            "private, max-age=31536000, immutable",
        )
        assert Image.open(io.BytesIO(answer.content)).size == (320, 240)
    assert get(f"/c/{pair.tokens['A']}/photos/{photo.pk}/1280/").status_code == 200


def test_a_foreign_case_and_unknown_things_do_not_exist(pair, photo):
    foreign = factories.two_parties()
    for where in (
        f"/c/{foreign.tokens['A']}/photos/{photo.pk}/320/",
        f"/c/{'x' * 22}/photos/{photo.pk}/320/",
        f"/c/{pair.tokens['A']}/photos/{uuid4()}/320/",
        f"/c/{pair.tokens['A']}/photos/{photo.pk}/640/",
        f"/c/{pair.tokens['A']}/photos/{photo.pk}/original/",
    ):
        assert get(where).status_code == 404, where


def test_officers_of_the_unit_see_photos_and_others_do_not(pair, photo, officer, adjusters):
    where = f"/police/cases/{pair.case.pk}/photos/{photo.pk}/"
    assert get(f"{where}1280/", officer).status_code == 200
    assert (get(f"{where}1280/", adjusters[0]).status_code, get(f"{where}1280/").status_code) == (404, 302)
    assert get(f"/police/cases/{factories.two_parties().case.pk}/photos/{photo.pk}/320/", officer).status_code == 404


def test_the_original_is_a_download_that_is_remembered(pair, officer):
    data = encoded(scene(4), "PNG")
    photo = receive_photo(party_id=pair.parties["A"].pk, slot="impact", data=data)
    answer = get(f"/police/cases/{pair.case.pk}/photos/{photo.pk}/original/", officer)
    assert (answer.content, answer["Content-Type"], answer["X-Content-Type-Options"]) == (data, "image/png", "nosniff")
    assert answer["Content-Disposition"] == (f'attachment; filename="{pair.case.number}-impact-{photo.sha256[:8]}.png"')
    read = PersonalDataRead.objects.get()
    assert (read.actor_id, read.stream, read.page) == (str(officer.pk), pair.case.pk, "photo.original")
