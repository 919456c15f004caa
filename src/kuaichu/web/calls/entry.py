"""The entry form: what the caller says while it is said. Class, repeats and places are proposed as it is typed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from kuaichu import clock
from kuaichu.accounts.models import Agency, AgencyKind, Person
from kuaichu.calls import actions
from kuaichu.calls.actions.taking import Taken, new_number
from kuaichu.calls.classes import CLASSES, of_category
from kuaichu.calls.classing import classify
from kuaichu.calls.intake import Intake, phone_of
from kuaichu.calls.models import Call
from kuaichu.calls.queries import propose
from kuaichu.calls.states import Category, Position, Source
from kuaichu.errors import FieldErrors, Refused
from kuaichu.governance import maps
from kuaichu.web.audience import audience
from kuaichu.web.calls import locating, queues
from kuaichu.web.calls.desk import context, person_of, place_of
from kuaichu.web.calls.warming import warm
from kuaichu.web.calls.words import phrase

SALT = "calls.entry"
TEXTS = ("caller_name", "caller_phone", "content", "location", "road", "plates", "position")
COUNTS = ("injured", "dead", "trapped")


@audience("calls")
@require_http_methods(["GET", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """The desk, ready for the next call; a POST stores what was typed."""
    if request.method == "POST":
        return _save(request)
    return _show(request)


@audience("calls")
@require_POST
def judge(request: HttpRequest) -> HttpResponse:
    """What the half-typed call is about, and which earlier calls it may repeat. Nothing is written."""
    place_code = place_of(person_of(request))
    typed = request.POST
    text = typed.get("content", "").strip() or typed.get("location", "").strip()
    classed = classify(text) if text else None
    is_enough = bool(text) or len(phone_of(typed.get("caller_phone", ""))) > 6 or bool(typed.get("plates", "").strip())
    found = propose(_intake(typed, place_code)) if is_enough else []
    proposals = [(item, typed.get(f"link_{item.notion}_{item.call_id}", "")) for item in found]
    return render(
        request,
        "calls/judged.html",
        {"classed": classed, "klass": CLASSES[classed.subclass] if classed else None, "proposals": proposals}
        | {"classes": CLASSES, "is_enough": is_enough},
    )


@audience("calls")
@require_POST
def spots(request: HttpRequest) -> HttpResponse:
    """Crossings and roads that the location may mean."""
    place_code = place_of(person_of(request))
    found = locating.spots(place_code, request.POST.get("location", "")[:160])
    return render(request, "calls/spots.html", {"spots": found})


def _show(request: HttpRequest, *, refusal: Refused | None = None) -> HttpResponse:
    person = person_of(request)
    place_code = place_of(person)
    warm(place_code)
    typed = request.POST.dict() if refusal else {}
    faults = refusal.fields if isinstance(refusal, FieldErrors) else {}
    more = {
        "typed": typed,
        "refusal": refusal,
        "errors": faults,
        "form_key": signing.dumps(new_number(place_code, clock.today()), salt=SALT),
        "groups": [(category, of_category(category.value)) for category in Category],
        "units": _units(place_code),
        "map_version": maps.digest(place_code)[:12] if maps.box(place_code) else "",
        "taken": request.GET.get("taken", "")[:40],
        "is_entry": True,
    }
    return render(request, "calls/entry.html", context(request) | more, status=409 if refusal else 200)


def _units(place_code: str) -> list[Agency]:
    rows = Agency.objects.filter(kind=AgencyKind.POLICE, is_active=True, place__code__startswith=place_code[:4])
    return list(rows.order_by("code"))


def _save(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    place_code = place_of(person)
    try:
        taken = _take(request, person, _located(_intake(request.POST, place_code)))
    except Refused as refusal:
        return _show(request, refusal=refusal)
    if taken is not None:
        _answer(request, person, taken)
        said = phrase(gettext("已接警 %(number)s"), number=taken.call.number)
        messages.success(request, said, extra_tags="success")
    number = taken.call.number if taken else _number_of(request)
    return redirect(f"/calls/?taken={number}")


def _take(request: HttpRequest, person: Person, intake: Intake) -> Taken | None:
    """The stored call; None when this form had stored it before (a second press, a page sent again)."""
    number = _number_of(request)
    before = Call.objects.filter(place_id=intake.place_code, number=number).first() if number else None
    if before is None:
        return actions.take_call(taker=person, intake=_numbered(intake, number))
    same = (before.content, before.caller_phone, before.first_receiver_id)
    if same == (intake.content, phone_of(intake.caller_phone), person.pk):
        return None
    return actions.take_call(taker=person, intake=intake)


def _numbered(intake: Intake, number: str) -> Intake:
    """With the number that the form was given, unless the day has changed since."""
    day = f"{clock.local_day(intake.received_at):%Y%m%d}"
    return replace(intake, number=number) if number.startswith(f"J{intake.place_code}{day}") else intake


def _number_of(request: HttpRequest) -> str:
    try:
        return str(signing.loads(request.POST.get("form_key", ""), salt=SALT))
    except signing.BadSignature:
        return ""


def _answer(request: HttpRequest, person: Person, taken: Taken) -> None:
    """What the person said of the proposals before the call was stored. A refusal leaves the link open for later."""
    settled: set[str] = set()
    for link in taken.links:
        said = request.POST.get(f"link_{link.notion}_{link.earlier_id}", "")
        if said not in ("yes", "no") or (said == "yes" and link.notion in settled):
            continue
        if said == "yes":
            settled.add(link.notion)
        try:
            actions.answer_link(link_id=link.pk, person=person, is_repeat=said == "yes")
        except Refused as refusal:
            messages.warning(request, gettext(refusal.message))
    if any(row.number == taken.call.number for row in queues.links(queues.scope_of(person))):
        messages.info(request, gettext("还有疑似重复等您确认，在“疑似重复”里"))


def _intake(typed: Mapping[str, Any], place_code: str) -> Intake:
    """The form as it stands; what can't be read is as if it were not there, and counts that can't be are refused."""
    lon, lat = _degrees(typed.get("lon", "")), _degrees(typed.get("lat", ""))
    has_point = lon is not None and lat is not None
    texts: dict[str, Any] = {name: str(typed.get(name, "")) for name in TEXTS}
    if not has_point or texts["position"] not in (Position.EXACT, Position.APPROXIMATE):
        texts["position"] = ""
    texts |= {name: _count(str(typed.get(name, ""))) for name in COUNTS}
    return Intake(
        place_code=place_code,
        received_at=_received_at(str(typed.get("received_at", ""))),
        source=Source.PHONE,
        lon_wgs84=lon if has_point else None,
        lat_wgs84=lat if has_point else None,
        subclass=typed.get("subclass") or None,
        is_hit_and_run=bool(typed.get("is_hit_and_run")),
        unit_id=_unit_id(str(typed.get("unit", ""))),
        **texts,
    )


def _located(intake: Intake) -> Intake:
    """A crossing of two roads that both were named is a place, also for those without scripts."""
    if intake.lon_wgs84 is None and (spot := locating.certain(intake.place_code, intake.location)):
        intake = replace(
            intake, lon_wgs84=spot.lon_wgs84, lat_wgs84=spot.lat_wgs84, position=spot.position, road=spot.road
        )
    return replace(intake, road=intake.road or locating.road_named(intake.place_code, intake.location))


def _received_at(text: str) -> datetime:
    """When the form was begun; now where nobody says so or it can't be."""
    now = clock.now()
    try:
        begun = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return now
    return min(begun, now) if begun.tzinfo and now.date().toordinal() - begun.date().toordinal() <= 1 else now


def _degrees(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _count(text: str) -> int:
    """-1, which is refused beside the field, for what is no number."""
    text = text.strip()
    return (int(text) if text.isdecimal() and len(text) < 5 else -1) if text else 0


def _unit_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
