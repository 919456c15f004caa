"""A simulated city leaves nothing behind: no folder, no process, no database server, however its run ends."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from kuaichu.command.http_house import free_port
from kuaichu.command.private_postgres import PrivatePostgres, programs
from kuaichu.command.tests.test_processes import SOURCE, is_alive, until
from kuaichu.command.watching import watched

PATIENCE_S = 60  # on a busy machine
PROGRAM = """
import argparse, os, time
from kuaichu.command import city_home, simulating

def lives(options):
    print(options.home, options.server.pid if options.server else 0, flush=True)
    time.sleep(60)

simulating.run = lives
city_home.run(argparse.Namespace(plan=False, speed="http", faults="none", home=None, database={database!r}))
"""


def has_server() -> bool:
    try:
        programs()
    except SystemExit:
        return False
    return True


needs_server = pytest.mark.skipif(not has_server(), reason="no PostgreSQL server here")
ENDS = [
    (signal.SIGTERM, "sqlite"),
    (signal.SIGINT, "sqlite"),
    pytest.param(signal.SIGTERM, "postgresql", marks=needs_server),
    pytest.param(signal.SIGKILL, "postgresql", marks=needs_server),
]


@pytest.fixture
def folder():
    """So that a server that runs as another user can reach it: pytest closes its own folders whenever a run starts."""
    with tempfile.TemporaryDirectory(prefix="kuaichu-test-", ignore_cleanup_errors=True) as name:
        os.chmod(name, 0o755)
        yield Path(name)


@pytest.mark.parametrize(("number", "database"), ENDS)
def test_nothing_is_left_of_an_interrupted_run(number, database, folder):
    env = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    city = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(database=database)],
        env=env | {"PYTHONPATH": str(SOURCE), "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert city.stdout is not None
    home, server = city.stdout.readline().split()
    assert Path(home).is_dir()
    city.send_signal(number)
    city.wait(PATIENCE_S)
    assert until(
        lambda: not Path(home).parent.exists() and not (int(server) and is_alive(int(server))), limit_s=PATIENCE_S
    )
    assert until(lambda: list(folder.iterdir()) == [], limit_s=PATIENCE_S)


@needs_server
def test_a_killed_server_keeps_what_it_acknowledged(folder):
    with watched() as dog:
        server = PrivatePostgres(folder / "database", port=free_port(), dog=dog)
        try:
            server.start()
            server.wait_until_ready()
            with psycopg.connect(server.url) as wire:
                assert settings_of(wire) == {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
                wire.execute("CREATE TABLE kept (number int)")
                wire.execute("INSERT INTO kept VALUES (7)")
                wire.commit()
                wire.execute("INSERT INTO kept VALUES (8)")
                before = server.pid
                server.kill()
                assert not is_alive(before)
                with pytest.raises(psycopg.OperationalError):
                    wire.commit()
            server.start()
            server.wait_until_ready()
            with psycopg.connect(server.url) as wire:
                assert wire.execute("SELECT number FROM kept").fetchall() == [(7,)]
        finally:
            server.stop()
        assert server.has_ended


def settings_of(wire: "psycopg.Connection[tuple[str, str]]") -> dict[str, str]:
    names = ["fsync", "synchronous_commit", "full_page_writes"]
    return dict(wire.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [names]).fetchall())


def test_without_a_server_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("kuaichu.command.private_postgres.sorted", lambda *_, **__: [], raising=False)
    monkeypatch.setattr("kuaichu.command.private_postgres.shutil.which", lambda _: None)
    with pytest.raises(SystemExit) as missing:
        programs()
    assert "apt install postgresql" in str(missing.value)
