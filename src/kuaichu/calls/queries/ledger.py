"""The ledger of repeats, overdue lines first."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from kuaichu import clock
from kuaichu.calls.models import RepeatChain

PAGE = 50
NO_CAUSE = "none"


@dataclass(frozen=True)
class ChainRow:
    """One line with how many days it is overdue (0: it is not)."""

    chain: RepeatChain
    overdue_days: int


@dataclass(frozen=True)
class ChainPage:
    """`overdue` counts all overdue lines of the filter."""

    rows: tuple[ChainRow, ...]
    total: int
    overdue: int
    page: int
    pages: int


def chains_page(
    *,
    place: str,
    unit_ids: Collection[UUID] | None = None,
    owner_id: UUID | None = None,
    cause: str = "",
    is_open: bool | None = True,
    page: int = 1,
    size: int = PAGE,
) -> ChainPage:
    """Three statements. `cause` NO_CAUSE: those of which nobody has said why.

    Order: overdue (longest first), due, without a day, closed; then the newest call first.
    """
    rows = RepeatChain.objects.filter(place_id=place)
    if unit_ids is not None:
        rows = rows.filter(root__unit_id__in=unit_ids)
    if owner_id is not None:
        rows = rows.filter(owner_id=owner_id)
    if cause:
        rows = rows.filter(cause="" if cause == NO_CAUSE else cause)
    if is_open is not None:
        rows = rows.filter(closed_at__isnull=is_open)
    today, total = clock.today(), rows.count()
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    found = _ordered(rows)[(page - 1) * size : page * size]
    return ChainPage(
        rows=tuple(ChainRow(chain, _overdue_days(chain)) for chain in found),
        total=total,
        overdue=rows.filter(closed_at__isnull=True, due_on__lt=today).count(),
        page=page,
        pages=pages,
    )


def _ordered(rows: QuerySet[RepeatChain]) -> QuerySet[RepeatChain]:
    rank = Case(
        When(closed_at__isnull=False, then=Value(3)),
        When(due_on__isnull=True, then=Value(2)),
        When(due_on__lt=clock.today(), then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return (
        rows.annotate(rank=rank)
        .select_related("root__unit", "owner")
        .order_by("rank", F("due_on").asc(nulls_last=True), "-last_call_at", "id")
    )


def _overdue_days(chain: RepeatChain) -> int:
    if chain.closed_at is not None or chain.due_on is None:
        return 0
    return max((clock.today() - chain.due_on).days, 0)
