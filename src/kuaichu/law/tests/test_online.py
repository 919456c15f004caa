"""Procedure and online track: every exclusion, and every setting of a city, on a law of its own."""

import shutil
from pathlib import Path

import pytest
import yaml

from kuaichu.law import QUESTIONS, engine
from kuaichu.law.engine import Law
from kuaichu.law.interface import screen

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
    assert {key: answer[key] for key in ("track", "procedure", "online") if key in expect} == {
        key: expect[key] for key in ("track", "procedure", "online") if key in expect
    }
    assert [reason["code"] for reason in answer["not_online"]] == expect.get("not_online", [])
    for reason in (*answer["reasons"], *answer["not_online"]):
        assert reason["zh"]
        assert reason["articles"]


def test_every_exclusion_and_every_setting_has_a_case():
    assert {case["name"].split()[0] for case in CASES} >= {f"X{number}" for number in range(1, 16)}
    shown = {key for case in CASES for key in case.get("settings", {})}
    keys = {key.removeprefix("fasttrack.") for key in engine.the_law().definitions if key.startswith("fasttrack.")}
    assert keys - shown == {"leave_fine"}


def test_a_fact_about_injury_answers_the_question():
    answer = screen({"on": "2026-03-02", "place": "330600", "facts": {"injury": "slight"}})
    assert (answer["track"], answer["calls"]) == ("keep_scene", ["120", "122"])
