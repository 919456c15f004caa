"""Who is on duty when: shifts over the hours of the day, more of them where more happens."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.city import BY_HOUR, CHINA

DAY_H = 24
BEGINNINGS = (8, 16, 0)  # of the shifts of eight hours
LONG = ((8, 12), (20, 12))  # two people share a day


@dataclass(frozen=True)
class Shift:
    """On duty from `start` (hour of the day in China) for so many `hours`."""

    start: int
    hours: int

    def off_s(self, now: datetime) -> float:
        """Seconds until duty begins; 0 while on duty."""
        return 0.0 if self._since(now) < timedelta(hours=self.hours) else self._until_next(now)

    def left_s(self, now: datetime) -> float:
        """Seconds until the end of the duty that runs; infinite where one follows the other."""
        if self.hours >= DAY_H:
            return float("inf")
        return max((timedelta(hours=self.hours) - self._since(now)).total_seconds(), 0.0)

    def _since(self, now: datetime) -> timedelta:
        """Time since the last beginning."""
        here = now.astimezone(CHINA)
        return timedelta(hours=(here.hour - self.start) % DAY_H, minutes=here.minute, seconds=here.second)

    def _until_next(self, now: datetime) -> float:
        return (timedelta(hours=DAY_H) - self._since(now)).total_seconds()


ALWAYS = Shift(0, DAY_H)


def shifts(people: int) -> list[Shift]:
    """One shift each: one person is always there, two take half a day, more have eight hours; somebody is always on
    duty, and each further one comes when there is most to do for each of those who are there."""
    if people < len(BEGINNINGS):
        return [ALWAYS] * people if people < len(LONG) else [Shift(*each) for each in LONG]
    load = {start: sum(BY_HOUR[(start + hour) % DAY_H] for hour in range(8)) for start in BEGINNINGS}
    there = dict.fromkeys(BEGINNINGS, 1)
    for _ in range(people - len(BEGINNINGS)):
        there[max(BEGINNINGS, key=lambda start: load[start] / there[start])] += 1
    return [Shift(start, 8) for start in BEGINNINGS for _ in range(there[start])]
