"""Procedure and online track: every exclusion, and every setting of a city, on a law of its own."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from kuaichu.law import QUESTIONS, engine
from kuaichu.law.engine import Law
from kuaichu.law.interface import screen
from kuaichu.law.national import calendar

ROOT = Path(engine.__file__).parent
CASES = yaml.safe_load((ROOT / "examples/screening/online.yaml").read_text("utf-8"))
GOOD = {
    question.code: "yes" if question.code in {"movable", "licence", "plate", "marks", "agreed"} else "no"
    for question in QUESTIONS
}


def law_with(settings, root: Path) -> Law:
    """The real law, with a city that sets what the case says."""
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns("tests", "examples", "*.py", "__pycache__"))
    rows = {f"fasttrack.{key}": [{"amount": amount}] for key, amount in settings.items()}
    content = {
        "defaults": {"since": "@", "checked_on": "@", "source": "demo_rules", "certainty": "design"},
        "values": rows,
    }
    text = yaml.safe_dump(content, allow_unicode=True).replace("'@'", "2018-05-01")
    (root / "places/339900/screening.yaml").write_text(text, "utf-8")
    return Law(root)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case, tmp_path, monkeypatch):
    if case.get("settings"):
        there = law_with(case["settings"], tmp_path / "law")
        monkeypatch.setattr("kuaichu.law.engine.the_law", lambda: there)
    answer = screen(
        {
            "on": "2026-03-02",
            "place": case.get("place", "339900"),
            "answers": GOOD | case.get("answers", {}),
            "facts": case.get("facts", {}),
        }
    )
    expect = case["expect"]
    assert answer["complete"]
    told = answer | {"reasons": [reason["code"] for reason in answer["reasons"]]}
    keys = {"track", "path", "clear_scene", "calls", "reasons", "procedure", "online"} & set(expect)
    assert {key: told[key] for key in keys} == {key: expect[key] for key in keys}
    assert [reason["code"] for reason in answer["not_online"]] == expect.get("not_online", [])
    for reason in (*answer["reasons"], *answer["not_online"]):
        assert reason["zh"]
        assert reason["articles"]


def test_every_exclusion_and_every_setting_has_a_case():
    assert {case["name"].split()[0] for case in CASES} >= {f"X{number}" for number in range(1, 16)}
    shown = {key for case in CASES for key in case.get("settings", {})}
    keys = {key.removeprefix("fasttrack.") for key in engine.the_law().definitions if key.startswith("fasttrack.")}
    assert keys - shown == {"leave_fine"}


def test_hours_hold_on_days_whose_calendar_is_not_announced_yet(tmp_path, monkeypatch):
    there = law_with({"workdays_only": True, "hours": "09:00-17:00"}, tmp_path / "law")
    monkeypatch.setattr("kuaichu.law.engine.the_law", lambda: there)
    year = calendar.last_year() + 1
    monday = next(date(year, 3, day) for day in range(1, 8) if date(year, 3, day).weekday() == 0)
    asked = {"on": "2026-03-02", "place": "339900", "answers": GOOD}
    told = [
        screen(asked | {"facts": {"at": f"{day}T{hour}:00:00+08:00"}})["online"]
        for day, hour in ((monday, "10"), (monday, "20"), (monday - timedelta(days=1), "10"))
    ]
    assert told == [True, False, False]


def test_a_suspected_crime_needs_no_more_questions():
    answer = screen({"on": "2026-03-02", "place": "330600", "facts": {"crime_suspected": True}})
    assert (answer["track"], answer["next_question"], answer["path"]) == ("keep_scene", None, "police")
    assert [reason["code"] for reason in answer["reasons"]] == ["crime"]


def test_a_fact_about_injury_answers_the_question():
    answer = screen({"on": "2026-03-02", "place": "330600", "facts": {"injury": "slight"}})
    assert (answer["track"], answer["calls"]) == ("keep_scene", ["120", "122"])
