"""The worker's database is away when it starts, or goes away while it works: it waits, and goes on by itself."""

import pytest
from django.db import OperationalError

from kuaichu import worker


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(worker, "AFTER_FAULT_SECONDS", 0.01)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    monkeypatch.setattr(worker.connection, "close", lambda: None)


class Away:
    """Fails so many times, then answers; `then` is called with the answer."""

    def __init__(self, times: int, then) -> None:
        self.left, self.calls, self._then = times, 0, then

    def __call__(self) -> int:
        self.calls += 1
        if self.calls <= self.left:
            raise OperationalError("connection refused")
        self._then()
        return 0


def test_a_worker_that_is_there_before_its_database_waits_for_it(monkeypatch):
    one = worker.Worker()
    away = Away(3, lambda: None)
    monkeypatch.setattr(worker, "_warm_up", away)
    one._get_ready()
    assert away.calls == 4


def test_a_worker_that_waits_leaves_when_it_is_told(monkeypatch):
    one = worker.Worker()
    one.stop()
    away = Away(10**9, lambda: None)
    monkeypatch.setattr(worker, "_warm_up", away)
    one._get_ready()
    assert away.calls == 0


def test_a_worker_whose_database_goes_away_works_on_when_it_is_back():
    one = worker.Worker()
    away = Away(3, one.stop)
    one._lane(away)
    assert away.calls == 4


def test_a_bug_at_the_start_is_no_reason_to_wait(monkeypatch):
    def broken() -> None:
        raise ValueError

    monkeypatch.setattr(worker, "_warm_up", broken)
    with pytest.raises(ValueError):
        worker.Worker()._get_ready()
