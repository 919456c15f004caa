"""A simulated city's clock is as wrong as a file says, and right without one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kuaichu import clock
from kuaichu.command.wrong_clock import set_from


@pytest.fixture(autouse=True)
def _right_again():
    yield
    clock.be_wrong_by(timedelta(0))


def off_by() -> timedelta:
    return clock.now() - datetime.now(UTC)


@pytest.mark.parametrize("seconds", [40.0, -25.0, 0.0])
def test_the_clock_is_wrong_by_what_the_file_says(seconds, tmp_path: Path):
    (tmp_path / "clock").write_text(f"{seconds}")
    set_from(tmp_path / "clock")
    assert abs(off_by() - timedelta(seconds=seconds)) < timedelta(seconds=5)


def test_without_a_file_it_stays_as_it_is(tmp_path: Path):
    set_from(tmp_path / "clock")
    assert abs(off_by()) < timedelta(seconds=5)
