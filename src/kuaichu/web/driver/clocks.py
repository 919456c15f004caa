"""The running clocks of a case in plain words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from kuaichu import clock, law, rows
from kuaichu.cases.deadlines import REMINDERS
from kuaichu.cases.models import Case, Deadline, Party

# What the desks watch over themselves; a citizen is told by the sentence on the page instead.
_NOT_SHOWN = frozenset({"photos.check.target", "otp.code", "join.code", "party.link"})


@dataclass(frozen=True)
class RunningClock:
    """`text` says who does what by when; `due_at` is the first moment that is too late."""

    clock: str
    text: str
    started_at: datetime
    due_at: datetime
    is_over: bool


def running(case: Case, party: Party) -> list[RunningClock]:
    """The clocks that run on the case and concern this party, nearest first (one statement)."""
    found: list[RunningClock] = []
    for row in rows.select(Deadline, order_by="due_at", case=case, settled_at=None):
        if row.clock in _NOT_SHOWN or (row.clock in REMINDERS and row.subject != str(party.pk)):
            continue
        due = law.due(row.clock, started_at=row.started_at, place=case.place_id)
        if any(item.clock == row.clock and item.due_at == row.due_at for item in found):
            continue  # two insurers, one sentence
        found.append(RunningClock(row.clock, text_of(due), row.started_at, row.due_at, row.due_at <= clock.now()))
    return found


def text_of(due: law.Due) -> str:
    """Who does what by when, in the page's language."""
    return due.text_en if (get_language() or "").startswith("en") else due.text_zh
