"""The documents say what is so: links lead somewhere, both READMEs name the same, rooms and events exist."""

import re
from pathlib import Path

import pytest

from tests.style import reading

ROOT = reading.ROOT
ROOMS = ROOT / "src" / "kuaichu"
LONGEST_ROOM_README = 15
MOST_PICTURE_BYTES = 120 * 1024
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "src/**/*.md", "bench/*.md", "deploy/*.md")
    for path in ROOT.glob(pattern)
    if ".venv" not in path.parts
)
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
_COMMAND = re.compile(r"\./kuaichu [a-z-]+")
_EVENT = re.compile(r"\b([a-z_]+\.[a-z]+)\b")
_ACTION = re.compile(r"`(calls|cases|dossier|liability|claims|records|governance)\.([a-z_]+)`")


def links(text: str) -> list[str]:
    """Relative targets of a document, without the part after #."""
    found = [first or second for first, second in _LINK.findall(text)]
    return [link.partition("#")[0] for link in found if not re.match(r"[a-z]+:|#|/", link)]


def broken(path: Path) -> list[str]:
    return [link for link in links(path.read_text()) if not (path.parent / link).exists()]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_lead_somewhere(path):
    assert broken(path) == []


def test_both_readmes_name_the_same():
    english, chinese = ((ROOT / name).read_text() for name in ("README.md", "README.zh-CN.md"))
    other = {"README.md", "README.zh-CN.md"}
    assert _COMMAND.findall(english) == _COMMAND.findall(chinese)
    assert [link for link in links(english) if link not in other] == [
        link for link in links(chinese) if link not in other
    ]


def test_named_commands_exist():
    from kuaichu.command.cli import parser

    known = set(parser()._subparsers._group_actions[0].choices)
    named = {name.split()[1] for path in DOCUMENTS for name in _COMMAND.findall(path.read_text())}
    assert {name for name in named if not name.startswith("-")} <= known


def test_every_room_says_in_fifteen_lines_what_it_is():
    rooms = [path.parent for path in ROOMS.glob("*/__init__.py") if path.parent.name not in ("sqlite", "locale")]
    lines = {room.name: len((room / "README.md").read_text().splitlines()) for room in rooms}
    assert len(lines) >= 10
    assert {name: count for name, count in lines.items() if count > LONGEST_ROOM_README} == {}


def test_the_journey_names_real_actions_and_events():
    rows = [line.split("|") for line in (ROOT / "docs/JOURNEY.md").read_text().splitlines() if line.startswith("| ")]
    rooms = ("calls", "cases", "dossier", "liability", "claims", "records", "governance")
    code = {room: _python(ROOMS / room) for room in rooms}
    actions = [found for row in rows for found in _ACTION.findall(row[3])]
    events = {name for row in rows for name in _EVENT.findall(row[4])}
    assert len(actions) > 20
    assert [f"{room}.{verb}" for room, verb in actions if f"def {verb}(" not in code[room]] == []
    assert {name for name in events if f'"{name}"' not in "".join(code.values())} == set()


def _python(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.rglob("*.py") if "tests" not in path.parts)


def test_pictures_are_small():
    pictures = list((ROOT / "docs" / "images").glob("*.png"))
    assert len(pictures) >= 6
    assert [path.name for path in pictures if path.stat().st_size > MOST_PICTURE_BYTES] == []


def test_a_broken_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text('[a](page.md#there) [b](gone.md) <img src="gone.png"> [c](https://example.org/x) [d](/verify/)')
    assert broken(page) == ["gone.md", "gone.png"]
