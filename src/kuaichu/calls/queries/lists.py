"""Lists of calls behind a filter."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from kuaichu.calls.intake import phone_index_of, phone_of
from kuaichu.calls.models import Call

PAGE = 50
SHORTEST_PHONE = 7
MOST_FOUND = 1000  # by words; whoever finds more narrows the question


@dataclass(frozen=True, kw_only=True)
class CallFilter:
    """Which calls. `since` (included) and `until` (excluded) are moments of receiving; None and "" ask for nothing.

    `text`: part of number, location, road or plate, or a whole phone number. `ids`: only these (the list behind a
    figure).
    """

    place: str
    since: datetime | None = None
    until: datetime | None = None
    category: str = ""
    subclass: str = ""
    validity: str = ""
    status: str = ""
    source: str = ""
    district: str = ""
    unit_ids: Collection[UUID] | None = None
    owner_id: UUID | None = None
    is_repeat: bool | None = None
    is_located: bool | None = None
    has_open_link: bool | None = None
    text: str = ""
    ids: Collection[int] | None = None


@dataclass(frozen=True)
class CallPage:
    """One page of a list, newest first. `page` counts from 1. `is_cut`: there are more than `total`."""

    rows: tuple[Call, ...]
    total: int
    page: int
    pages: int
    is_cut: bool = False


def calls_page(*, filter: CallFilter, page: int = 1, size: int = PAGE) -> CallPage:
    """Two statements, with words one or two more; the rows carry unit and owner."""
    if filter.text.strip():
        return _found(filter, page, size)
    found = calls_of(filter)
    total = found.count()
    page, pages = _place(page, total, size)
    rows = found.select_related("unit", "owner").order_by("-received_at", "-id")[(page - 1) * size : page * size]
    return CallPage(rows=tuple(rows), total=total, page=page, pages=pages)


def _found(filter: CallFilter, page: int, size: int) -> CallPage:
    """A whole number or phone by its index, whenever it was; parts of words by reading the newest calls first, once,
    until MOST_FOUND are found: no index that both databases have knows parts of words."""
    named = _named(filter)
    rows = named if named is not None else calls_of(filter)
    ids = list(rows.order_by("-received_at", "-id").values_list("pk", flat=True)[: MOST_FOUND + 1])
    total = min(len(ids), MOST_FOUND)
    page, pages = _place(page, total, size)
    asked = Call.objects.filter(pk__in=ids[:total][(page - 1) * size : page * size])
    shown = tuple(asked.select_related("unit", "owner").order_by("-received_at", "-id"))
    return CallPage(rows=shown, total=total, page=page, pages=pages, is_cut=len(ids) > total)


def _named(filter: CallFilter) -> QuerySet[Call] | None:
    """The calls with just this number or this phone; None when there are none."""
    text = filter.text.strip()
    phone = phone_of(text)
    for named in (
        {"number": text},
        {"phone_index": phone_index_of(phone)} if len(phone) >= SHORTEST_PHONE else None,
    ):
        if named:
            rows = calls_of(replace(filter, text="", since=None, until=None)).filter(**named)
            if rows.exists():
                return rows
    return None


def _place(page: int, total: int, size: int) -> tuple[int, int]:
    """The page that there is, and how many there are."""
    pages = max(1, -(-total // size))
    return min(max(page, 1), pages), pages


def calls_of(filter: CallFilter) -> QuerySet[Call]:
    """The calls that the filter lets through, in no order."""
    rows = Call.objects.filter(place_id=filter.place)
    for name in ("category", "subclass", "validity", "status", "source", "district", "owner_id"):
        if value := getattr(filter, name):
            rows = rows.filter(**{name: value})
    if filter.since is not None:
        rows = rows.filter(received_at__gte=filter.since)
    if filter.until is not None:
        rows = rows.filter(received_at__lt=filter.until)
    if filter.unit_ids is not None:
        rows = rows.filter(unit_id__in=filter.unit_ids)
    if filter.ids is not None:
        rows = rows.filter(pk__in=filter.ids)
    if filter.is_repeat is not None:
        rows = rows.filter(repeat_of__isnull=not filter.is_repeat)
    if filter.is_located is not None:
        rows = rows.filter(lon_wgs84__isnull=not filter.is_located)
    if filter.has_open_link is not None:
        is_open = Q(links__state="proposed")
        rows = rows.filter(is_open).distinct() if filter.has_open_link else rows.exclude(is_open)
    return rows.filter(_said(filter.text.strip())) if filter.text.strip() else rows


def _said(text: str) -> Q:
    found = Q(number__icontains=text) | Q(location__icontains=text) | Q(road__icontains=text)
    found |= Q(plates__icontains=text.upper().replace("·", ""))
    phone = phone_of(text)
    if len(phone) >= SHORTEST_PHONE:
        found |= Q(phone_index=phone_index_of(phone))
    return found
