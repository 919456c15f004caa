"""Task orders: overdue first, and how the units keep their terms."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from uuid import UUID

from django.db.models import Max, Q

from kuaichu import clock
from kuaichu.governance.models import TaskOrder
from kuaichu.governance.states import OrderStage

MOST = 300
DAY_S = 86_400
WAITING_FOR_LEAD = (OrderStage.ISSUED, OrderStage.SIGNED_FOR, OrderStage.RETURNED)


@dataclass(frozen=True)
class OrderRow:
    """An order with its clock. `overdue_days`: days begun since it was due; 0 while there is time, and while the work
    waits for a check: that is not the unit's delay."""

    order: TaskOrder
    is_overdue: bool
    overdue_days: int
    hours_left: float


def orders_of(
    place_code: str,
    *,
    lead_id: UUID | None = None,
    is_closed: bool = False,
    now: datetime | None = None,
    most: int = MOST,
) -> list[OrderRow]:
    """Those of the place, or those that a unit leads or helps with; what is due first stands first (one statement, at
    most `most`)."""
    found = TaskOrder.objects.filter(closed_at__isnull=not is_closed).select_related("lead", "file", "issued_by")
    if lead_id is not None:
        found = found.filter(Q(lead_id=lead_id) | Q(helpers__id=lead_id)).distinct()
    else:
        found = found.filter(place_id=place_code)
    order = ("-closed_at",) if is_closed else ("due_at", "number")
    return [row_of(order_, now=now) for order_ in found.order_by(*order)[:most]]


def row_of(order: TaskOrder, *, now: datetime | None = None) -> OrderRow:
    """The order with its clock as it stands."""
    end = order.closed_at or now or clock.now()
    left_s = (order.due_at - end).total_seconds()
    is_overdue = left_s < 0 and order.stage in WAITING_FOR_LEAD
    return OrderRow(order, is_overdue, ceil(-left_s / DAY_S) if is_overdue else 0, left_s / 3600)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a lead unit keeps its terms. `late`: reported after the day that was set, or overdue now; of all orders."""

    lead_id: UUID
    name: str
    orders: int
    open: int
    overdue: int
    late: int
    points: float

    @property
    def closed(self) -> int:
        return self.orders - self.open


def kept_terms(place_code: str, *, now: datetime | None = None) -> list[Terms]:
    """Of each lead unit, most points and most late ones first (one statement).

    What counts is the day of the last report, not of the check: a unit doesn't answer for how long others take to look.
    """
    now = now or clock.now()
    rows = TaskOrder.objects.filter(place_id=place_code).annotate(
        reported_at=Max("steps__at", filter=Q(steps__action="report"))
    )
    found: dict[tuple[UUID, str], list[tuple[bool, bool, bool, float]]] = {}
    fields = ("lead_id", "lead__short_name", "stage", "due_at", "reported_at", "closed_at", "deduction_points")
    for lead_id, name, stage, due_at, reported_at, closed_at, points in rows.values_list(*fields):
        is_overdue = stage in WAITING_FOR_LEAD and due_at < now
        is_late = is_overdue or (stage not in WAITING_FOR_LEAD and reported_at is not None and reported_at > due_at)
        found.setdefault((lead_id, name), []).append((closed_at is None, is_overdue, is_late, points))
    terms = [_terms(lead_id, name, lines) for (lead_id, name), lines in found.items()]
    return sorted(terms, key=lambda line: (-line.points, -line.late, line.name))


def _terms(lead_id: UUID, name: str, lines: list[tuple[bool, bool, bool, float]]) -> Terms:
    opened, overdue, late, points = zip(*lines, strict=True)
    return Terms(
        lead_id=lead_id,
        name=name,
        orders=len(lines),
        open=sum(opened),
        overdue=sum(overdue),
        late=sum(late),
        points=sum(points),
    )
