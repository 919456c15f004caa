"""What docs/LAW.md says of unsure facts is what `./kuaichu law check` finds."""

import re
from datetime import date
from pathlib import Path

from kuaichu.law import upkeep

DOCUMENT = Path(__file__).parents[4] / "docs" / "LAW.md"


def test_the_document_lists_every_value_that_rests_on_an_unsure_fact():
    section = DOCUMENT.read_text().split("## What rests on unsure facts")[1].split("\n## ")[0]
    listed: set[tuple[str, str]] = set()
    for row in re.findall(r"^\| (`.+?) \| (.+) \|$", section, re.MULTILINE):
        names = re.findall(r"`([^`]+)`", row[0])
        stem = names[0].rpartition(".")[0]
        keys = [name if not name.startswith(".") else stem + name for name in names]
        places = re.findall(r"\b\d{6}\b", row[1]) + (["000000"] if "nation" in row[1] else [])
        listed |= {(key, place) for key in keys for place in places}
    assert listed == {(value.key, value.place) for value in upkeep.check(date(2026, 11, 22)).unsure}


def test_everything_fits():
    assert upkeep.check(date(2026, 11, 22)).problems == ()
