"""What all decisions share: take it, then open the next case; when it is refused, show the fresh state and why."""

from collections.abc import Callable, Mapping
from itertools import permutations
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.cases.fasttrack import barriers
from kuaichu.cases.models import Case
from kuaichu.dossier.photos import RETAKE_REASONS
from kuaichu.errors import FieldErrors, NotFound, Refused
from kuaichu.journal.actions import record_read
from kuaichu.journal.actors import Actor
from kuaichu.liability import content
from kuaichu.liability.actions.impacts import LEAST_PARTIES, MOST_IMPACTS
from kuaichu.web.access import case_for
from kuaichu.web.police import case_file, partners, proposals, queues

PERSONAL = "name,document_number,phone,statement"
MASKED = "name,statement"


def officer_of(request: HttpRequest) -> Person:
    """The signed-in person (the audience guard has let nobody else in)."""
    assert isinstance(request.user, Person)
    return request.user


def queue_of(request: HttpRequest) -> queues.Queue:
    """The queue the officer works in; the first one for an unknown name."""
    return queues.BY_NAME.get(request.POST.get("queue") or request.GET.get("queue", ""), queues.QUEUES[0])


def require_version(request: HttpRequest, case: Case) -> None:
    """Raises Refused("case.changed") when the officer decided on an older state than today's."""
    if request.POST.get("version") != str(case.version):
        raise Refused("case.changed", "您打开后案件有了变化，下面已是最新内容，请看过再决定")


def decide(
    request: HttpRequest, case_id: UUID, act: Callable[[Case, Person], object], *, done: str, version: bool = True
) -> HttpResponse:
    """Run `act` on the case; then the next case of the queue opens, or the refusal is shown beside the fresh state.

    `done` is the msgid of the sentence shown after success.
    """
    officer = officer_of(request)
    case = case_for(officer, case_id)
    try:
        if version:
            require_version(request, case)
        act(case, officer)
    except NotFound:
        raise
    except Refused as refusal:
        return show_case(request, case_id, refusal=refusal, typed=request.POST.dict())
    messages.success(request, gettext(done))
    return redirect(next_address(officer, queue_of(request), case_id))


def next_address(officer: Person, queue: queues.Queue, done_id: UUID) -> str:
    """The case that now waits longest in the queue, or the queue itself when it is empty."""
    following = next((row for row in queue.rows(officer) if row.case_id != done_id and not row.is_taken_up), None)
    return f"/police/cases/{following.case_id}/?queue={queue.name}" if following else f"/police/?queue={queue.name}"


def show_case(
    request: HttpRequest, case_id: UUID, *, refusal: Refused | None = None, typed: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The whole desk with this case open; what was typed before a refusal is still there."""
    officer = officer_of(request)
    file = case_file.read(case_for(officer, case_id))
    is_revealed = request.GET.get("reveal") == "1" or file.work == "field"
    fields = PERSONAL if is_revealed else MASKED
    record_read(actor=Actor("staff", str(officer.pk)), stream=case_id, page="police.case", fields=fields)
    proposal = proposals.view_of(file.proposal)
    faults = refusal.fields if isinstance(refusal, FieldErrors) else {}
    desk = desk_context(request)
    context = desk | {
        "row": next((row for row in desk["rows"] if row.case_id == case_id), None),
        "file": file,
        "case": file.case,
        "refusal": refusal,
        "errors": faults,
        "typed": typed or {},
        "is_revealed": is_revealed,
        "is_hiding": not is_revealed and any(party.phone or party.document_number for party in file.parties),
        "proposal": proposal,
        "lines": proposals.lines(file.parties, proposal, typed=typed, faults=faults),
        "grades": proposals.GRADES,
        "retake_reasons": RETAKE_REASONS,
        "stage": queues.STAGES[file.case.stage],
        "may_review": case_file.may_decide_review(officer, file),
    }
    if file.work == "field":
        context["barriers"] = barriers(file.case)
    if file.work in ("online", "field"):
        may_determine = file.is_told and bool(file.case.collision_form)
        facts = content.facts_text(file.case, file.parties) if may_determine else ""
        apart = content.accidents_text(file.proposal.result) if file.proposal else ""
        context |= {"may_determine": may_determine, "facts_text": facts + apart}
        context |= _impact_fields(file)
    response = render(request, "police/case.html", context, status=409 if refusal else 200)
    if refusal:  # the address of the case, not of the decision: it can be opened again
        response.headers["HX-Push-Url"] = f"/police/cases/{case_id}/?queue={desk['queue'].name}"
    return response


def _impact_fields(file: case_file.CaseFile) -> dict[str, Any]:
    """Of three parties: every pair (hitter, hit), and the rows of the form with what is known already."""
    letters = [party.letter for party in file.parties]
    if len(letters) < LEAST_PARTIES:
        return {}
    rows = [*file.impacts, *[None] * (MOST_IMPACTS - len(file.impacts))]
    return {"impact_choices": list(permutations(letters, 2)), "impact_rows": rows}


def desk_context(request: HttpRequest) -> dict[str, Any]:
    """The queue column and the tabs."""
    officer, queue = officer_of(request), queue_of(request)
    waiting = queues.counts(officer)
    return {
        "queue": queue,
        "rows": queue.rows(officer),
        "tabs": [(tab, waiting[tab.name]) for tab in queues.QUEUES],
        "served_at": clock.now(),
        "silent": partners.silent() if queue.name == "exceptions" else [],
    }
