"""Pages for everybody: the start page, the demonstration's cards and outbox, and whether the service lives."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kuaichu.accounts.models import Person, Role
from kuaichu.cases.models import Case
from kuaichu.cases.states import Stage
from kuaichu.links.models import OutboxMessage
from kuaichu.origin import public_origin
from kuaichu.web.access import link_of
from kuaichu.web.audience import audience

OUTBOX_SHOWN = 50
TEXTS_AT_ONCE = 500
CASES_SHOWN = 8
_LOOPBACK = {"127.0.0.1", "localhost", "::1", "testserver"}
_ORDER = list(Role)  # as the roles come up on the way of a case


@dataclass(frozen=True)
class PhoneCard:
    """A page for a phone: its path, its full address for another device, and that as a QR picture (SVG)."""

    path: str
    address: str
    qr_svg: str


@dataclass(frozen=True)
class CaseCard:
    """A case of the demonstration with the links of its parties by letter."""

    case: Case
    links: tuple[tuple[str, str], ...]


@audience("public")
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """/: one big button for drivers; in the demonstration a card per person."""
    if not settings.DEMO:
        return render(request, "public/start.html")
    people = Person.objects.filter(is_active=True).select_related("agency").order_by("username")
    cases = list(Case.objects.prefetch_related("parties").order_by("-created_at", "number")[:60])
    context = {
        "driver_a": _phone_card(request, "/start/"),
        "driver_b": _phone_card(request, "/join/"),
        "people": sorted(people, key=lambda person: (_ORDER.index(Role(person.role)), person.username)),
        "open_cases": [_case_card(case) for case in cases if case.stage != Stage.CLOSED][:CASES_SHOWN],
        "closed_cases": [_case_card(case) for case in cases if case.stage == Stage.CLOSED][:CASES_SHOWN],
    }
    return render(request, "public/demo.html", context)


def _case_card(case: Case) -> CaseCard:
    return CaseCard(case, tuple((party.letter, link_of(party)) for party in case.parties.all()))


def _phone_card(request: HttpRequest, path: str) -> PhoneCard:
    address = _origin_for_phones(request) + path
    svg = segno.make(address, error="m", micro=False).svg_inline(
        border=2, scale=4, dark="#000", light="#fff", omitsize=True
    )
    return PhoneCard(path, address, svg)


def _origin_for_phones(request: HttpRequest) -> str:
    """As asked for; but a page opened on this machine itself shows the address that other devices can reach."""
    asked = f"{request.scheme}://{request.get_host()}"
    return public_origin() if urlsplit(asked).hostname in _LOOPBACK else asked


@audience("demo")
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """The text messages that the simulated carrier took in, newest first."""
    shown = OutboxMessage.objects.order_by("-at", "-pk")[:OUTBOX_SHOWN]
    return render(request, "public/outbox.html", {"outbox": shown})


@audience("demo")
@require_safe
def outbox_texts(request: HttpRequest) -> JsonResponse:
    """/demo/outbox.json?after=N: the messages with a higher number, oldest first, for programs that play the city."""
    after = request.GET.get("after", "0")
    found = OutboxMessage.objects.filter(pk__gt=int(after) if after.isdigit() else 0).order_by("pk")[:TEXTS_AT_ONCE]
    texts = [{"number": text.pk, "phone": text.phone_masked, "words": text.text} for text in found]
    return JsonResponse({"texts": texts})


@audience("public")
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 "ok" when the process answers and the database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return HttpResponse("ok", content_type="text/plain")
