"""Before there is a case: the one big button, and coming to somebody else's case."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kuaichu.accounts import throttle
from kuaichu.accounts.models import Agency, AgencyKind, Place
from kuaichu.cases import actions
from kuaichu.cases.models import Party
from kuaichu.errors import Refused
from kuaichu.web.access import link_of, party_behind
from kuaichu.web.audience import audience
from kuaichu.web.driver import once
from kuaichu.web.driver.visit import LAST_COOKIE, Faults, address_of, attempt


@audience("public")
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The first page. Where several places are served, the driver says where it happened."""
    return _start(request, Faults())


def _start(request: HttpRequest, faults: Faults) -> HttpResponse:
    context = {
        "places": served_places(),
        "refusal": faults.refusal,
        "chosen": request.POST.get("place", ""),
        "last": _last_case(request),
        "form_key": once.new_key(),
    }
    return render(request, "driver/start.html", context, status=faults.status)


def _last_case(request: HttpRequest) -> str:
    """The path of the open case that this browser handled last, or nothing."""
    token = request.COOKIES.get(LAST_COOKIE, "")
    if not token:
        return ""
    try:
        party = party_behind(token)
    except Refused:
        return ""
    return link_of(party) if party.case.is_open else ""


def served_places() -> list[Place]:
    """The places with an active police unit (one statement)."""
    units = Agency.objects.filter(kind=AgencyKind.POLICE, is_active=True)
    return list(Place.objects.filter(pk__in=units.values("place_id")).order_by("code"))


@audience("public")
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """Open a case and go to its first page."""
    places = served_places()
    asked = request.POST.get("place", "")
    chosen = next((place for place in places if place.code == asked), places[0] if len(places) == 1 else None)

    party = once.made_before(request)

    def act() -> None:
        nonlocal party
        throttle.take("report", address_of(request), throttle.REPORT_PER_ADDRESS)
        if chosen is None:
            raise Refused("place.unknown", "请先选择事故在哪里")
        code = chosen.code
        party = once.make_once(request, lambda: actions.report(place_code=code, kind="motor"))

    faults = attempt(act) if party is None else Faults()
    if party is None:
        return _start(request, faults)
    return redirect(link_of(party) + "safety/")


@audience("public")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Type the six digits that the other driver's phone shows."""
    return _join(request, code=request.POST.get("code", ""), invitation="")


@audience("public")
@require_http_methods(["GET", "HEAD", "POST"])
def join_by_link(request: HttpRequest, invitation: str) -> HttpResponse:
    """Opened from a QR code or text message: nothing happens before the button is pressed (previews open links too)."""
    return _join(request, code="", invitation=invitation)


def _join(request: HttpRequest, *, code: str, invitation: str) -> HttpResponse:
    kind = request.POST.get("kind", "motor")
    party: Party | None = once.made_before(request) if request.method == "POST" else None

    def act() -> None:
        nonlocal party
        throttle.take("join", address_of(request), throttle.JOIN_PER_ADDRESS)
        party = once.make_once(request, lambda: actions.join(code=code, token=invitation, kind=kind))

    faults = attempt(act) if request.method == "POST" and party is None else Faults()
    if party is None:
        context = {
            "invitation": invitation,
            "code": code,
            "kind": kind,
            "refusal": faults.refusal,
            "form_key": once.new_key(),
        }
        return render(request, "driver/join.html", context, status=faults.status)
    return redirect(link_of(party) + "safety/")
