"""Every event that a case's journal can hold has words at the desk."""

import re
from pathlib import Path

import kuaichu
from kuaichu.web.police.steps import step

ROOMS = ("cases", "dossier", "liability", "claims", "records")
RECORDED = re.compile(r"record\(\s*\"([a-z_]+\.[a-z_]+)\"")


def test_no_event_is_shown_by_its_name():
    root = Path(kuaichu.__file__).parent
    files = [path for room in ROOMS for path in (root / room).rglob("*.py") if "tests" not in path.parts]
    names = {name for path in files for name in RECORDED.findall(path.read_text("utf-8"))}
    assert len(names) > 40, "the sources are read as they are written"
    assert {name for name in names if step(name) == name} == set()
