"""Periods, the working calendar, midnight in Beijing and the end of the year."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from kuaichu.clock import BEIJING
from kuaichu.law import LawError, due, engine
from kuaichu.law.national import calendar, clocks

EXAMPLES = yaml.safe_load((Path(clocks.__file__).parents[1] / "examples/clocks/periods.yaml").read_text("utf-8"))


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example['clock']} {example['started']}")
def test_worked_periods(example: dict) -> None:
    found = due(example["clock"], started_at=beijing(example["started"]).astimezone(UTC), place="330600")
    if "last" in example:
        assert found.last_on == example["last"]
        assert found.at == beijing(f"{example['last'] + timedelta(days=1)} 00:00")
    else:
        assert (found.last_on, found.at) == (None, beijing(example["at"]))
    assert found.at.utcoffset() == timedelta(0)
    assert found.is_unsure == example.get("unsure", False)


def test_one_second_over_midnight_is_another_first_day() -> None:
    before = due("review.apply", started_at=beijing("2026-03-02 23:59:59"), place="330600")
    after = due("review.apply", started_at=beijing("2026-03-03 00:00:01"), place="330600")
    assert (before.last_on, after.last_on) == (date(2026, 3, 5), date(2026, 3, 6))
    # 16:30 UTC is already the next day in Beijing.
    assert due("review.apply", started_at=datetime(2026, 3, 2, 16, 30, tzinfo=UTC), place="330600").at == after.at


def test_the_last_moment_in_words() -> None:
    found = due("review.apply", started_at=beijing("2026-03-02 10:00"), place="330600")
    assert found.text_zh == "有异议的，请在3月5日（周四）24:00前书面申请复核，只能申请一次"
    assert found.text_en.startswith("If you disagree, apply for a review in writing by the end of 5 Mar;")
    assert found.citation.zh == "《道路交通事故处理程序规定》第七十一条第一款"
    assert (found.length, found.unit, found.certainty) == (3, "working_day", "law")
    assert "1月5日（周一）24:00" in due("review.apply", started_at=beijing("2025-12-30 09:00"), place="330600").text_zh
    assert "2026年1月5日" in due("review.apply", started_at=beijing("2025-12-30 09:00"), place="330600").text_zh
    assert due("join.code", started_at=beijing("2026-03-02 23:55:10"), place="330600").text_zh.startswith(
        "加入码在3月3日 00:05前"
    )
    assert due("photos.check.target", started_at=beijing("2026-03-02 10:00:05"), place="330600").text_zh.endswith(
        "10:01:05前答复"
    )


def test_beyond_the_announced_calendar_it_is_unsure_and_says_so() -> None:
    found = due("review.apply", started_at=beijing("2026-12-30 09:00"), place="330600")
    assert found.last_on == date(2027, 1, 5)  # 31 Dec 1; 1 Jan and the weekend off; 4 Jan 2, 5 Jan 3
    assert (found.is_unsure, found.certainty) == (True, "unsure")
    assert found.text_zh.endswith("（以国务院公布的放假安排为准）")
    within = due("review.apply", started_at=beijing("2026-12-28 23:59"), place="330600")
    assert (within.last_on, within.is_unsure) == (date(2026, 12, 31), False)
    # Hours don't need the calendar, nor do days that may end on a day off.
    assert not due("signature.open", started_at=beijing("2027-03-01 09:00"), place="330600").is_unsure
    assert due("claim.limitation", started_at=beijing("2026-11-22 09:00"), place="330600").is_unsure
    assert not due("party.link", started_at=beijing("2026-12-20 09:00"), place="330600").is_unsure
    with pytest.raises(LawError, match=r"2030 must be added to calendar\.yaml"):
        due("review.apply", started_at=beijing("2029-12-31 09:00"), place="330600")


def test_refused_questions() -> None:
    moment = beijing("2026-03-02 10:00")
    with pytest.raises(LawError, match="no clock 'reviw'"):
        due("reviw", started_at=moment, place="330600")
    with pytest.raises(LawError, match="place code"):
        due("review.apply", started_at=moment, place="Shaoxing")
    with pytest.raises(LawError, match="before its first value of 2018-05-01"):
        due("review.apply", started_at=beijing("2018-04-30 23:59:59"), place="330600")
    with pytest.raises(TypeError, match="aware"):
        due("review.apply", started_at=datetime(2026, 3, 2, 10), place="330600")


def test_every_clock_runs_and_every_period_is_a_clock() -> None:
    units = {"second", "minute", "hour", "day", "working_day", "month", "year"}
    for clock in clocks.table():
        found = due(clock, started_at=beijing("2026-03-02 10:00"), place="339900")
        is_back = clocks.table()[clock].get("runs") == "back"
        assert (found.at > found.started_at) is not is_back, clock
        assert "{" not in found.text_zh + found.text_en
        assert found.text_zh
        assert found.text_en
    law = engine.the_law()
    in_file = {
        key for key, definition in law.definitions.items() if definition.unit in units and key.startswith("review")
    }
    assert in_file <= set(clocks.table())


def test_the_calendar() -> None:
    workdays = {date(2026, 2, 14), date(2026, 10, 10), date(2025, 9, 28), date(2026, 3, 2), date(2024, 2, 18)}
    days_off = {date(2026, 2, 16), date(2026, 10, 1), date(2026, 3, 1), date(2025, 10, 8), date(2023, 12, 31)}
    assert {day for day in workdays | days_off if calendar.is_workday(day)} == workdays
    assert (calendar.first_year(), calendar.last_year()) == (2004, 2026)
    for day in (date(2003, 12, 31), date(2027, 1, 1)):
        with pytest.raises(LawError, match="covers 2004 to 2026"):
            calendar.is_workday(day)
    assert calendar.estimate_workday(date(2027, 1, 1)) == (False, False)
    assert calendar.estimate_workday(date(2027, 1, 4)) == (True, False)


def test_working_days_of_the_years() -> None:
    """Known totals: 2024 had 251 (366 days), 2025 had 248, 2026 has 248."""
    totals = {}
    for year in (2024, 2025, 2026):
        days = (date(year, 1, 1) + timedelta(days=step) for step in range(366))
        totals[year] = sum(calendar.is_workday(day) for day in days if day.year == year)
    assert totals == {2024: 251, 2025: 248, 2026: 248}


def test_a_calendar_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(LawError, match="both off and at work"):
        calendar.read_year(2026, {"rest": "02-14", "work": "02-14"})
    with pytest.raises(LawError, match="no weekend day"):
        calendar.read_year(2026, {"rest": None, "work": "03-02"})


def test_a_paused_day_does_not_count() -> None:
    started = beijing("2026-03-02 10:00")
    plain = due("determination.general", started_at=started, place="330600")
    pause = clocks.Pause(date(2026, 3, 4), date(2026, 3, 10), "appraisal")  # five working days
    paused = due("determination.general", started_at=started, place="330600", pauses=(pause,))
    assert (plain.last_on, paused.last_on, paused.paused_days) == (date(2026, 3, 16), date(2026, 3, 23), 7)
    calendar_days = due("review.decide", started_at=started, place="330600", pauses=(pause,))
    assert calendar_days.last_on == date(2026, 4, 8)  # 1 April and seven days


def test_a_suspension_counts_for_sixty_days_at_most() -> None:
    started = beijing("2026-03-02 10:00")
    long = clocks.Pause(date(2026, 3, 3), date(2026, 12, 31), "suspension")
    found = due("determination.general", started_at=started, place="330600", pauses=(long,))
    assert found.last_on == date(
        2026, 5, 18
    )  # 3 March to 1 May paused; make-up Sat 9 May counts, so 6 May is the first
