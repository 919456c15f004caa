"""Bringing the other side to the case: QR code, six digits, text message, or on this phone."""

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from kuaichu import clock, law
from kuaichu.cases import actions
from kuaichu.cases.states import Stage
from kuaichu.errors import Refused
from kuaichu.origin import public_origin
from kuaichu.web.access import link_of
from kuaichu.web.audience import audience
from kuaichu.web.driver.visit import Faults, Visit, attempt, party_page, show

_OPEN = (Stage.REPORTED, Stage.EVIDENCE, Stage.DETAILS, Stage.ATTENDANCE)


@audience("driver")
@require_http_methods(["GET", "HEAD", "POST"])
@party_page
def invite(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show the running invitation, send it by text, or add somebody who uses this phone."""
    if visit.case.stage not in _OPEN:
        return redirect(visit.base)
    faults, sent = Faults(), False
    if request.method == "POST":
        what = request.POST.get("what", "")
        added: list[actions.NewParty] = []
        faults = attempt(lambda: _do(visit, what, added))
        if added:
            return redirect(visit.base if visit.case.stage == Stage.EVIDENCE else link_of(added[0].party))
        sent = faults.refusal is None
    return _page(visit, faults, sent=sent)


def _do(visit: Visit, what: str, added: list[actions.NewParty]) -> None:
    posted = visit.request.POST
    if what == "text":
        actions.invite_by_text(party_id=visit.party.pk, phone=posted.get("phone", ""))
    elif what in ("shared", "none"):
        kind = posted.get("kind", "motor")
        if _is_repeated(visit, what, kind):
            raise Refused("party.added_already", "已经加上了。还有第三方，请再选一次")
        added.append(actions.add_party(party_id=visit.party.pk, kind=kind, phone_mode=what))
    else:
        raise Refused("party.unknown_mode", "请选择对方怎么参与")


def _is_repeated(visit: Visit, what: str, kind: str) -> bool:
    """A second tap on the same page: it still says how many parties it was shown with."""
    return visit.request.POST.get("count", "") != str(len(visit.parties))


def _page(visit: Visit, faults: Faults, *, sent: bool) -> HttpResponse:
    most = law.value("parties.max_motor", on=clock.local_day(visit.case.created_at), place=visit.case.place_id).number
    has_room = len(visit.parties) < most
    context: dict[str, object] = {
        "refusal": faults.refusal,
        "is_sent": sent,
        "phone": visit.request.POST.get("phone", ""),
        "kind": visit.request.POST.get("kind", "motor"),
        "has_room": has_room,
        "most": most,
        "count": len(visit.parties),
        "is_alone": len(visit.parties) < 2,
        "onward": visit.url("photos") if visit.case.stage == Stage.EVIDENCE else visit.base,
        "is_photographing": visit.case.stage == Stage.EVIDENCE,
        "bar": 1 if visit.case.stage == Stage.EVIDENCE else 3,
    }
    if has_room:
        invitation = actions.invite(party_id=visit.party.pk)
        link = f"{public_origin()}/j/{invitation.token}/"
        context |= {
            "digits": f"{invitation.code[:3]} {invitation.code[3:]}",
            "spoken": " ".join(invitation.code),
            "expires_at": invitation.expires_at,
            "link": link,
            "qr": segno.make(link, error="m").svg_inline(scale=4, border=2, svgclass=None, lineclass=None),
        }
    return show(visit, "invite", context, status=faults.status)
