"""What happened, as one party tells it."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from kuaichu import law
from kuaichu.cases import actions
from kuaichu.cases.models import PartyKind
from kuaichu.cases.states import Stage
from kuaichu.web.audience import audience
from kuaichu.web.driver import account as telling
from kuaichu.web.driver import words
from kuaichu.web.driver.steps import Page
from kuaichu.web.driver.visit import Faults, Visit, after, attempt, party_page, show

_OPEN = (Stage.REPORTED, Stage.EVIDENCE, Stage.DETAILS, Stage.ATTENDANCE)


@audience("driver")
@require_http_methods(["GET", "HEAD", "POST"])
@party_page
def account(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The screens of the telling; the last one is posted."""
    if visit.case.stage not in _OPEN:
        return redirect(visit.base)
    if len(visit.parties) < 2:
        return redirect(visit.url("invite"))
    told = telling.read(
        request.POST if request.method == "POST" else request.GET, me=visit.party, parties=visit.parties
    )
    faults = Faults()
    if request.method == "POST" and told.due.name == "words":
        statement = request.POST.get("statement", "")
        faults = attempt(lambda: actions.give_account(party_id=visit.party.pk, account=told.account(statement)))
        if (onward := after(visit, faults)) is not None:
            return onward
    return _screen(visit, told, faults)


def _screen(visit: Visit, told: telling.Telling, faults: Faults) -> HttpResponse:
    request, screen = visit.request, told.due
    given = request.GET.getlist(screen.name) if request.method == "GET" else []
    is_again = "again" in request.GET or "asked" not in request.GET
    remembered = telling.stored(visit.party, screen, collision_form=visit.case.collision_form)
    context = {
        "screen": screen,
        "kind": "situation" if screen.letter else screen.name,
        "is_mine": screen.letter == visit.party.letter,
        "side": words.side(screen.letter) if screen.letter else "",
        "side_plate": next((party.plate for party in visit.parties if party.letter == screen.letter), ""),
        "carried": [(name, value) for name, values in told.before(screen).items() for value in values],
        "chosen": tuple(given) or remembered,
        "number": told.screens.index(screen) + 1,
        "count": len(told.screens),
        "back": told.back_query(screen),
        "is_missing": request.method == "GET" and not is_again and request.GET.get("asked") == screen.name,
        "situations": _situations(visit, screen.letter),
        "zones": _zones(is_rider=visit.party.kind != PartyKind.MOTOR),
        "forms": law.codes.options("collision_form"),
        "statement": request.POST.get("statement", visit.party.statement),
        "refusal": faults.refusal,
        "errors": faults.fields or {},
        "nothing": telling.NOTHING,
        "is_optional_page": visit.step.page != Page.ACCOUNT,
        "bar": 3,
    }
    return show(visit, "account", context, status=faults.status)


def _situations(visit: Visit, letter: str) -> list[law.codes.Code]:
    """The boxes of the national form in the words that fit the side's vehicle: a bicycle has no door to open."""
    kind = next((party.kind for party in visit.parties if party.letter == letter), PartyKind.MOTOR)
    options = list(law.codes.options("situation"))
    if kind == PartyKind.MOTOR:
        return options
    return [_for_rider(item) for item in options if item.code not in words.NOT_FOR_RIDERS]


def _for_rider(item: law.codes.Code) -> law.codes.Code:
    said = words.RIDER.get(item.code)
    return replace(item, zh=said[0], en=said[1]) if said else item


def _zones(*, is_rider: bool) -> list[law.codes.Code | None]:
    """The eight parts as they lie around the car seen from above; its middle is no part."""
    parts = {item.code: _for_rider(item) if is_rider else item for item in law.codes.options("damaged_part")}
    around = ("front_left", "front", "front_right", "left", "", "right", "rear_left", "rear", "rear_right")
    return [parts.get(code) for code in around]
