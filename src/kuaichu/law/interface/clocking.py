"""due: a clock and the moment it started as JSON → when it ends, as JSON."""

from datetime import UTC, datetime
from typing import Any

from kuaichu.clock import BEIJING
from kuaichu.law.errors import LawError
from kuaichu.law.interface import reading as read
from kuaichu.law.interface.errors import InputError, not_held, unknown
from kuaichu.law.interface.revision import law_revision
from kuaichu.law.interface.writing import article
from kuaichu.law.national import calendar
from kuaichu.law.national.clocks import Pause, table
from kuaichu.law.national.clocks import due as due_by_law

Json = dict[str, Any]
_FIELDS = frozenset({"clock", "started_at", "place", "pauses", "accepted_at", "id"})
_PAUSE = frozenset({"from", "until", "kind"})
_PAUSES = ("suspension", "appraisal", "other")
_MOST_PAUSES = 20


def due(obj: Any) -> Json:
    """The last day, the first moment too late, the article and a sentence. Raises InputError."""
    given = read.mapping(obj, "", _FIELDS)
    clock, place = read.text(given, "clock", ""), read.place(given)
    if clock not in table():
        raise unknown("clock", clock, table(), code="unknown_clock")
    started_at = moment(given, "started_at", "")
    pauses = tuple(
        _pause(row, f"pauses[{n}]") for n, row in enumerate(read.rows(given, "pauses", "", most=_MOST_PAUSES))
    )
    accepted_at = moment(given, "accepted_at", "") if given.get("accepted_at") is not None else None
    row = table()[clock]
    if accepted_at is not None and "or_later" not in row:
        message = "这个期限不看受理时间 / this clock does not look at acceptance"
        raise InputError("accepted_at", "accepted_at", message)
    try:
        found = due_by_law(clock, started_at=started_at, place=place, pauses=pauses, accepted_at=accepted_at)
    except LawError:
        raise not_held("started_at") from None
    return {
        "clock": clock,
        "started_at": found.started_at.astimezone(BEIJING).isoformat(),
        "from": row["from"]["zh"],
        "from_en": row["from"]["en"],
        "length": found.length,
        "unit": found.unit,
        "last_on": found.last_on.isoformat() if found.last_on else None,
        "too_late_at": found.at.astimezone(BEIJING).isoformat(),
        "paused_days": found.paused_days,
        "zh": found.text_zh,
        "en": found.text_en,
        "then": row.get("then", {}).get("zh", ""),
        "then_en": row.get("then", {}).get("en", ""),
        "articles": [article(found.citation)],
        "certainty": found.certainty,
        "law_revision": law_revision(),
    }


def _pause(row: Any, path: str) -> Pause:
    fields = read.mapping(row, path, _PAUSE)
    first, last = read.day(fields, "from", path), read.day(fields, "until", path)
    if last < first:
        raise InputError("pause", f"{path}.until", "结束不能早于开始 / a pause can't end before it begins")
    return Pause(first, last, read.choice(fields, "kind", path, _PAUSES, "other"))


def moment(obj: Json, key: str, path: str) -> datetime:
    """An ISO 8601 moment; without an offset it is Beijing time. Years outside the calendar are refused."""
    given = read.text(obj, key, path)
    try:
        found = datetime.fromisoformat(given)
        found = found if found.tzinfo else found.replace(tzinfo=BEIJING)
        found = found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(
            "not_a_moment", read.at(path, key), "这里要像 2026-03-01T09:30:00+08:00 的时刻 / an ISO 8601 moment"
        ) from None
    if not calendar.first_year() <= found.year <= calendar.last_year() + calendar.YEARS_ESTIMATED:
        raise InputError("out_of_bounds", read.at(path, key), "不在工作日历的年份内 / outside the working calendar")
    return found
