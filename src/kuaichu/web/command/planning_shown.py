"""A plan in words and rows: what the page, the workbook and the CSV show of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kuaichu import clock
from kuaichu.governance import planning
from kuaichu.governance.models import Run
from kuaichu.web.command import planning_chart
from kuaichu.web.command.charts import WEEKDAYS
from kuaichu.web.command.planning_words import BEHIND, GROUP_NAMES, NAMES, Fact, Words, fact_of, number

HOURS = 24
IDLE_BELOW = 0.25  # of their time: then it is not the work that decides how many


@dataclass(frozen=True, kw_only=True)
class Hour:
    """One row of the day's table; shares of one, None where there is nothing."""

    label: str
    count: int
    rate: float
    seats: dict[str, Any]
    riders: dict[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class Day:
    """One weekday: its table and the charts of need and shifts."""

    number: int
    name: Words
    hours: list[Hour]
    seats_chart: SafeString
    riders_chart: SafeString | None


@dataclass(frozen=True, kw_only=True)
class Shift:
    """So many people begin at one hour on some days."""

    days: Words
    since: str
    until: str
    is_next_day: bool
    people: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A run's settings and answer, read for people."""

    run: Run
    settings: Mapping[str, Any]
    answer: Mapping[str, Any]

    @cached_property
    def known(self) -> Mapping[str, Any]:
        return dict(self.settings["known"])

    @property
    def seats(self) -> Mapping[str, Any]:
        return dict(self.answer["seats"])

    @property
    def riders(self) -> Mapping[str, Any] | None:
        return self.answer["riders"]

    @cached_property
    def given(self) -> dict[str, str]:
        """What was typed, for the form."""
        typed = {
            name: number(field.shown(self.known[name]["value"]))
            for name, field in planning.BY_NAME.items()
            if self.known[name]["source"] == "given"
        }
        categories = self.run.settings["calls"]["categories"]
        return typed | {
            "first": self.settings["asked_first"],
            "last": self.settings["asked_last"],
            "category": categories[0] if categories else "all",
            "pattern": self.settings["pattern"],
        }

    @property
    def first_on(self) -> date:
        return clock.local_day(self.run.since)

    @property
    def last_on(self) -> date:
        return clock.local_day(self.run.until - timedelta(seconds=1))

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days + 1

    @property
    def a_day(self) -> float:
        """Accidents a day that are planned for."""
        return float(sum(sum(row) for row in self.answer["rates"]) / len(self.answer["rates"]))

    @property
    def is_shortened(self) -> bool:
        """Whether fewer days were counted than asked for."""
        asked = (self.settings["asked_first"], self.settings["asked_last"])
        return asked != (f"{self.first_on}", f"{self.last_on}")

    @property
    def minutes(self) -> dict[str, str]:
        """Figures in the page's units, for sentences."""
        return {name: number(field.shown(self.known[name]["value"])) for name, field in planning.BY_NAME.items()}

    @property
    def is_possible(self) -> bool:
        return self._is_possible(self.seats) and (self.riders is None or self._is_possible(self.riders))

    @property
    def has_seats(self) -> bool:
        """Whether anything is handled online."""
        return self.seats["share_mean"] is not None

    @property
    def has_riders(self) -> bool:
        return self.riders is not None and self.riders["share_mean"] is not None

    @property
    def seats_possible(self) -> bool:
        return self._is_possible(self.seats)

    @property
    def riders_possible(self) -> bool:
        return self.riders is not None and self._is_possible(self.riders)

    @staticmethod
    def _is_possible(crew: Mapping[str, Any]) -> bool:
        return all(all(row) for row in crew["is_possible"])

    @property
    def seats_vary(self) -> bool:
        """Whether a drawing of the week shows anything."""
        return self.has_seats and _varies(self.seats)

    @property
    def riders_vary(self) -> bool:
        return self.has_riders and self.riders is not None and _varies(self.riders)

    @property
    def findings(self) -> list[str]:
        """What a leader should see first, in sentences."""
        found = []
        if self.has_seats and self.seats_possible:
            found.append(_busiest(self.seats, gettext("坐席")))
        if self.has_riders and self.riders_possible:
            assert self.riders is not None
            found.append(_busiest(self.riders, gettext("骑手")))
            if _busy(self.riders) < IDLE_BELOW:
                found.append(
                    gettext(
                        "骑手平均只有 %(busy)s 的时间在办案：人数由路程决定，不由起数决定，可以由路上巡逻的人兼任。"
                    )
                    % {"busy": f"{_busy(self.riders):.0%}"}
                )
        return found

    @property
    def now(self) -> Mapping[str, Any]:
        """What was kept in the period itself, as calls and cases say: shares of one with their counts, where known."""
        return dict(self.settings.get("now", {}))

    @property
    def seats_week(self) -> SafeString:
        return planning_chart.week(self.seats["count"], self.seats["is_possible"], gettext("每小时要几个坐席"))

    @property
    def riders_week(self) -> SafeString:
        assert self.riders is not None
        return planning_chart.week(self.riders["count"], self.riders["is_possible"], gettext("每小时要几名骑手"))

    @property
    def facts(self) -> list[Fact]:
        """Everything that the plan stands on, the city's own figures first."""
        found = [fact_of(name, self.known[name]) for name in (*NAMES, *BEHIND)]
        order = {"measured": 0, "given": 1, "assumed": 2}
        return sorted(found, key=lambda fact: order[fact.source])

    def day(self, asked: str) -> Day:
        """The weekday of that number, 0 for Monday; the one with most hours of people when it is none."""
        crews = [crew for crew in (self.seats, self.riders) if crew is not None]
        busiest = max(range(len(WEEKDAYS)), key=lambda at: sum(sum(crew["count"][at]) for crew in crews))
        at = int(asked) if asked in {str(number) for number in range(len(WEEKDAYS))} else busiest
        return Day(
            number=at,
            name=WEEKDAYS[at],
            hours=[self._hour(at, hour) for hour in range(HOURS)],
            seats_chart=self._chart(self.seats, at, gettext("坐席")),
            riders_chart=self._chart(self.riders, at, gettext("骑手")) if self.riders else None,
        )

    def _chart(self, crew: Mapping[str, Any], at: int, name: str) -> SafeString:
        roster = crew["roster"]
        said = gettext("%(who)s，%(day)s：要的人和排的人") % {"who": name, "day": WEEKDAYS[at]}
        return planning_chart.day(crew["count"][at], roster["on_duty"][at] if roster else None, said=said)

    def _hour(self, at: int, hour: int) -> Hour:
        return Hour(
            label=f"{hour:02d}:00",
            count=self.answer["counts"][at][hour],
            rate=self.answer["rates"][at][hour],
            seats=_cell(self.seats, at, hour),
            riders=_cell(self.riders, at, hour) if self.riders else None,
        )

    @property
    def seats_shifts(self) -> list[Shift]:
        return self._shifts(self.seats)

    @property
    def riders_shifts(self) -> list[Shift]:
        return self._shifts(self.riders) if self.riders else []

    def _shifts(self, crew: Mapping[str, Any]) -> list[Shift]:
        """Each starting time with how many begin, by group of days."""
        if not crew["roster"]:
            return []
        length_h = int(self.known["shift_h"]["value"])
        return [
            Shift(
                days=name,
                since=f"{hour:02d}:00",
                until=f"{(hour + length_h) % HOURS:02d}:00",
                is_next_day=hour + length_h > HOURS,
                people=people,
            )
            for name, starts in zip(GROUP_NAMES[self.settings["pattern"]], crew["roster"]["starts"], strict=True)
            for hour, people in enumerate(starts)
            if people
        ]

    @property
    def way_now(self) -> str:
        """Minutes from sending to arrival as the calls say, or nothing."""
        known = self.settings["way_s"]
        return number(known["value"] / 60) if known else ""

    @property
    def way_planned(self) -> str:
        """Minutes of the mean way with the most riders that the plan asks for."""
        if not self.riders or not self.riders_possible or not self.answer["travel_s"]:
            return ""
        stands = {int(count): seconds for count, seconds in self.answer["travel_s"].items()}
        count = max((each for each in stands if each <= self.riders["most"]), default=max(stands))
        return number(stands[count] / 60)

    @property
    def kept(self) -> float | None:
        """The share of all calls for which the plan keeps its promise, online or by arrival; None where it can't."""
        if not self.is_possible:
            return None
        crews = [crew for crew in (self.seats, self.riders) if crew and crew["share_mean"] is not None]
        calls = [sum(sum(row) for row in crew["an_hour"]) for crew in crews]
        if not sum(calls) or (self.riders is None and planning.needs_of(self.settings).online_share < 1):
            return None
        kept = sum(crew["share_mean"] * part for crew, part in zip(crews, calls, strict=True))
        return float(kept / sum(calls))

    @property
    def file_name(self) -> str:
        return gettext("警力测算 %(first)s 至 %(last)s") % {"first": self.first_on, "last": self.last_on}

    @property
    def heads(self) -> list[str]:
        heads = (
            _("星期"), _("时段"), _("警情（起）"), _("每小时（起）"), _("要坐席"), _("排坐席"), _("时限内撤离"), _("坐席忙"),
            _("平均等待（秒）"), _("要骑手"), _("排骑手"), _("时限内到场"), _("骑手忙"),
        )  # fmt: skip
        return [str(head) for head in heads]

    def rows(self) -> Iterator[list[Any]]:
        """The hours of the week, as they stand in the workbook."""
        for at, weekday in enumerate(WEEKDAYS):
            for hour in range(HOURS):
                row = self._hour(at, hour)
                seats, riders = row.seats, row.riders or dict.fromkeys(row.seats)
                yield [
                    str(weekday), row.label, row.count, round(row.rate, 3), seats["count"], seats["on_duty"],
                    _rounded(seats["share"]), _rounded(seats["busy"]), _rounded(seats["wait_s"], 1), riders["count"],
                    riders["on_duty"], _rounded(riders["share"]), _rounded(riders["busy"]),
                ]  # fmt: skip


def _cell(crew: Mapping[str, Any], at: int, hour: int) -> dict[str, Any]:
    is_possible = crew["is_possible"][at][hour]
    return {
        "count": crew["count"][at][hour] if is_possible else None,
        "on_duty": crew["roster"]["on_duty"][at][hour] if crew["roster"] else None,
        "share": crew["share"][at][hour],
        "busy": crew["busy"][at][hour] if is_possible else None,
        "wait_s": crew["wait_s"][at][hour] if is_possible else None,
        "an_hour": crew["an_hour"][at][hour],
    }


def _varies(crew: Mapping[str, Any]) -> bool:
    return len({people for row in crew["count"] for people in row}) > 1


def _busy(crew: Mapping[str, Any]) -> float:
    """The mean over the hours of the week."""
    return float(sum(sum(row) for row in crew["busy"]) / sum(len(row) for row in crew["busy"]))


def _busiest(crew: Mapping[str, Any], who: str) -> str:
    """When most are wanted; where it is the same all week, how busy the busiest are."""
    counts = {people for row in crew["count"] for people in row}
    at, hour = max(
        ((at, hour) for at in range(len(WEEKDAYS)) for hour in range(HOURS)),
        key=lambda place: (crew["count"][place[0]][place[1]], crew["an_hour"][place[0]][place[1]]),
    )
    words = {
        "who": who,
        "day": WEEKDAYS[at],
        "hour": hour,
        "count": max(counts),
        "least": min(counts),
        "busy": f"{crew['busy'][at][hour]:.0%}",
    }
    if len(counts) == 1:
        return gettext("%(who)s全周都是 %(count)d 人：最忙的%(day)s %(hour)d 时，每人也只忙 %(busy)s。") % words
    return gettext("%(who)s从 %(least)d 人到 %(count)d 人：最忙的是%(day)s %(hour)d 时，每人忙 %(busy)s。") % words


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)
