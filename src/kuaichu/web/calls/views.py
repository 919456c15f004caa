"""What changes while the desk is open, the search, and the layers of the small map."""

import hashlib
from datetime import date, datetime, time, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET, require_http_methods

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.calls.models import Call
from kuaichu.calls.queries import CallFilter, calls_page
from kuaichu.calls.states import Category, Status, Validity
from kuaichu.calls.thresholds import thresholds_of
from kuaichu.governance import maps
from kuaichu.governance.permissions import scope_of
from kuaichu.web.audience import audience
from kuaichu.web.calls import queues
from kuaichu.web.calls.desk import context, person_of, place_of, queue_of
from kuaichu.web.calls.queues import address_of
from kuaichu.web.calls.words import class_words


@audience("calls")
@require_GET
def pulse(request: HttpRequest) -> HttpResponse:
    """Counts, the queue's rows, and whether the open call has moved on. 304 when nothing did."""
    scope, queue = queues.scope_of(person_of(request)), queue_of(request)
    waiting, rows = queues.counts(scope), queue.rows(scope)
    has_moved = _has_moved(request, scope)
    state = repr((sorted(waiting.items()), rows, has_moved, request.COOKIES.get("kc_lang", "")))
    etag = f'"{hashlib.sha256(state.encode()).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        found = {"queue": queue, "rows": rows, "waiting": waiting, "has_moved": has_moved}
        response = render(request, "calls/pulse.html", found)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _has_moved(request: HttpRequest, scope: queues.Scope) -> bool:
    """Whether the call on the screen is newer than the one shown."""
    call_id, shown = request.GET.get("call", ""), request.GET.get("version", "")
    if not (call_id.isdecimal() and shown.isdecimal() and len(call_id) < 19):
        return False
    newest = Call.objects.filter(scope.calls, pk=int(call_id)).values_list("version").first()
    return newest is not None and str(newest[0]) != shown


@audience("calls")
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Calls by number, place, plate or phone. Words come by POST: a phone number stands in no address."""
    given = request.POST if request.method == "POST" else request.GET
    text = request.POST.get("q", "")[:60]
    asked = {name: given.get(name, "") for name in ("category", "validity", "status", "first", "last")}
    asked["first"] = asked["first"] or f"{_usual_first(person_of(request)):%Y-%m-%d}"
    page_text = given.get("page", "1")
    found = calls_page(
        filter=_filter(person_of(request), asked, text),
        page=int(page_text) if page_text.isdecimal() and len(page_text) < 7 else 1,
    )
    lines = [(call, class_words(call.subclass), address_of(call)) for call in found.rows]
    more = {
        "query": text,
        "asked": asked,
        "found": found,
        "lines": lines,
        "categories": Category,
        "validities": Validity,
        "statuses": Status,
    }
    return render(request, "calls/search.html", context(request) | more)


def _filter(person: Person, asked: dict[str, str], text: str) -> CallFilter:
    """Within what the person may see; words that are no day or no code ask for nothing."""
    scope = scope_of(person)
    last = _midnight(asked["last"])
    return CallFilter(
        place=scope.place_code,
        unit_ids=scope.unit_ids,
        since=_midnight(asked["first"]),
        until=last + timedelta(days=1) if last else None,
        category=asked["category"] if asked["category"] in Category.values else "",
        validity=asked["validity"] if asked["validity"] in Validity.values else "",
        status=asked["status"] if asked["status"] in Status.values else "",
        text=text,
    )


def _usual_first(person: Person) -> date:
    """The days in which calls are compared; whoever looks for older ones says so."""
    return clock.today() - thresholds_of(place_of(person)).repeat_within


def _midnight(text: str) -> datetime | None:
    """The civil beginning of a day; nothing for what is no day."""
    try:
        return datetime.combine(date.fromisoformat(text), time.min, tzinfo=clock.BEIJING)
    except ValueError:
        return None


@audience("calls")
@require_GET
def layer(request: HttpRequest, kind: str) -> HttpResponse:
    """Boundaries or roads of the place for the small map, GeoJSON."""
    found = None
    if kind in maps.KINDS:
        found = maps.thin(place_of(person_of(request)), "boundary" if kind == "boundary" else "roads")
    if found is None:
        raise Http404
    etag = f'"{hashlib.sha256(found).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(found, content_type="application/geo+json")
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response
