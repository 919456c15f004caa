"""Where the journey stands: the way home, waiting, leaving the scene, handing the phone over, asking for an officer."""

from hashlib import blake2s

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from kuaichu import clock, law
from kuaichu.cases import actions
from kuaichu.cases.states import PhotoState, Stage
from kuaichu.journal.models import Event
from kuaichu.web.access import link_of, party_behind
from kuaichu.web.audience import audience
from kuaichu.web.driver import clocks, words
from kuaichu.web.driver.steps import Page
from kuaichu.web.driver.visit import Faults, Visit, attempt, party_page, show


@audience("driver")
@require_safe
@party_page
def home(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The link itself: on to the page that is due."""
    if visit.home != visit.base:
        return redirect(visit.home)
    return redirect(visit.step_url())


@audience("driver")
@require_safe
def state(request: HttpRequest, token: str) -> HttpResponse:
    """What a waiting page polls: whether anything happened. No personal data, three short statements."""
    party = party_behind(token)
    newest = Event.objects.filter(stream=party.case_id).order_by("-seq").values_list("seq", flat=True).first()
    case = party.case
    answer = {
        "version": f"{case.version}.{newest or 0}",
        "step": str(case.stage),
        "photos": str(case.photo_state),
        "may_leave": case.may_leave_at is not None,
    }
    etag = f'"{blake2s(repr(answer).encode(), digest_size=8).hexdigest()}"'
    if request.headers.get("If-None-Match") == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = JsonResponse(answer)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


@audience("driver")
@require_safe
@party_page
def wait(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Who we wait for, since when, and what happens if nobody answers. What has come meanwhile is shown at once."""
    waited_for = request.GET.get("for", "")
    if waited_for == "check" and visit.case.may_leave_at and visit.case.stage == Stage.DETAILS:
        return redirect(visit.url("leave"))
    if visit.step.page != Page.WAIT:
        return redirect(visit.base)
    what = visit.step.what
    late = next((party for party in visit.parties if party.letter == visit.step.other), None)
    running = clocks.running(visit.case, visit.party)
    context = {
        "what": what,
        "late_title": words.side(late.letter) if late else "",
        "late_link": link_of(late) if late and late.host_id == visit.party.pk else "",
        "has_second": len(visit.parties) > 1,
        "clocks": running,
        "target": _target(visit),
        "since": _since(visit),
        "alarm": next((item for item in running if item.clock == "photos.check.alarm"), None),
        "is_complete": all(side.is_complete for side in visit.standing.sides if side.letter == visit.party.letter),
        "poll": True,
    }
    return show(visit, "wait", context)


def _target(visit: Visit) -> str:
    """By when an officer usually answers."""
    if visit.step.what != "check" or visit.case.photos_submitted_at is None:
        return ""
    started_at = visit.case.photos_submitted_at
    return clocks.text_of(law.due("photos.check.target", started_at=started_at, place=visit.case.place_id))


def _since(visit: Visit) -> object:
    if visit.step.what == "check":
        return visit.case.photos_submitted_at
    newest = Event.objects.filter(stream=visit.case.pk).order_by("-seq").values_list("at", flat=True).first()
    return newest or clock.now()


@audience("driver")
@require_safe
@party_page
def leave(request: HttpRequest, visit: Visit) -> HttpResponse:
    """You may leave now: the same on every party's phone."""
    if visit.case.may_leave_at is None or visit.case.photo_state != PhotoState.PASSED:
        return redirect(visit.base)
    me = next(side for side in visit.standing.sides if side.letter == visit.party.letter)
    onward = visit.url("phone") if visit.step.page == Page.LEAVE else visit.base
    must_call = visit.case.track == "photograph_leave_call"
    return show(visit, "leave", {"onward": onward, "must_call": must_call, "has_begun": me.has_begun, "bar": 2})


@audience("driver")
@require_safe
@party_page
def hand_over(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Give the phone to the other side for a moment."""
    if visit.step.page != Page.HAND_OVER:
        return redirect(visit.base)
    guest = next(party for party in visit.parties if party.letter == visit.step.other)
    context = {"guest": guest, "guest_side": words.side(guest.letter), "what": visit.step.what, "link": link_of(guest)}
    return show(visit, "hand_over", context)


@audience("driver")
@require_http_methods(["GET", "HEAD", "POST"])
@party_page
def officer(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Ask for an officer to come (令146 Art. 20(2)), and see that one is on the way."""
    faults = Faults()
    if request.method == "POST":
        reason = request.POST.get("reason", "asked")
        faults = attempt(lambda: actions.request_officer(party_id=visit.party.pk, reason=reason))
        if faults.refusal is None:
            return redirect(visit.url("officer"))
    is_called = visit.case.stage == Stage.ATTENDANCE
    if not is_called and visit.case.stage in (Stage.CLAIMS, Stage.CLOSED) and faults.refusal is None:
        return redirect(visit.base)
    context = {
        "is_called": is_called,
        "is_taken_up": is_called and visit.case.matters.filter(kind="attendance", outcome="attended").exists(),
        "why": words.OFFICER_REASONS.get(visit.case.officer_request_reason, ""),
        "reason": request.GET.get("reason", "asked"),
        "right": law.Citation("handling", "20(2)"),
        "refusal": faults.refusal,
        "clocks": [item for item in clocks.running(visit.case, visit.party) if item.clock == "officer.field_target"],
        "poll": is_called,
    }
    return show(visit, "officer", context, status=faults.status)
