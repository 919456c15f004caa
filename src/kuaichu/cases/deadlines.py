"""Clocks on a case: started from `law`, settled by what they wait for, fired by the worker when they run out."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, F, QuerySet

from kuaichu import clock, law, rows
from kuaichu.cases.locking import lock_case
from kuaichu.cases.models import Case, Deadline
from kuaichu.cases.moments import now_but_not_before
from kuaichu.prepared import Prepared

MAX_TRIES = 5
MOST = 50  # at once
REMINDERS = ("payout.reminder", "payout.reminder_again")  # of a party's account; the subject is the party
_log = logging.getLogger("kuaichu.cases")


def _running() -> QuerySet[Deadline]:
    return Deadline.objects.filter(settled_at__isnull=True, fired_at__isnull=True, attempts__lt=MAX_TRIES).order_by(
        "due_at"
    )


_DUE = Prepared(lambda now: _running().filter(due_at__lte=now).values_list("pk")[:MOST], now=DateTimeField())
_NEXT = Prepared(lambda: _running().values_list("due_at")[:1])


def start(case: Case, name: str, *, started_at: datetime, subject: str = "") -> Deadline:
    """Start the clock `name` of `law`. One of the same name and subject that still runs is left as it is; one that has
    run out is over and makes room."""
    due = law.due(name, started_at=started_at, place=case.place_id)
    running = rows.find(Deadline, case=case, clock=name, subject=subject, settled_at=None)
    if running is not None and running.fired_at is not None:
        Deadline.objects.filter(pk=running.pk).update(settled_at=now_but_not_before("started_at"))
        running = None
    new = Deadline(case=case, clock=name, subject=subject, started_at=started_at, due_at=due.at)
    return running or rows.insert(new)


def settle(case: Case, *names: str, subject: str | None = None) -> None:
    """Stop running clocks: what they waited for has happened (or no longer matters)."""
    running = Deadline.objects.filter(case=case, clock__in=names, settled_at__isnull=True)
    if subject is not None:
        running = running.filter(subject=subject)
    running.update(settled_at=now_but_not_before("started_at"))


def run_due(actions: Mapping[str, Callable[[Deadline], object]], limit: int = MOST) -> int:
    """Fire the clocks that ran out: each once, its action and the mark in one transaction. Returns how many."""
    return sum(_fire(pk, actions) for (pk,) in _DUE.tuples(now=clock.now())[:limit])


def next_due() -> datetime | None:
    """The first moment at which a clock will run out; a past one is due already. None when no clock runs."""
    return next((at for (at,) in _NEXT.tuples()), None)


def _fire(pk: int, actions: Mapping[str, Callable[[Deadline], object]]) -> int:
    try:
        with transaction.atomic():
            # The case first, as every action does: an action that holds the case and stops this clock is waited for.
            case_id = Deadline.objects.filter(pk=pk).values_list("case_id", flat=True).get()
            lock_case(case_id)
            changed = Deadline.objects.filter(pk=pk, fired_at__isnull=True, settled_at__isnull=True).update(
                fired_at=now_but_not_before("due_at")
            )
            if changed != 1:
                return 0
            deadline = Deadline.objects.select_related("case").get(pk=pk)
            action = actions.get(deadline.clock)
            if action is not None:
                action(deadline)
    except Exception:  # noqa: BLE001 - one poisoned clock must not stop the others
        _log.exception("clock %s failed", pk)
        Deadline.objects.filter(pk=pk).update(attempts=F("attempts") + 1)
        return 0
    return 1


def remaining(deadline: Deadline) -> timedelta:
    """How long the clock still runs; negative when it ran out."""
    return deadline.due_at - clock.now()
