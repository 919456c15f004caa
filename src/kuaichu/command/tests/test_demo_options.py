"""What `./kuaichu demo` starts, and at which pace its city lives."""

from types import SimpleNamespace

import pytest

from kuaichu.command import demo
from kuaichu.command.cli import parser
from kuaichu.command.processes import demo_processes


def test_the_command_switches_life_off_and_sets_its_pace():
    names = {process.name: process.argv for process in demo_processes(8000, pace=2.5)}
    assert names["life"][-2:] == ("--pace", "2.5")
    assert "life" not in {process.name for process in demo_processes(8000)}
    assert parser().parse_args(["demo", "--pace", "0"]).pace == 0
    with pytest.raises(SystemExit):
        parser().parse_args(["demo", "--pace", "11"])


@pytest.fixture
def prepared(tmp_path, monkeypatch):
    """How often the data were prepared, for a home whose database is there."""
    (tmp_path / "kuaichu.sqlite3").touch()
    monkeypatch.setenv("KUAICHU_ORIGIN", "http://127.0.0.1:8000")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    ran: list[list[str]] = []

    def run(command: list[str], check: bool) -> SimpleNamespace:
        ran.append(command)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(demo.subprocess, "run", run)
    return tmp_path, ran


def test_a_second_start_prepares_nothing_until_something_has_changed(prepared, monkeypatch):
    home, ran = prepared
    for _ in range(2):
        assert demo._prepare(home, is_seeded=True) == 0
    assert len(ran) == 1
    assert (home / "origin").read_text() == "http://127.0.0.1:8000"
    demo._prepare(home, is_seeded=False)
    assert len(ran) == 2, "other data were asked for"
    demo._prepare(home, is_seeded=False)
    assert len(ran) == 2
    (home / "kuaichu.sqlite3").unlink()
    demo._prepare(home, is_seeded=False)
    assert len(ran) == 3, "the database is gone"
    monkeypatch.setattr(demo, "_fingerprint", lambda *, is_seeded: "another version")
    (home / "kuaichu.sqlite3").touch()
    demo._prepare(home, is_seeded=False)
    assert len(ran) == 4
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere")
    demo._prepare(home, is_seeded=False)
    assert len(ran) == 5, "another database may be any"
