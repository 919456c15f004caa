"""The link opened on a browser that is not yet the party's own: a one-time code to the confirmed phone makes it so."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from kuaichu.accounts import throttle
from kuaichu.cases import actions
from kuaichu.errors import NotFound, Refused
from kuaichu.privacy import mask_phone
from kuaichu.web.access import find_party
from kuaichu.web.audience import audience
from kuaichu.web.driver.visit import Faults, address_of, attempt, remember_device


@audience("driver")
@require_http_methods(["GET", "HEAD", "POST"])
def device(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the code; on success remember this browser."""
    access = find_party(request, token)
    party = access.party
    if access.is_trusted:
        return redirect(f"/c/{token}/")
    faults, sent = Faults(), request.method == "POST"
    if request.method == "POST" and request.POST.get("what") == "code":
        faults = attempt(lambda: _check(request, party.pk))
        if faults.refusal is None:
            response = redirect(f"/c/{token}/")
            remember_device(response, request, actions.bind_device(party_id=party.pk))
            return response
    elif request.method == "POST":
        faults = attempt(lambda: _send(request, party.pk, party.phone))
        sent = faults.refusal is None
    context = {"masked": mask_phone(party.phone), "is_sent": sent, "refusal": faults.refusal, "case": party.case}
    return render(request, "driver/device.html", context, status=faults.status)


def _send(request: HttpRequest, party_id: object, phone: str) -> None:
    throttle.take("code", address_of(request), throttle.CODE_PER_ADDRESS)
    if not phone:
        raise Refused("phone.missing", "这个案件还没有留手机号，请用原来的手机打开")
    try:
        actions.request_phone_code(party_id=party_id, phone=phone)  # type: ignore[arg-type]
    except NotFound:
        raise Refused("phone.missing", "这个案件还没有留手机号，请用原来的手机打开") from None


def _check(request: HttpRequest, party_id: object) -> None:
    throttle.take("code-check", address_of(request), throttle.CODE_PER_ADDRESS)
    actions.confirm_phone(party_id=party_id, typed=request.POST.get("code", ""))  # type: ignore[arg-type]
