"""The demonstration starts with something at every desk, and starting it again changes nothing."""

import pytest

from kuaichu import clock
from kuaichu.accounts.models import Agency, Person, Role
from kuaichu.cases.models import Case, Party
from kuaichu.cases.states import Path, Stage
from kuaichu.claims.models import Claim
from kuaichu.demo.city import PASSWORD, PHOTOS, city, drivers, ensure_rows
from kuaichu.demo.finished import play_finished_case
from kuaichu.demo.play import SAMPLE_CARDS
from kuaichu.demo.seed import seed
from kuaichu.dossier.models import Instrument
from kuaichu.dossier.photos import inspect, limits_at
from kuaichu.journal.chain import check_stream
from kuaichu.journal.models import Event
from kuaichu.law.identifiers.people import check_character
from kuaichu.liability.models import Review

SLOTS = ("scene_front", "scene_rear", "impact")
pytestmark = pytest.mark.django_db


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Agency, Person, Case, Party, Event, Claim, Instrument)}


def test_one_case_waits_at_every_desk_and_a_second_start_changes_nothing():
    seed()
    cases = list(Case.objects.all())
    assert sum(case.photo_state == "submitted" and case.stage == Stage.EVIDENCE for case in cases) == 1
    assert sum(case.path == Path.ONLINE and case.stage == Stage.LIABILITY for case in cases) == 1
    assert sum(case.stage == Stage.ATTENDANCE for case in cases) == 1
    assert Review.objects.filter(state="applied").count() == 1
    assert sum(case.path == Path.SELF and case.stage == Stage.CLAIMS for case in cases) == 1
    assert [fault for case in cases if (fault := check_stream(case.pk))] == []
    assert not Event.objects.exclude(last_error="").exists()
    before = counts()
    seed()
    assert counts() == before


def test_everybody_on_the_cards_may_enter():
    ensure_rows()
    ensure_rows()
    assert Person.objects.count() == len(city()["people"])
    roles = {person.role for person in Person.objects.all()}
    assert roles == set(Role)
    assert all(person.check_password(PASSWORD) for person in Person.objects.all())
    assert all(person.agency or person.role == Role.ADMIN for person in Person.objects.all())


def test_drivers_pass_every_check_and_exist_nowhere():
    insurers = {row["code"] for row in city()["insurers"]}
    for driver in drivers():
        assert driver.id_number.startswith("339999"), "an area that is given to nobody"
        assert check_character(driver.id_number[:17]) == driver.id_number[17]
        assert driver.insurer_code in insurers
    for field in ("id_number", "phone", "plate", "policy_number"):
        assert len({getattr(driver, field) for driver in drivers()}) == len(drivers())
    assert len(set(SAMPLE_CARDS)) == 2


@pytest.mark.parametrize("name", [f"{series}_{slot}.jpg" for series in "ab" for slot in SLOTS])
def test_sample_photos_pass_the_intake(name):
    intake = inspect(PHOTOS / name, limits=limits_at(on=clock.today(), place=city()["place"]["code"]))
    assert intake.facts.media_type == "image/jpeg"


def test_without_example_people_nothing_is_played(db):
    assert play_finished_case(lambda _: False, patience_s=1, pause_s=1) is False
