"""Where and when it happened, and the weather."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from kuaichu import clock, law
from kuaichu.cases import actions
from kuaichu.cases.states import Stage
from kuaichu.clock import BEIJING
from kuaichu.errors import FieldErrors, Refused
from kuaichu.web.audience import audience
from kuaichu.web.driver import maps
from kuaichu.web.driver.steps import Page
from kuaichu.web.driver.visit import Faults, Visit, after, attempt, party_page, show

_LOCAL = "%Y-%m-%dT%H:%M"
_SOURCES = ("device", "map", "typed")


@audience("driver")
@require_http_methods(["GET", "HEAD", "POST"])
@party_page
def place(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Take the place, the time and the weather; go on to the invitation or back to where the journey stands."""
    faults = Faults()
    if request.method == "POST":
        faults = attempt(lambda: _record(visit))
        if (onward := after(visit, faults)) is not None:
            return onward
    if visit.case.stage not in (Stage.REPORTED, Stage.EVIDENCE, Stage.DETAILS, Stage.ATTENDANCE):
        return redirect(visit.base)
    context = {
        "values": _values(visit),
        "errors": faults.fields or {},
        "refusal": faults.refusal,
        "weathers": law.codes.options("weather"),
        "place_map": maps.map_of(visit.case.place),
        "is_back": visit.step.page not in (Page.RESULT, Page.PLACE),
        "bar": 1,
    }
    return show(visit, "place", context, status=faults.status)


def _record(visit: Visit) -> None:
    posted = visit.request.POST
    occurred_at = _moment(posted.get("occurred_at", ""))
    lon, lat = _degrees(posted.get("lon", "")), _degrees(posted.get("lat", ""))
    has_point = lon is not None and lat is not None
    source = posted.get("source", "typed")
    occurrence = actions.Occurrence(
        occurred_at=occurred_at,
        location=posted.get("location", ""),
        weather=posted.get("weather", ""),
        lon_wgs84=lon if has_point else None,
        lat_wgs84=lat if has_point else None,
        accuracy_m=_degrees(posted.get("accuracy", "")) if has_point else None,
        source=source if source in _SOURCES and has_point else "typed",
    )
    actions.record_occurrence(party_id=visit.party.pk, occurrence=occurrence)


def _moment(text: str) -> datetime:
    """China's civil time as the browser's field sends it. Raises FieldErrors."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=BEIJING)
    except ValueError:
        raise FieldErrors({"occurred_at": Refused("occurrence.no_time", "请填写事故时间")}) from None


def _degrees(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if -1e6 < number < 1e6 else None  # refuses nan and inf too


def _values(visit: Visit) -> dict[str, object]:
    if visit.request.method == "POST":
        return visit.request.POST.dict()  # type: ignore[return-value]
    case = visit.case
    return {
        "occurred_at": (case.occurred_at or clock.now()).astimezone(BEIJING).strftime(_LOCAL),
        "location": case.location,
        "weather": case.weather,
        "lon": "" if case.lon_wgs84 is None else f"{case.lon_wgs84:.6f}",
        "lat": "" if case.lat_wgs84 is None else f"{case.lat_wgs84:.6f}",
        "accuracy": "" if case.accuracy_m is None else f"{case.accuracy_m:.0f}",
        "source": case.location_source or "typed",
    }
