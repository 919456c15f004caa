"""What `./kuaichu test` runs, and what it says of it."""

import argparse
from pathlib import Path

import pytest

from kuaichu.command import checks

POSTGRES = "postgresql://kuaichu@127.0.0.1/kuaichu"


def test_both_databases_get_the_callers_arguments(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KUAICHU_TEST_DATABASE_URL", POSTGRES)
    found = {stage.name: stage for stage in checks.stages(["-k", "claims"], is_fast=True)}
    assert found["SQLite"].arguments[-2:] == ("-k", "claims")
    assert found["PostgreSQL"].arguments[-2:] == ("-k", "claims")
    assert found["PostgreSQL"].env == {"DATABASE_URL": POSTGRES}
    assert "skipped" in found["浏览器 browser"].skipped


def test_stages_do_not_see_the_callers_database(monkeypatch: pytest.MonkeyPatch):
    for name in ("DATABASE_URL", "KUAICHU_HOME", "KUAICHU_DEMO", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, "mine")
    assert "mine" not in checks._environment(checks.Stage(name="x")).values()


def test_a_failed_stage_hides_no_later_one(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    stages = [
        checks.Stage(name="first", arguments=("-c", "raise SystemExit(2)")),
        checks.Stage(name="second", arguments=("-c", "print('second ran')")),
        checks.Stage(name="third", skipped="no browser"),
    ]
    monkeypatch.setattr(checks, "stages", lambda more, is_fast: stages)
    assert checks.run(argparse.Namespace(rest=[], fast=False)) == 1
    printed = capfd.readouterr().out
    assert "second ran" in printed
    assert printed.splitlines()[-1].startswith("✗ 没有通过 · failed: first ")
    assert "third  0 s  no browser" in printed


def test_the_browser_is_the_one_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    named = tmp_path / "browser"
    named.touch()
    monkeypatch.setenv("KUAICHU_CHROMIUM", str(named))
    assert checks.find_browser() == str(named)
