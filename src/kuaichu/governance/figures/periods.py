"""Periods of civil days in China, and what each is compared with."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kuaichu import clock
from kuaichu.errors import Refused
from kuaichu.governance.states import BulletinKind

ONE_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Period:
    """From the beginning of `first_on` to the end of `last_on`, both in China's civil time."""

    first_on: date
    last_on: date

    def __post_init__(self) -> None:
        if self.last_on < self.first_on:
            raise Refused("period.backwards", "结束日期不能早于开始日期")

    @property
    def since(self) -> datetime:
        return _midnight(self.first_on)

    @property
    def until(self) -> datetime:
        """The first moment after the period."""
        return _midnight(self.last_on + timedelta(days=1))

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days + 1

    @property
    def is_month(self) -> bool:
        """Whether it is one whole calendar month."""
        return self == month_of(self.first_on)

    def a_year_before(self) -> "Period":
        """同比: the same dates of the year before; a whole month stays whole (February of a leap year)."""
        if self.is_month:
            return month_of(self.first_on.replace(year=self.first_on.year - 1))
        return Period(_year_before(self.first_on), _year_before(self.last_on))

    def previous(self) -> "Period":
        """环比: the calendar month before a month; before anything else the same number of days."""
        last = self.first_on - timedelta(days=1)
        return month_of(last) if self.is_month else Period(last - timedelta(days=self.days - 1), last)


def day_of(day: date) -> Period:
    return Period(day, day)


def week_of(day: date) -> Period:
    """Monday to Sunday."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + ONE_WEEK - timedelta(days=1))


def month_of(day: date) -> Period:
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def period_of(kind: str, day: date) -> Period:
    """The day, week or month in which `day` lies."""
    return {BulletinKind.DAY: day_of, BulletinKind.WEEK: week_of, BulletinKind.MONTH: month_of}[BulletinKind(kind)](day)


def _year_before(day: date) -> date:
    last = monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=clock.BEIJING)
