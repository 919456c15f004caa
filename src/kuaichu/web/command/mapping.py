"""The map: its page, the raster for a period, the layers from the place's files, and what is new since a mark."""

import hashlib
import json
from datetime import date, datetime
from typing import Any

import numpy as np
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from kuaichu import clock
from kuaichu.calls.classes import CLASSES
from kuaichu.calls.models import Call
from kuaichu.governance import events, maps
from kuaichu.governance.analyses import DEFAULTS, ground_of, picture
from kuaichu.governance.events import CATEGORIES, Columns, Mark, Store, Wanted
from kuaichu.governance.events.selecting import chosen
from kuaichu.governance.states import RunKind
from kuaichu.web.audience import audience
from kuaichu.web.command import desk
from kuaichu.web.command.colours import ramp_text
from kuaichu.web.command.warming import warm

BANDWIDTHS_M = (200, 400, 800, 1500)
SHOWN_SPAN = 7
MOST_NAMED = 30
HEADER_BYTES = 4


@audience("command")
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The map with its slider; everything on it comes afterwards."""
    asked = desk.asked_of(request, days=SHOWN_SPAN)
    warm(asked.scope.place_code)
    response = render(request, "command/map.html", desk.context(request, "map", asked) | map_context(asked))
    return with_tiles(response)


def map_context(asked: desk.Asked) -> dict[str, Any]:
    """What the script on a page with a map must know."""
    store = events.store(asked.scope.place_code)
    columns = store.columns
    first = clock.local_day(datetime.fromtimestamp(int(columns.t.min()), clock.BEIJING)) if len(columns) else None
    return {
        "first_on": max(first, date(1995, 1, 1)) if first else clock.today(),
        "today_on": clock.today(),
        "year_before": asked.period.a_year_before(),
        "has_calls": len(columns) > 0,
        "has_map": maps.box(asked.scope.place_code) is not None,
        "ramp": ramp_text(),
        "bandwidths": BANDWIDTHS_M,
        "bandwidth": int(DEFAULTS[RunKind.HEAT]["bandwidth_m"]),
        "tiles": tiles(),
        "map_version": maps.digest(asked.scope.place_code)[:12],
    }


def tiles() -> str:
    """The template of the tile server's addresses, if the installation has one."""
    return str(settings.MAP_TILES)


def with_tiles(response: HttpResponse) -> HttpResponse:
    """Let the page load pictures from the tile server; all else stays as strict as everywhere."""
    if tiles():
        from kuaichu.web.middleware import CSP

        origin = "/".join(tiles().split("/", 3)[:3])
        response.headers["Content-Security-Policy"] = CSP.replace("img-src 'self'", f"img-src 'self' {origin}")
    return response


@audience("command")
@require_GET
def heat(request: HttpRequest) -> HttpResponse:
    """The raster: four bytes of header length, the header (JSON), then uint16, little-endian, row 0 in the north."""
    asked = desk.asked_of(request, days=SHOWN_SPAN)
    bandwidth_m = _bandwidth(request)
    store = events.store(asked.scope.place_code)
    with store.still():
        mark, (calls, changes) = store.mark, store.lately
        rows = store.select(asked.wanted).taken()
    etag = _etag(mark, request, maps.digest(asked.scope.place_code))
    response = get_conditional_response(request, etag=etag)
    if response is None:
        is_there = np.isfinite(rows.lon)
        made = picture(
            rows.lon[is_there], rows.lat[is_there], box=_box(store, asked.scope.place_code), bandwidth_m=bandwidth_m
        )
        header = {
            "box": made.box,
            "width": made.width,
            "height": made.height,
            "scale": made.scale,
            "bandwidth_m": bandwidth_m,
            "count": len(rows),
            "unlocated": int((~is_there).sum()),
            "mark": str(mark),
            "calls": calls,
            "changes": changes,
        }
        body = packet(header, made.values.astype("<u2").tobytes())
        response = HttpResponse(body, content_type="application/octet-stream")
    return _revalidated(response, etag)


def packet(header: dict[str, Any], values: bytes) -> bytes:
    """Four bytes of header length, the header (JSON, filled up to whole words), the values."""
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    return len(text).to_bytes(HEADER_BYTES, "little") + text + values


def _box(store: Store, place_code: str) -> maps.Box:
    return maps.box(place_code) or ground_of(place_code, store.columns).box


def _bandwidth(request: HttpRequest) -> float:
    given = request.GET.get("bandwidth", "")
    asked = int(given) if given.isdigit() and len(given) < 6 else 0
    return float(asked if asked in BANDWIDTHS_M else DEFAULTS[RunKind.HEAT]["bandwidth_m"])


def _etag(mark: Mark, request: HttpRequest, more: str = "") -> str:
    """Of the state and the whole question, its asker and language included."""
    person = desk.person_of(request)
    text = f"{mark} {request.get_full_path()} {person.pk} {person.agency_id} {get_language()} {more}"
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _revalidated(response: Any, etag: str) -> HttpResponse:
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@audience("command")
@require_GET
def layer(request: HttpRequest, kind: str) -> HttpResponse:
    """Boundaries or roads of the place, GeoJSON."""
    place_code = desk.asked_of(request, days=1).scope.place_code
    found = maps.thin(place_code, "boundary" if kind == "boundary" else "roads") if kind in maps.KINDS else None
    if found is None:
        raise Http404
    etag = f'"{hashlib.sha256(found).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag)
    return _revalidated(response or HttpResponse(found, content_type="application/geo+json"), etag)


@audience("command")
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """What came in or was corrected after `after`: stamps for the map and calls to name. 304 when there is nothing.

    `reload`: the page is too far behind and must ask for the whole picture.
    """
    asked = desk.asked_of(request, days=SHOWN_SPAN)
    after = Mark.parse(request.GET.get("after", ""))
    store = events.store(asked.scope.place_code)
    with store.still():
        mark, new, changes = store.mark, store.recent(after), store.later_changes(after)
        etag = _etag(mark, request)
        response = get_conditional_response(request, etag=etag)
        if response is None:
            if new is None or changes is None:
                body: dict[str, Any] = {"mark": str(mark), "reload": True}
            else:
                rows = store.columns.taken(new)
                body = {"mark": str(mark), "reload": False, "new": _stamps(rows, store, asked.wanted)}
                body["changed"] = [
                    [each.change, int(each.after.id[0]), *_turned(each.before, each.after, store, asked.wanted)]
                    for each in changes
                ]
                body["calls"] = _named(rows, store, asked)
            response = JsonResponse(body)
    return _revalidated(response, etag)


def _stamps(rows: Columns, store: Store, wanted: Wanted) -> list[list[Any]]:
    """[id, lon, lat] of each call that counts; without a place the two are null."""
    index = chosen(rows, store.codes, wanted)
    return [[int(rows.id[at]), *_place(rows, int(at))] for at in index]


def _place(rows: Columns, at: int) -> tuple[float | None, float | None]:
    return (float(rows.lon[at]), float(rows.lat[at])) if np.isfinite(rows.lon[at]) else (None, None)


def _turned(before: Columns, after: Columns, store: Store, wanted: Wanted) -> list[Any]:
    """What a correction takes away from the map and what it adds: [lon, lat] or null each; no list: nothing."""
    taken, added = (
        [list(_place(rows, 0))] if len(chosen(rows, store.codes, wanted)) else [] for rows in (before, after)
    )
    return [[], []] if taken == added else [taken, added]


def _named(rows: Columns, store: Store, asked: desk.Asked) -> list[dict[str, Any]]:
    """The newest calls in the person's scope, of every class: for the pulse on the map and the list beside it."""
    everything = Wanted(validity="", unit_ids=asked.scope.unit_ids, district=asked.scope.district)
    ids = [int(rows.id[at]) for at in chosen(rows, store.codes, everything)][-MOST_NAMED:]
    return [described(call) for call in Call.objects.filter(pk__in=ids).order_by("received_at", "pk")] if ids else []


def described(call: Call) -> dict[str, Any]:
    """A call for the list beside the map: nothing of the caller."""
    known, received_at = CLASSES.get(call.subclass), call.received_at.astimezone(clock.BEIJING)
    is_english = (get_language() or "").startswith("en")
    return {
        "id": call.pk,
        "number": call.number,
        "at": received_at.strftime("%H:%M" if received_at.date() == clock.today() else "%m-%d %H:%M"),
        "lon": call.lon_wgs84,
        "lat": call.lat_wgs84,
        "category": call.category if call.category in CATEGORIES else "other",
        "class": (known.en if is_english else known.zh) if known else "",
        "where": call.location or call.road,
    }
