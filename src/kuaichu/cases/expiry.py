"""Closed cases whose time is over: deleted whole, room by room, and later their journal (retention.case, .journal).

What was counted of them stays in the calls room (class, time and place of the call). 个人信息保护法 19, 47.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Model, OuterRef

from kuaichu import clock, law
from kuaichu.accounts.models import Place
from kuaichu.cases.locking import lock_case
from kuaichu.cases.models import Case
from kuaichu.cases.states import Stage
from kuaichu.errors import NotFound
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM
from kuaichu.journal.models import Anchor, Event
from kuaichu.journal.retention import delete_span
from kuaichu.law.divisions import NATION
from kuaichu.links.models import Exchange

BATCH = 50
SPANS = 20  # between two anchors, in one round

Delete = Callable[[UUID], None]


def closed_before(period: str, *, limit: int, having: "type[Model] | None" = None) -> Iterator[tuple[UUID, datetime]]:
    """Cases that were closed longer ago than their place's `period` (a value of the law in years), the oldest of each
    place first, with the moment before which they must have been closed. At most `limit`; `having`: only cases that
    rows of this model (by its field `case`) belong to."""
    closed = Case.objects.filter(stage=Stage.CLOSED)
    if having is not None:
        closed = closed.filter(Exists(having._default_manager.filter(case=OuterRef("pk"))))
    for (place_code,) in Place.objects.filter(Exists(closed.filter(place=OuterRef("pk")))).values_list("pk"):
        before = years_ago(period, place_code)
        old = closed.filter(place_id=place_code, closed_at__lt=before).order_by("closed_at")
        for pk in list(old.values_list("pk", flat=True)[:limit]):
            limit -= 1
            yield pk, before


def years_ago(period: str, place_code: str) -> datetime:
    """The moment so many years before now; kept a little longer where the day does not exist."""
    now = clock.now()
    years = law.value(period, on=clock.local_day(now), place=place_code).number
    return now.replace(year=now.year - years, day=min(now.day, 28))


def forget_closed(deleting: Sequence[Delete], limit: int = BATCH) -> int:
    """Delete the cases whose retention.case is over. `deleting`: what the rooms above do first, the highest first,
    each inside the same transaction. Returns how many."""
    return sum(_delete(case_id, before, deleting) for case_id, before in closed_before("retention.case", limit=limit))


def lock_closed(case_id: UUID, before: datetime) -> Case | None:
    """The case, locked; None when it was reopened or deleted since it was looked for."""
    try:
        case = lock_case(case_id)
    except NotFound:
        return None
    return case if case.closed_at is not None and case.closed_at < before and not case.is_open else None


@transaction.atomic
def _delete(case_id: UUID, before: datetime, deleting: Sequence[Delete]) -> int:
    case = lock_closed(case_id, before)
    if case is None:
        return 0
    for delete in deleting:
        delete(case_id)
    Exchange.objects.filter(stream=case_id).delete()
    record("case.deleted", stream=case_id, actor=SYSTEM, subject=f"case:{case_id}")
    case.delete()
    return 1


def forget_journal() -> int:
    """Delete the events older than retention.journal, up to the first that a case still stands on. Returns how many.

    They hold no personal data; whole spans between two anchors go, so that what stays can be checked as before.
    """
    old = Anchor.objects.filter(at__lt=years_ago("retention.journal", NATION)).order_by("last_event_id")
    if not old.exists():
        return 0
    of_cases = Event.objects.filter(Exists(Case.objects.filter(pk=OuterRef("stream"))))
    first = of_cases.order_by("pk").values_list("pk", flat=True).first()
    spans = old if first is None else old.filter(last_event_id__lt=first)
    return sum(delete_span(anchor) for anchor in list(spans[:SPANS]))
