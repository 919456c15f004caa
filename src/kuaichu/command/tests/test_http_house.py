"""What is killed comes back, what ends by itself is started again and counted, and the end leaves nothing running."""

import os
import signal
from itertools import pairwise
from pathlib import Path

import pytest

from kuaichu.command import http_house, wrong_clock
from kuaichu.command.http_house import CLOCK_WRONG_AT_MOST_S, HttpHouse, free_port
from kuaichu.command.tests.test_processes import is_alive, until

SLEEPER = ("/bin/sh", "-c", "sleep 300 & wait")


@pytest.fixture
def house(tmp_path: Path, monkeypatch):
    """Its web and worker only sleep."""
    monkeypatch.setattr(HttpHouse, "_is_whole", lambda *_: True)
    monkeypatch.setattr(http_house, "NURSE_EVERY_S", 0.02)
    one = HttpHouse(tmp_path, port=free_port(), workers=1, has_wrong_clock=True)
    one._commands = dict.fromkeys(one._commands, SLEEPER)
    return one


def pids(house: HttpHouse) -> dict[str, int]:
    return {name: process.pid for name, process in dict(house._running).items()}


def test_what_ends_by_itself_is_started_again_and_counted(house):
    with house.serving():
        before = pids(house)
        os.killpg(before["worker"], signal.SIGKILL)
        assert until(lambda: house.ended["worker"] == 1 and "worker" in pids(house))
        after = pids(house)
        assert (after["web"] == before["web"], after["worker"] == before["worker"]) == (True, False)
    assert not any(is_alive(pid) for pid in (*before.values(), *after.values()))
    assert "ended by itself: worker 1" in house.told(is_bad=False)


@pytest.mark.parametrize(
    ("fault", "hit"), [("kill_web", {"web"}), ("kill_worker", {"worker"}), ("kill_all", {"web", "worker"})]
)
def test_what_is_killed_comes_back_and_does_not_count_as_ended(house, fault, hit):
    with house.serving():
        before = pids(house)
        house.suffer(fault)
        after = pids(house)
        assert {name for name in after if after[name] != before[name]} == hit
        assert not any(is_alive(before[name]) for name in hit)
        assert not house.ended


def test_the_clock_goes_wrong_both_ways_but_never_too_far(house, tmp_path):
    seen = [0.0]
    for _ in range(20):
        house.suffer("clock_jump")
        seen.append(float((tmp_path / wrong_clock.NAME).read_text()))
    steps = [after - before for before, after in pairwise(seen)]
    assert min(steps) < 0 < max(steps)
    assert -min(steps) <= house.clock_back_s
    assert max(seen) <= CLOCK_WRONG_AT_MOST_S


def test_only_a_database_of_our_own_is_killed(house):
    assert "kill_database" not in house.faults
    assert "kill_all" in house.faults


def test_after_a_bad_run_the_logs_are_told_but_not_who_was_asked_to_wait(house, tmp_path):
    (tmp_path / "web.log").write_text("a bug\nOperationalError: asked to wait\n")
    (tmp_path / "worker.log").write_text("")
    told = house.told(is_bad=True)
    assert "a bug" in told
    assert "asked to wait" not in told
    assert house.told(is_bad=False) == ""
