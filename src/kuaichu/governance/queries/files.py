"""Hot-spot files: counts at a spot in any period, the measured effect, the list."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q

from kuaichu import clock, law
from kuaichu.governance import events
from kuaichu.governance.effects import Effect, effect_of
from kuaichu.governance.events import Wanted
from kuaichu.governance.figures import Period
from kuaichu.governance.models import HotSpotFile
from kuaichu.governance.states import FileState


@dataclass(frozen=True)
class Counts:
    """Valid calls of the file's class: at the spot, and in the rest of the place."""

    spot: int
    rest: int


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Before and after in periods of equal length: the latest days of `before`, the first days of the measures."""

    before: Period
    after: Period
    effect: Effect
    is_proved: bool
    level_percent: int


def count_at(file: HotSpotFile, period: Period) -> Counts:
    """From the store of calls: no statement of SQL."""
    store = events.store(file.place_id)
    categories = (file.category,) if file.category else ()
    whole = Wanted(since=period.since, until=period.until, categories=categories, is_located=True)
    near = (file.lon_wgs84, file.lat_wgs84, file.radius_m)
    spot = len(store.select(since=period.since, until=period.until, categories=categories, near=near))
    return Counts(spot, len(store.select(whole)) - spot)


def evaluation_of(file: HotSpotFile) -> Evaluation | None:
    """None until a measure has run for a day, or where nothing lies before it to compare with. One statement."""
    first = file.measures.order_by("from_on").values_list("from_on", flat=True).first()
    yesterday = clock.today() - timedelta(days=1)
    if first is None or first > yesterday or first <= file.before_from_on:
        return None
    before = Period(file.before_from_on, min(file.before_until_on, first - timedelta(days=1)))
    days = min(before.days, (yesterday - first).days + 1)
    after = Period(first, first + timedelta(days=days - 1))
    before = Period(before.last_on - timedelta(days=days - 1), before.last_on)
    then, now = count_at(file, before), count_at(file, after)
    effect = effect_of(before=then.spot, after=now.spot, rest_before=then.rest, rest_after=now.rest)
    level = law.value("governance.effect_percent", on=clock.today(), place=file.place_id).number
    return Evaluation(
        before=before, after=after, effect=effect, is_proved=effect.is_proved(level / 100), level_percent=level
    )


def by_day(file: HotSpotFile, period: Period) -> list[tuple[date, int]]:
    """Calls at the spot day by day."""
    near = (file.lon_wgs84, file.lat_wgs84, file.radius_m)
    categories = (file.category,) if file.category else ()
    chosen = events.store(file.place_id).select(
        since=period.since, until=period.until, categories=categories, near=near
    )
    counts = [0] * period.days
    start = int(period.since.timestamp())
    for t in chosen.columns.t[chosen.index].tolist():
        counts[(t - start) // 86_400] += 1
    return [(period.first_on + timedelta(days=at), count) for at, count in enumerate(counts)]


def files_of(place_code: str, *, is_closed: bool = False) -> list[HotSpotFile]:
    """With `open_orders` counted, the newest first (one statement)."""
    found = HotSpotFile.objects.filter(place_id=place_code).select_related("leader", "unit")
    found = found.filter(state=FileState.CLOSED) if is_closed else found.exclude(state=FileState.CLOSED)
    return list(
        found.annotate(open_orders=Count("orders", filter=Q(orders__closed_at__isnull=True))).order_by("-opened_at")
    )
