"""Who the parties are: the phone with its one-time code, the particulars of 令146 Art. 21."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from kuaichu import law
from kuaichu.accounts import throttle
from kuaichu.accounts.models import Agency, AgencyKind
from kuaichu.cases import actions
from kuaichu.cases.models import PartyKind, PhoneMode
from kuaichu.cases.states import Stage
from kuaichu.law.identifiers import document_kinds
from kuaichu.web.audience import audience
from kuaichu.web.driver import examples
from kuaichu.web.driver.visit import Faults, Visit, address_of, after, attempt, party_page, remember_device, show

_OPEN = (Stage.REPORTED, Stage.EVIDENCE, Stage.DETAILS, Stage.ATTENDANCE)
_FIELDS = (
    "name",
    "document_kind",
    "document_number",
    "vehicle_kind",
    "plate_kind",
    "plate",
    "insurer_code",
    "policy_number",
    "contact",
)
_ORDINARY_PLATES = ("02", "52", "01", "51", "07")


@audience("driver")
@require_http_methods(["GET", "HEAD", "POST"])
@party_page
def phone(request: HttpRequest, visit: Visit) -> HttpResponse:
    """First the number, then the six digits from the message; the browser becomes the party's own."""
    party = visit.party
    if party.phone_mode == PhoneMode.NONE or (party.phone_confirmed_at and party.account_at):
        return redirect(visit.base)
    what = request.POST.get("what", "")
    faults = Faults()
    if request.method == "POST" and what == "code":
        if party.phone_confirmed_at is not None:  # a second tap
            return redirect(visit.url("particulars"))
        faults = attempt(lambda: _confirm(visit))
        if faults.refusal is None:
            response = redirect(visit.base if party.particulars_at else visit.url("particulars"))
            remember_device(response, request, actions.bind_device(party_id=party.pk))
            return response
    elif request.method == "POST":
        faults = attempt(lambda: _send(visit))
        if faults.refusal is None:
            return redirect(visit.url("phone"))
    is_asking = bool(party.phone) and party.phone_confirmed_at is None and "change" not in request.GET
    if what == "send" and faults.refusal is not None:
        is_asking = False
    context = {
        "is_asking": is_asking,
        "number": request.POST.get("phone", party.phone if "change" in request.GET else ""),
        "refusal": faults.refusal,
        "example": examples.phone_of(party) if settings.DEMO else "",
        "bar": 3,
    }
    return show(visit, "phone", context, status=faults.status)


def _send(visit: Visit) -> None:
    throttle.take("code", address_of(visit.request), throttle.CODE_PER_ADDRESS)
    typed = visit.request.POST.get("phone") or visit.party.phone
    actions.request_phone_code(party_id=visit.party.pk, phone=typed)


def _confirm(visit: Visit) -> None:
    throttle.take("code-check", address_of(visit.request), throttle.CODE_PER_ADDRESS)
    actions.confirm_phone(party_id=visit.party.pk, typed=visit.request.POST.get("code", ""))


@audience("driver")
@require_http_methods(["GET", "HEAD", "POST"])
@party_page
def particulars(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Name, document, vehicle, plate, insurer; every refused field says what to do, and nothing typed is lost."""
    if visit.case.stage not in _OPEN:
        return redirect(visit.base)
    if visit.party.phone_mode != PhoneMode.NONE and visit.party.phone_confirmed_at is None:
        return redirect(visit.url("phone"))
    faults = Faults()
    if request.method == "POST":
        faults = attempt(lambda: _save(visit))
        if (onward := after(visit, faults)) is not None:
            return onward
    typed = request.POST if request.method == "POST" else _stored(visit)
    if "example" in request.GET and settings.DEMO and request.method == "GET":
        typed = examples.particulars_of(visit.party, insurers=_insurers())
    return show(visit, "particulars", _choices(visit) | _form(typed, faults), status=faults.status)


def _save(visit: Visit) -> None:
    posted = visit.request.POST
    values = {name: posted.get(name, "") for name in _FIELDS}
    if values["insurer_code"] == "-":
        values["insurer_code"] = ""
    typed = actions.Particulars(**values, is_plate_confirmed=bool(posted.get("is_plate_confirmed")))
    actions.save_particulars(party_id=visit.party.pk, particulars=typed)


def _form(typed: Mapping[str, str], faults: Faults) -> dict[str, object]:
    errors = faults.fields or {}
    return {
        "values": {name: typed.get(name, "") for name in _FIELDS},
        "errors": errors,
        "refusal": faults.refusal,
        "ask_plate": getattr(errors.get("plate"), "is_confirmable", False) or bool(typed.get("is_plate_confirmed")),
        "is_plate_confirmed": bool(typed.get("is_plate_confirmed")),
    }


def _stored(visit: Visit) -> dict[str, str]:
    party = visit.party
    is_given = party.particulars_at is not None
    return {
        "name": party.name,
        "document_kind": party.document_kind or "id_card",
        "document_number": party.document_number,
        "vehicle_kind": party.vehicle_kind,
        "plate_kind": party.plate_kind or "02",
        "plate": party.plate,
        "insurer_code": party.insurer.code if party.insurer else "-" if is_given else "",
        "policy_number": party.policy_number,
        "contact": party.phone if party.phone_mode == PhoneMode.NONE else "",
    }


def _choices(visit: Visit) -> dict[str, object]:
    is_motor = visit.party.kind == PartyKind.MOTOR
    plates = law.codes.options("plate_kind")
    return {
        "is_motor": is_motor,
        "needs_contact": visit.party.phone_mode == PhoneMode.NONE,
        "documents": [("id_card", None)] + [(code, row) for code, row in document_kinds.items()],
        "vehicles": [code for code in law.codes.options("transport") if _is_of(code.code, is_motor=is_motor)],
        "ordinary_plates": [code for code in plates if code.code in _ORDINARY_PLATES],
        "special_plates": [code for code in plates if code.code not in _ORDINARY_PLATES],
        "insurers": _insurers() if is_motor else [],
        "is_checking": visit.case.photo_state == "submitted",
        "poll": visit.case.photo_state == "submitted",
        "bar": 3,
    }


def _is_of(code: str, *, is_motor: bool) -> bool:
    """交通方式 codes: F are non-motor vehicles, A people on foot, X the rest."""
    return (code[0] not in "FAX") if is_motor else code[0] == "F"


def _insurers() -> list[Agency]:
    return list(Agency.objects.filter(kind=AgencyKind.INSURER, is_active=True).order_by("code"))
