"""Periods, changes and the counts of a bulletin, against figures that a city has published."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from kuaichu.errors import Refused
from kuaichu.governance.bulletins.counting import count, pattern
from kuaichu.governance.events.columns import VALIDITIES
from kuaichu.governance.figures import Period, Share, compare, day_of, month_of, week_of
from kuaichu.governance.tests.published import columns, facts

MONTH = {"kind": "month", "first_on": "2022-11-01", "last_on": "2022-11-30"}


def line(answer, district, name, what="valid"):
    block = next(block for block in answer["blocks"] if block["district"] == district)
    numbers = next(line for line in block["lines"] if line["line"] == name)[what]
    return numbers["now"], compare(numbers["now"], numbers["last_year"]).text


def test_a_published_month_comes_out_as_it_was_published():
    answer, said = count(columns(), MONTH), facts()["published"]
    busiest = facts()["busiest"]
    assert line(answer, "", "total") == tuple(said["valid"])
    assert line(answer, "", "total", "repeat") == tuple(said["repeat"])
    assert line(answer, busiest, "total") == tuple(said["busiest_valid"])
    assert line(answer, busiest, "accident")[1] == said["busiest_accident"]
    assert line(answer, busiest, "order")[1] == said["busiest_order"]
    assert line(answer, busiest, "total", "repeat") == tuple(said["busiest_repeat"])
    assert Share(169, 31980).text == "0.53%"


def test_blocks_add_up_and_what_does_not_count_is_apart():
    rows = columns()
    validity = rows.validity.copy()
    validity[:7], validity[7:10] = VALIDITIES.index("duplicate"), VALIDITIES.index("invalid")
    lon = rows.lon.copy()
    lon[10:15] = np.nan
    answer = count(replace(rows, validity=validity, lon=lon), MONTH)
    assert line(answer, "", "total")[0] == 31980 - 10
    assert {name: numbers["now"] for name, numbers in answer["others"].items()} == {
        "duplicate": 7,
        "invalid": 3,
        "unlocated": 5,
    }
    districts = [block["district"] for block in answer["blocks"] if block["district"]]
    for name in ("total", "accident", "order", "other"):
        assert sum(line(answer, district, name)[0] for district in districts) == line(answer, "", name)[0]
    assert sum(map(sum, answer["pattern"])) == line(answer, "", "total")[0]


def test_the_pattern_is_by_civil_time():
    monday_seven = 1_767_567_600 + 1800  # 2026-01-05 07:30 in China
    assert pattern(np.array([monday_seven]))[0][7] == 1


@pytest.mark.parametrize(
    ("period", "a_year_before", "previous"),
    [
        (month_of(date(2024, 2, 5)), month_of(date(2023, 2, 1)), month_of(date(2024, 1, 1))),
        (month_of(date(2025, 2, 5)), month_of(date(2024, 2, 1)), month_of(date(2025, 1, 1))),
        (day_of(date(2024, 2, 29)), day_of(date(2023, 2, 28)), day_of(date(2024, 2, 28))),
        (
            week_of(date(2026, 1, 1)),
            Period(date(2024, 12, 29), date(2025, 1, 4)),
            Period(date(2025, 12, 22), date(2025, 12, 28)),
        ),
    ],
)
def test_what_a_period_is_compared_with(period, a_year_before, previous):
    assert period.a_year_before() == a_year_before
    assert period.previous() == previous


def test_days_begin_at_midnight_in_china():
    assert day_of(date(2026, 1, 5)).since.isoformat() == "2026-01-05T00:00:00+08:00"
    assert day_of(date(2026, 1, 5)).until.isoformat() == "2026-01-06T00:00:00+08:00"
    with pytest.raises(Refused, match="结束日期"):
        Period(date(2026, 1, 5), date(2026, 1, 4))


@pytest.mark.parametrize(
    ("now", "then", "text", "percent"),
    [
        (31980, 36536, "−12.47%", Decimal("-12.47")),
        (8, 5, "+60.00%", Decimal(60)),
        (5, 5, "0.00%", Decimal(0)),
        (3, 0, "—", None),
        (0, 3, "−100.00%", Decimal(-100)),
        (10001, 10000, "+0.01%", Decimal("0.01")),
        (200001, 200000, "0.00%", Decimal(0)),
    ],
)
def test_changes_are_rounded_as_printed(now, then, text, percent):
    assert compare(now, then).percent == percent
    assert compare(now, then).text == text
