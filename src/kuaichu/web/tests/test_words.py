"""Small words that every page uses."""

from datetime import UTC, datetime

import pytest

from kuaichu.web.templatetags.kuaichu import until


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 12, 22, 16, 0, tzinfo=UTC), "2026-12-22 24:00"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2026-12-31 24:00"),
        (datetime(2026, 12, 22, 4, 30, tzinfo=UTC), "2026-12-22 12:30"),
        (None, ""),
    ],
)
def test_a_period_that_ends_with_a_day_names_that_day(moment, shown):
    assert until(moment) == shown
