"""`./kuaichu bench`: which programs a name means, and measuring without the peers."""

import pytest

from kuaichu.command import peers
from kuaichu.command.benches import chosen
from kuaichu.command.locks import without_the_product

PROGRAMS = ["analysis_heat", "analysis_scan", "law", "lawless"]


@pytest.mark.parametrize(
    ("only", "names"),
    [
        (None, PROGRAMS),
        ("law", ["law"]),
        ("analysis", ["analysis_heat", "analysis_scan"]),
        ("analysis_scan", ["analysis_scan"]),
        ("ana", []),
        ("nothing", []),
    ],
)
def test_a_name_is_a_program_or_the_beginning_of_some(only, names):
    assert chosen(PROGRAMS, only) == names


def test_peers_are_installed_once_and_again_when_the_lock_changes(tmp_path, monkeypatch):
    asked = []

    def install(command, **_):
        asked.append(command)
        (tmp_path / "peers").mkdir(exist_ok=True)
        return type("Done", (), {"returncode": 0})

    lock = tmp_path / "bench.lock"
    lock.write_text("one==1\n")
    monkeypatch.setattr(peers, "LOCK", lock)
    monkeypatch.setattr(peers, "FOLDER", tmp_path / "peers")
    monkeypatch.setattr(peers.subprocess, "run", install)
    assert [peers.ensure(), peers.ensure()] == [True, True]
    lock.write_text("one==2\n")
    assert peers.ensure()
    assert len(asked) == 2
    assert "--no-deps" in asked[0]


@pytest.mark.parametrize("is_missing", [True, False])
def test_without_a_network_it_goes_on_without_peers(tmp_path, monkeypatch, capsys, is_missing):
    def fail(command, **_):
        if is_missing:
            raise FileNotFoundError(command[0])
        return type("Done", (), {"returncode": 2})

    monkeypatch.setattr(peers, "FOLDER", tmp_path / "peers")
    monkeypatch.setattr(peers.subprocess, "run", fail)
    assert not peers.ensure()
    assert "measuring without them" in capsys.readouterr().out


def test_the_peers_lock_leaves_out_what_the_product_has():
    left_out = without_the_product()[1::2]
    assert {"numpy", "scipy", "psycopg", "duckdb"} <= set(left_out)
    written = peers.LOCK.read_text("utf-8")
    assert not any(line.split("==")[0] in left_out for line in written.splitlines() if "==" in line)
    assert "http" not in written
