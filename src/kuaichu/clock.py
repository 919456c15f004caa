"""The one clock. Everything that asks for the time asks here, so a test moves the clock instead of patching it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")

_offset = timedelta(0)


def now() -> datetime:
    """The present moment, aware, UTC."""
    return datetime.now(UTC) + _offset


def today() -> date:
    """The present day in China's civil time."""
    return local_day(now())


def local_day(moment: datetime) -> date:
    """The civil day in China on which `moment` (aware) falls."""
    return moment.astimezone(BEIJING).date()


def jump_to(moment: datetime) -> None:
    """Let the clock of this process show `moment` (aware) now and run on from there (a simulated city only)."""
    global _offset
    _offset = moment - datetime.now(UTC)


@contextmanager
def moved_by(delta: timedelta) -> Iterator[None]:
    """Move the clock of this process by `delta` for the length of the block (tests only)."""
    global _offset
    before = _offset
    _offset = before + delta
    try:
        yield
    finally:
        _offset = before


@contextmanager
def moved_to(moment: datetime) -> Iterator[None]:
    """Move the clock of this process so that it starts at `moment` (aware) for the length of the block (tests only)."""
    with moved_by(moment - now()):
        yield
