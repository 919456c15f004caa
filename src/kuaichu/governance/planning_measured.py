"""What the city's own calls and cases say about the figures of a plan, where there are enough of them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log
from statistics import fmean, median, pstdev
from uuid import UUID

from django.db.models import QuerySet

from kuaichu.calls.models import Call
from kuaichu.calls.states import Validity
from kuaichu.cases.models import Case
from kuaichu.governance.events import Wanted
from kuaichu.governance.planning import Known
from kuaichu.journal.models import Event

ENOUGH = 30  # cases; fewer prove nothing
MOST_CALLS, MOST_CASES = 20_000, 5000  # the newest
AT_ONCE = 900  # values in one statement
LONGEST_ON_SCENE_S = 4 * 3600.0
LONGEST_WAY_S = 2 * 3600.0
LONGEST_ANSWER_S = 1800.0  # later ones say that nobody sat there, not how long it takes
LONGEST_OWN_S = 2 * 3600.0
HANDED_IN = ("photos.submitted", "determination.requested")
ANSWERED = ("photos.passed", "photos.returned", "determination.issued")
CALLED_OUT = "officer.requested"


@dataclass(frozen=True)
class Step:
    """One event of a case: whose, what, when, by whom."""

    case: UUID
    name: str
    at: datetime
    actor: str


def measured(place_code: str, wanted: Wanted) -> dict[str, Known]:
    """By the names of `planning.FIELDS`, with `own_spread` and `way_s`; what there are too few of is left out."""
    calls = _calls(place_code, wanted)
    return _of_calls(calls) | _of_cases(place_code, calls)


def kept_now(place_code: str, wanted: Wanted, *, promise_s: float, reach_s: float) -> dict[str, Known]:
    """What was kept in the period: `left` of the online cases within `promise_s` of the report, `reached` of the calls
    to which somebody went within `reach_s` of the call; shares of one.
    """
    calls = _calls(place_code, wanted)
    went = calls.filter(arrived_at__isnull=False).order_by("-received_at")[:MOST_CALLS]
    ways = [
        (arrived - at).total_seconds()
        for at, arrived in went.values_list("received_at", "arrived_at")
        if arrived is not None
    ]
    cases = _cases(place_code, _reported(calls))
    left = [(end - begun).total_seconds() for begun, end in cases.values() if end is not None]
    return _known("reached", [float(way <= reach_s) for way in ways], fmean) | _known(
        "left", [float(seconds <= promise_s) for seconds in left], fmean
    )


def _reported(calls: "QuerySet[Call]") -> list[str]:
    """Numbers of the newest cases that were reported online."""
    numbers = calls.exclude(case_number="").order_by("-received_at").values_list("case_number", flat=True)
    return list(numbers[:MOST_CASES])


def _calls(place_code: str, wanted: Wanted) -> "QuerySet[Call]":
    found = Call.objects.filter(
        place_id=place_code, received_at__gte=wanted.since, received_at__lt=wanted.until, validity=Validity.VALID
    )
    if wanted.categories:
        found = found.filter(category__in=wanted.categories)
    if wanted.unit_ids is not None:
        found = found.filter(unit_id__in=wanted.unit_ids)
    return found.filter(district=wanted.district) if wanted.district else found


def _of_calls(calls: "QuerySet[Call]") -> dict[str, Known]:
    """From arrival to the end, and from sending to arrival, of calls to which somebody went."""
    went = calls.filter(arrived_at__isnull=False).order_by("-received_at")[:MOST_CALLS]
    on_scene: list[float] = []
    ways: list[float] = []
    for sent, arrived, ended in went.values_list("dispatched_at", "arrived_at", "closed_at"):
        if arrived is None:
            continue
        if ended is not None and 0 < (ended - arrived).total_seconds() <= LONGEST_ON_SCENE_S:
            on_scene.append((ended - arrived).total_seconds())
        if sent is not None and 0 < (arrived - sent).total_seconds() <= LONGEST_WAY_S:
            ways.append((arrived - sent).total_seconds())
    return _known("on_scene_s", on_scene, fmean) | _known("way_s", ways, median)


def _of_cases(place_code: str, calls: "QuerySet[Call]") -> dict[str, Known]:
    cases = _cases(place_code, _reported(calls))
    if len(cases) < ENOUGH:
        return {}
    steps = sorted(_steps(cases), key=lambda step: step.at)
    called_out = {step.case for step in steps if step.name == CALLED_OUT}
    online = sum(left is not None and case not in called_out for case, (_, left) in cases.items())
    total = calls.count()
    share = online / len(cases) * calls.exclude(case_number="").count() / total
    found = {"field_share": Known(value=1 - share, source="measured", over=total)}
    waiting = waited(steps)
    own = []
    for case, (begun, left) in cases.items():
        if left is not None and case not in called_out:
            seconds = (left - begun).total_seconds() - waiting.get(case, 0.0)
            own += [seconds] if 0 < seconds <= LONGEST_OWN_S else []
    found |= _known("seat_s", list(handled(steps).values()), fmean) | _known("own_median_s", own, median)
    if "own_median_s" in found:
        spread = pstdev([log(seconds) for seconds in own])
        found["own_spread"] = Known(value=spread, source="measured", over=len(own))
    return found


def _cases(place_code: str, numbers: Sequence[str]) -> dict[UUID, tuple[datetime, datetime | None]]:
    """When each began, and when its people could leave."""
    found: dict[UUID, tuple[datetime, datetime | None]] = {}
    for at in range(0, len(numbers), AT_ONCE):
        rows = Case.objects.filter(place_id=place_code, number__in=numbers[at : at + AT_ONCE])
        found |= {pk: (begun, left) for pk, begun, left in rows.values_list("pk", "created_at", "may_leave_at")}
    return found


def _steps(cases: Iterable[UUID]) -> list[Step]:
    streams = list(cases)
    found: list[Step] = []
    for at in range(0, len(streams), AT_ONCE):
        events = Event.objects.filter(
            stream__in=streams[at : at + AT_ONCE], name__in=(*HANDED_IN, *ANSWERED, CALLED_OUT)
        )
        found += [Step(*row) for row in events.values_list("stream", "name", "at", "actor_id")]
    return found


def handled(steps: Sequence[Step]) -> dict[UUID, float]:
    """Seconds of an officer's work by case, over steps in the order of time.

    An answer takes from when the case was handed in, or the same officer had given the answer before, whichever was
    later: work, and the moment until somebody looks. Cases with an answer that took very long are left out.
    """
    handed_in: dict[UUID, datetime] = {}
    answered: dict[str, datetime] = {}
    found: dict[UUID, float] = defaultdict(float)
    for step in steps:
        if step.name in HANDED_IN:
            handed_in[step.case] = step.at
        elif step.name in ANSWERED:
            since = handed_in.pop(step.case, None)
            if since is not None:
                found[step.case] += (step.at - max(since, answered.get(step.actor, since))).total_seconds()
            answered[step.actor] = step.at
    return {case: seconds for case, seconds in found.items() if seconds <= LONGEST_ANSWER_S}


def waited(steps: Sequence[Step]) -> dict[UUID, float]:
    """Seconds by case from handing photos in to the answer."""
    handed_in: dict[UUID, datetime] = {}
    found: dict[UUID, float] = defaultdict(float)
    for step in steps:
        if step.name == "photos.submitted":
            handed_in[step.case] = step.at
        elif step.name.startswith("photos.") and step.case in handed_in:
            found[step.case] += (step.at - handed_in.pop(step.case)).total_seconds()
    return dict(found)


def _known(name: str, times: Sequence[float], middle: Callable[[Sequence[float]], float]) -> dict[str, Known]:
    if len(times) < ENOUGH:
        return {}
    return {name: Known(value=float(middle(times)), source="measured", over=len(times))}
