"""The same accident in two places that set the fast track differently."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
import yaml

from kuaichu import clock, law
from kuaichu.accounts.models import Agency, AgencyKind, Place
from kuaichu.cases import actions
from kuaichu.cases.fasttrack import barriers
from kuaichu.cases.models import ScreeningAnswer
from kuaichu.cases.states import Stage
from kuaichu.clock import BEIJING
from kuaichu.errors import Refused
from kuaichu.law import engine
from kuaichu.law.engine import Law
from tests.factories import harmless_answer

pytestmark = pytest.mark.usefixtures("unit", "insurers")
OPEN, STRICT = "339900", "350900"
NIGHT, NOON = (datetime(2026, 3, 2, hour, 30, tzinfo=BEIJING) for hour in (2, 12))


def law_of_strict(root: Path, certainty: str) -> Law:
    """The real law, with a place of its own settings."""
    source = Path(engine.__file__).parent
    shutil.copytree(source, root, ignore=shutil.ignore_patterns("tests", "examples", "*.py", "__pycache__"))
    rows = {
        "fasttrack.hours": [{"amount": "07:00-19:00"}],
        "fasttrack.max_vehicles": [{"amount": 2}],
        "fasttrack.nonmotor_allowed": [{"amount": False}],
        "fasttrack.nonmotor_needs_liable_motor": [{"amount": True}],
    }
    defaults = {"since": "@", "checked_on": "@", "source": "demo_rules", "certainty": certainty}
    text = yaml.safe_dump({"defaults": defaults, "values": rows}).replace("'@'", "2018-05-01")
    (root / f"places/{STRICT}/screening.yaml").write_text(text, "utf-8")
    return Law(root)


@pytest.fixture
def two_places(tmp_path, monkeypatch, superior):
    """OPEN takes everything the nation allows; STRICT works by day, between two motor vehicles."""
    changed = law_of_strict(tmp_path / "law", "design")
    monkeypatch.setattr("kuaichu.law.engine.the_law", lambda: changed)
    place = Place.objects.create(code=STRICT, name="严格市", name_en="Strict")
    Agency.objects.create(
        code=f"{STRICT}0000", kind=AgencyKind.POLICE, name="严格市交警", short_name="交警", place=place
    )


def screened(place, moment, **answers):
    with clock.moved_by(moment - clock.now()):
        new = actions.report(place_code=place)
        result = law.screen({}, on=clock.today(), place=place)
        while result.next_question is not None:
            code = result.next_question.code
            answer = answers.get(code, harmless_answer(code))
            result = actions.answer_screening(party_id=new.party.pk, question=code, answer=answer)
    new.case.refresh_from_db()
    return new


def codes(case):
    return {reason.code for reason in barriers(case)}


@pytest.mark.parametrize(
    ("where", "moment", "stage", "against"),
    [
        (OPEN, NOON, Stage.EVIDENCE, set()),
        (OPEN, NIGHT, Stage.EVIDENCE, set()),
        (STRICT, NOON, Stage.EVIDENCE, set()),
        (STRICT, NIGHT, Stage.ATTENDANCE, {"hours"}),
    ],
)
def test_hours_of_the_place(two_places, where, moment, stage, against):
    case = screened(where, moment).case
    assert (case.stage, codes(case)) == (stage, against)
    assert case.track == "photograph_leave", "the scene is cleared all the same"
    assert case.officer_request_reason == ("not_online" if against else "")
    assert case.matters.filter(kind="attendance").count() == len(against)


def test_a_wrong_tap_can_be_taken_back_outside_the_hours_too(two_places):
    new = screened(STRICT, NIGHT)
    actions.correct_screening(party_id=new.party.pk)
    new.case.refresh_from_db()
    assert (new.case.stage, new.case.officer_request_reason) == (Stage.REPORTED, "")
    assert not ScreeningAnswer.objects.exists()


@pytest.mark.parametrize(
    ("where", "kinds", "refused"),
    [
        (OPEN, ["motor", "motor"], ""),
        (OPEN, ["nonmotor"], ""),
        (STRICT, ["motor"], ""),
        (STRICT, ["motor", "motor"], "party.too_many_vehicles"),
        (STRICT, ["nonmotor"], "party.kind_not_allowed"),
    ],
)
def test_who_may_come_is_set_by_the_place(two_places, where, kinds, refused):
    new = screened(where, NOON)
    found = ""
    for kind in kinds:
        try:
            actions.add_party(party_id=new.party.pk, kind=kind, phone_mode="shared")
        except Refused as refusal:
            found = refusal.code
    assert found == refused


def test_what_nobody_has_confirmed_refuses_nothing(two_places, tmp_path, monkeypatch):
    unsure = law_of_strict(tmp_path / "unsure", "unsure")
    monkeypatch.setattr("kuaichu.law.engine.the_law", lambda: unsure)
    case = screened(STRICT, NIGHT).case
    assert (case.stage, codes(case)) == (Stage.EVIDENCE, set())
