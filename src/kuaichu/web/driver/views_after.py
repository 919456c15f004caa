"""After the signatures, and at any time: what happened, what comes next, the documents, the money, the review."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from kuaichu import clock, law
from kuaichu.cases import actions as cases
from kuaichu.cases.states import Stage
from kuaichu.dossier.files import instrument_path
from kuaichu.dossier.models import InstrumentFile
from kuaichu.dossier.queries import InstrumentView, instruments_of
from kuaichu.dossier.states import InstrumentState
from kuaichu.journal.actions import record_read
from kuaichu.journal.actors import Actor
from kuaichu.journal.models import Event
from kuaichu.journal.queries import timeline as events_of
from kuaichu.liability import actions as liability
from kuaichu.liability.queries import determination_in_force, review_of
from kuaichu.privacy import mask_account
from kuaichu.web.audience import audience
from kuaichu.web.driver import clocks, examples, payouts, words
from kuaichu.web.driver.steps import Page
from kuaichu.web.driver.visit import Faults, Visit, after, attempt, party_page, show

_HIDDEN = (InstrumentState.WITHDRAWN,)


@dataclass(frozen=True)
class Entry:
    """One thing that happened."""

    at: datetime
    text: str


@dataclass(frozen=True)
class Paper:
    """A document of the case; `file_id` is None until it is sealed."""

    title: str
    state: str
    number: str
    file_id: UUID | None


@audience("driver")
@require_safe
@party_page
def timeline(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What happened, who did it, what comes next, by when; the documents and the ways on."""
    letters = {str(party.pk): party.letter for party in visit.parties}
    entries = _entries(events_of(visit.case.pk), letters)
    is_after = visit.step.page == Page.TIMELINE
    applied = review_of(visit.case.pk)
    context = {
        "entries": entries[::-1],
        "clocks": clocks.running(visit.case, visit.party),
        "instruments": _instruments(visit),
        "is_after": is_after,
        "is_closed": visit.case.stage == Stage.CLOSED,
        "money": payouts.of(visit.case, visit.parties) if is_after else None,
        "can_review": _can_review(visit),
        "review": applied,
        "review_state": words.review_state(applied.state) if applied else "",
        "stage_sentence": words.stage(visit.case.stage, visit.case.outcome),
        "poll": True,
    }
    return show(visit, "timeline", context)


def _entries(events: list[Event], letters: Mapping[str, str]) -> list[Entry]:
    found: list[Entry] = []
    for event in events:
        letter = letters.get(event.actor_id, "") or str(event.facts.get("letter", ""))
        text = words.event_sentence(event.name, actor_kind=event.actor_kind, letter=letter, facts=event.facts)
        if text and not (found and found[-1].text == text):
            found.append(Entry(event.at, text))
    return found


def _instruments(visit: Visit) -> list[Paper]:
    return [_paper(view) for view in instruments_of(visit.case.pk) if view.instrument.state not in _HIDDEN]


def _paper(view: InstrumentView) -> Paper:
    title, state = words.instrument(view.instrument.kind, view.instrument.state)
    return Paper(title, state, view.instrument.number, view.file.pk if view.file else None)


def _can_review(visit: Visit) -> bool:
    determination = determination_in_force(visit.case.pk)
    if determination is None or review_of(visit.case.pk) is not None:
        return False
    due = law.due("review.apply", started_at=determination.issued_at, place=visit.case.place_id)
    return clock.now() < due.at or due.is_unsure


@audience("driver")
@require_http_methods(["GET", "HEAD", "POST"])
@party_page
def money(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Which insurer pays whom how much, and the account it goes to."""
    if visit.case.stage not in (Stage.CLAIMS, Stage.CLOSED):
        return redirect(visit.base)
    faults = Faults()
    if request.method == "POST":
        faults = attempt(lambda: _give(visit))
        if faults.refusal is None:
            return redirect(visit.url("money"))
    context = {
        "money": payouts.of(visit.case, visit.parties),
        "account": mask_account(visit.party.payout_account),
        "number": request.POST.get("number", examples.CARD if settings.DEMO and "example" in request.GET else ""),
        "is_closed": visit.case.stage == Stage.CLOSED,
        "refusal": faults.refusal,
        "is_changing": "change" in request.GET or "example" in request.GET or faults.refusal is not None,
        "poll": True,
    }
    return show(visit, "money", context, status=faults.status)


def _give(visit: Visit) -> None:
    if visit.request.POST.get("what") == "own_pays":
        payouts.wish_own_pays(visit.party.pk)
    else:
        cases.save_payout_account(party_id=visit.party.pk, number=visit.request.POST.get("number", ""))


@audience("driver")
@require_http_methods(["GET", "HEAD", "POST"])
@party_page
def review(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Apply for a review of the determination, once, in time; or take the application back."""
    determination = determination_in_force(visit.case.pk)
    if determination is None:
        return redirect(visit.url("timeline"))
    faults = Faults()
    if request.method == "POST":
        faults = attempt(lambda: _review(visit))
        if faults.refusal is None:
            return redirect(visit.url("review"))
        if (onward := after(visit, faults)) is not None:
            return onward
    applied = review_of(visit.case.pk)
    context = {
        "review": applied,
        "review_state": words.review_state(applied.state) if applied else "",
        "determination": determination,
        "due_text": clocks.text_of(
            law.due("review.apply", started_at=determination.issued_at, place=visit.case.place_id)
        ),
        "can_review": _can_review(visit),
        "reason": request.POST.get("reason", ""),
        "refusal": faults.refusal,
    }
    return show(visit, "review", context, status=faults.status)


def _review(visit: Visit) -> None:
    if visit.request.POST.get("what") == "withdraw":
        liability.withdraw_review(party_id=visit.party.pk)
    else:
        liability.apply_for_review(party_id=visit.party.pk, reason=visit.request.POST.get("reason", ""))


@audience("driver")
@require_safe
@party_page
def file(request: HttpRequest, visit: Visit, file_id: UUID) -> HttpResponse:
    """A sealed document of the own case, as PDF."""
    row = InstrumentFile.objects.filter(pk=file_id, instrument__case=visit.case).select_related("instrument").first()
    path = instrument_path(row.sha256) if row else None
    if row is None or path is None or not path.exists():
        raise Http404
    name = f"{row.instrument.number}.pdf"
    record_read(
        actor=Actor("party", str(visit.party.pk)), stream=visit.case.pk, page="driver.file", fields="instrument"
    )
    return FileResponse(path.open("rb"), content_type="application/pdf", filename=name)  # type: ignore[return-value]
