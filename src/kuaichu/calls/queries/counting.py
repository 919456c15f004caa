"""The counts of a day, for the desks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Q

from kuaichu import clock
from kuaichu.calls.models import Call, CallBack, CallLink, Transfer
from kuaichu.calls.states import Category, LinkState, Status, Validity


@dataclass(frozen=True, kw_only=True)
class Today:
    """Counts of the civil day so far. `valid` includes repeats; duplicates and invalid calls are not in it.
    `by_category` counts valid calls. The open things count whatever their day.
    """

    since: datetime
    valid: int
    repeats: int
    duplicates: int
    invalid: int
    unlocated: int
    handled: int
    transferred: int
    by_category: Mapping[str, int]
    open_links: int
    call_backs_due: int
    transfers_open: int


def today(*, place: str, unit_ids: Collection[UUID] | None = None) -> Today:
    """Four statements."""
    since = datetime.combine(clock.today(), time.min, tzinfo=clock.BEIJING)
    mine = Q() if unit_ids is None else Q(unit_id__in=unit_ids)
    valid = Q(validity=Validity.VALID)
    found = Call.objects.filter(
        mine, place_id=place, received_at__gte=since, received_at__lt=since + timedelta(days=1)
    ).aggregate(
        valid=Count("id", filter=valid),
        repeats=Count("id", filter=valid & Q(repeat_of__isnull=False)),
        duplicates=Count("id", filter=Q(validity=Validity.DUPLICATE)),
        invalid=Count("id", filter=Q(validity=Validity.INVALID)),
        unlocated=Count("id", filter=valid & Q(lon_wgs84__isnull=True)),
        handled=Count("id", filter=Q(status=Status.CLOSED)),
        transferred=Count("id", filter=Q(status=Status.TRANSFERRED)),
        **{str(category): Count("id", filter=valid & Q(category=category)) for category in Category.values},
    )
    by_category = {category: found.pop(category) for category in Category.values}
    under = {"call__place_id": place} | ({} if unit_ids is None else {"call__unit_id__in": unit_ids})
    return Today(
        since=since,
        by_category=by_category,
        open_links=CallLink.objects.filter(state=LinkState.PROPOSED, **under).count(),
        call_backs_due=CallBack.objects.filter(done_at__isnull=True, due_at__lte=clock.now(), **under).count(),
        transfers_open=Transfer.objects.filter(receipted_at__isnull=True, returned_at__isnull=True, **under).count(),
        **found,
    )
