"""All 101 scenario rows of the lists, asked as JSON, at every date on which anything changes."""

from datetime import date
from pathlib import Path

import pytest

from kuaichu.law.engine import the_law
from kuaichu.law.interface import decide
from kuaichu.law.reading import read_mapping

ROWS = read_mapping(Path(__file__).parents[1] / "examples" / "scenarios.yaml")
FIRST, LAST = date(2018, 8, 15), date(2026, 11, 22)
DAYS = [FIRST, *(day for day in the_law().change_days() if day > FIRST), LAST]


def asked(row, on):
    parties = []
    for letter in ("A", "B", "C"):
        if letter in row:
            fields = row[letter] if isinstance(row[letter], dict) else {"do": row[letter]}
            parties.append(
                {
                    "id": letter,
                    "kind": fields.get("kind", "motor"),
                    "behaviours": fields.get("do", []),
                    "special": fields.get("special", []),
                }
            )
    names = ("hitter", "hit", "order", "parts")
    return {
        "on": on.isoformat(),
        "place": row.get("place", "330600"),
        "parties": parties,
        "impacts": [dict(zip(names, impact, strict=False)) for impact in row.get("impacts", [])],
        "facts_found": row.get("found", True),
    }


def test_every_row_is_there():
    plain = {code.split("@")[0].rstrip("+") for code in ROWS}
    numbers = {"A": 56, "B": 17, "C": 22, "D": 6}
    assert plain == {f"{letter}{n:02}" for letter, most in numbers.items() for n in range(1, most + 1)}
    assert len(plain) == 101


@pytest.mark.parametrize("code", ROWS)
def test_scenario(code):
    row = ROWS[code]
    for on in DAYS:
        answer = decide(asked(row, on))
        if isinstance(row["expect"], dict):
            assert (answer["liability"], answer["officer_decides"]) == (row["expect"], False), on
            assert answer["steps"]
            assert answer["steps"][-1]["articles"]
        elif row["expect"] == "separate":
            assert (answer["liability"], answer["officer_decides"]) == (None, False), on
        else:
            assert (answer["liability"], answer["officer_decides"]) == (None, True), on
            assert answer["reason"]["code"] == row["expect"]
        if "accidents" in row:
            assert [part["liability"] for part in answer["accidents"]] == row["accidents"]
        if "compensation" in row:
            assert answer["compensation_percent"] == row["compensation"]


def test_a_part_that_two_accidents_damaged_is_for_an_officer():
    parts = decide(asked(ROWS["D02+"], LAST))["damaged_parts"]
    assert parts == [{"party": "A", "part": "rear", "impacts": [1, 3], "liability": None}]


def test_each_part_is_answered_for_by_its_own_accident():
    parts = {(row["party"], row["part"]): row["liability"] for row in decide(asked(ROWS["D03"], LAST))["damaged_parts"]}
    assert parts == {
        ("A", "rear"): {"A": "none", "B": "full"},
        ("B", "front"): {"A": "none", "B": "full"},
        ("B", "rear"): {"B": "none", "C": "full"},
        ("C", "front"): {"B": "none", "C": "full"},
    }
