"""The proposal and what each side wants done with it; reading and signing."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from kuaichu import law
from kuaichu.accounts import throttle
from kuaichu.cases import actions as cases
from kuaichu.cases.actions.phones import can_receive_codes
from kuaichu.cases.models import Party, PhoneMode
from kuaichu.cases.states import Path, Stage
from kuaichu.dossier.actions import signing
from kuaichu.dossier.queries import InstrumentView, open_instrument
from kuaichu.errors import Refused
from kuaichu.journal.actions import record_read
from kuaichu.journal.actors import Actor
from kuaichu.liability import actions
from kuaichu.liability.queries import proposal_in_force
from kuaichu.privacy import mask_phone
from kuaichu.web.audience import audience
from kuaichu.web.driver import clocks, paper, proposals, words
from kuaichu.web.driver.steps import Page
from kuaichu.web.driver.visit import Faults, Visit, address_of, after, attempt, party_page, show

MAX_STROKES_TEXT = 200_000


@audience("driver")
@require_http_methods(["GET", "HEAD", "POST"])
@party_page
def proposal(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Who bears what, why, and two ways on: agree, or ask the police to determine online."""
    if visit.case.stage != Stage.LIABILITY:
        return redirect(visit.base)
    faults = Faults()
    if request.method == "POST":
        faults = attempt(lambda: _choose(visit, request.POST.get("choice", "")))
        if (onward := after(visit, faults)) is not None:
            return onward
    if visit.case.path == Path.ONLINE:
        return redirect(visit.base)
    actions.ensure_proposal(case_id=visit.case.pk)
    row, choices = proposal_in_force(visit.case.pk)
    if row is None:
        raise RuntimeError("a case in liability has no proposal")
    mine = choices.get(visit.party.letter, "")
    theirs = [(words.side(other.letter), choices.get(other.letter, "")) for other in visit.others]
    context = {
        "proposal": proposals.view_of(row, visit.parties, me=visit.party),
        "mine": mine,
        "theirs": theirs,
        "is_split": bool(mine) and any(choice and choice != mine for _, choice in theirs),
        "without_phone": [words.side(party.letter) for party in visit.parties if not has_phone(party)],
        "takes_over": next(
            (item for item in clocks.running(visit.case, visit.party) if item.clock == "details.open"), None
        ),
        "refusal": faults.refusal,
        "poll": True,
    }
    return show(visit, "proposal", context, status=faults.status)


def has_phone(party: Party) -> bool:
    """Whether a code for signing can reach the party: its own phone, or the mobile that it gave as its contact."""
    return can_receive_codes(party)


def _choose(visit: Visit, choice: str) -> None:
    if choice == "reopen":
        cases.reopen_details(party_id=visit.party.pk)
    else:
        actions.choose(party_id=visit.party.pk, choice=choice)


@audience("driver")
@require_http_methods(["GET", "HEAD", "POST"])
@party_page
def sign(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The whole document to read, the code, the signature (or the name typed, where nobody can draw)."""
    if visit.case.stage != Stage.SIGNING or visit.step.page != Page.SIGN:
        return redirect(visit.base)
    opened = open_instrument(visit.case.pk)
    if opened is None:
        return redirect(visit.base)
    what = request.POST.get("what", "")
    faults, is_sent = Faults(), request.GET.get("sent") == "1"
    if request.method == "POST" and what == "code":
        faults = attempt(lambda: _send_code(visit))
        if faults.refusal is None:
            return redirect(visit.url("sign") + "?sent=1#sign")
    elif request.method == "POST":
        faults, is_sent = attempt(lambda: _sign(visit, opened)), True
        if (onward := after(visit, faults)) is not None:
            return onward
    elif not is_sent:
        actor = Actor("party", str(visit.party.pk))
        record_read(actor=actor, stream=visit.case.pk, page="driver.sign", fields="name document_number phone plate")
    return show(visit, "sign", _sign_context(visit, opened, faults, is_sent=is_sent), status=faults.status)


def _sign_context(visit: Visit, opened: InstrumentView, faults: Faults, *, is_sent: bool) -> dict[str, Any]:
    posted = visit.request.POST
    is_agreement = opened.instrument.kind == "agreement"
    review = law.due("review.apply", started_at=opened.instrument.created_at, place=visit.case.place_id)
    return {
        "instrument": opened.instrument,
        "paper": paper.of(opened.content),
        "is_agreement": is_agreement,
        "review_text": clocks.text_of(review),
        "has_phone": has_phone(visit.party),
        "is_contact": visit.party.phone_mode == PhoneMode.NONE,
        "masked": mask_phone(visit.party.phone),
        "is_sent": is_sent,
        "typed_name": posted.get("typed_name", ""),
        "strokes": posted.get("strokes", ""),
        "has_read": bool(posted.get("has_read")) or (is_sent and not posted),
        "refusal": faults.refusal,
    }


def _send_code(visit: Visit) -> None:
    throttle.take("code", address_of(visit.request), throttle.CODE_PER_ADDRESS)
    cases.request_signing_code(party_id=visit.party.pk)


def _sign(visit: Visit, opened: InstrumentView) -> None:
    posted = visit.request.POST
    if posted.get("instrument", "") != str(opened.instrument.pk):
        raise Refused("instrument.changed", "文书刚刚更新了，请重新看一遍再签")
    if not posted.get("has_read"):
        raise Refused("signature.unread", "请先看完文书，再勾选“我已看过”")
    throttle.take("code-check", address_of(visit.request), throttle.CODE_PER_ADDRESS)
    signing.sign(
        party_id=visit.party.pk,
        instrument_id=opened.instrument.pk,
        strokes=_strokes(posted.get("strokes", "")),
        typed_code=posted.get("code", ""),
        typed_name=posted.get("typed_name", ""),
    )


def _strokes(text: str) -> list[Any]:
    """The pad's JSON; the action judges what it holds."""
    if not text or len(text) > MAX_STROKES_TEXT:
        return []
    try:
        given = json.loads(text)
    except ValueError:
        raise Refused("signature.unreadable", "签名没有保存成功，请重新签一次") from None
    return given if isinstance(given, list) else []
