"""The one clock. Everything that asks for the time asks here, so a test moves the clock instead of patching it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")

TICK = timedelta(microseconds=1)

_offset = timedelta(0)
_standing: datetime | None = None


def now() -> datetime:
    """The present moment, aware, UTC."""
    global _standing
    if _standing is None:
        return datetime.now(UTC) + _offset
    _standing += TICK
    return _standing + _offset


def today() -> date:
    """The present day in China's civil time."""
    return local_day(now())


def local_day(moment: datetime) -> date:
    """The civil day in China on which `moment` (aware) falls."""
    return moment.astimezone(BEIJING).date()


def jump_to(moment: datetime) -> None:
    """From now on the clock of this process stands at `moment` (aware) until it is moved again; each question moves it
    by a microsecond, so that what comes later is later (a simulated city only: the same run shows the same moments)."""
    global _standing
    _standing = moment.astimezone(UTC) - _offset


def be_wrong_by(delta: timedelta) -> None:
    """From now on the clock of this process is off by `delta` (a simulated city only)."""
    global _offset
    _offset = delta


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
