"""The desk's pages: queue, case, pulse, search, and sealed files."""

import hashlib
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET

from kuaichu.cases.models import Case
from kuaichu.dossier import files
from kuaichu.dossier.models import InstrumentFile
from kuaichu.journal.actions import record_read
from kuaichu.journal.actors import Actor
from kuaichu.web.access import case_for
from kuaichu.web.audience import audience
from kuaichu.web.police import deciding, queues


@audience("police")
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """A queue with no case open."""
    return render(request, "police/desk.html", deciding.desk_context(request))


@audience("police")
@require_GET
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A case of the own unit."""
    return deciding.show_case(request, case_id)


@audience("police")
@require_GET
def pulse(request: HttpRequest) -> HttpResponse:
    """What has changed: counts, the queue's rows, and whether the open case moved on. 304 when nothing did."""
    officer, queue = deciding.officer_of(request), deciding.queue_of(request)
    waiting, rows = queues.counts(officer), queue.rows(officer)
    has_moved = _has_moved(request)
    state = repr((sorted(waiting.items()), rows, has_moved, request.COOKIES.get("kc_lang", "")))
    etag = f'"{hashlib.sha256(state.encode()).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        context = {"queue": queue, "rows": rows, "waiting": waiting, "has_moved": has_moved}
        response = render(request, "police/pulse.html", context)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _has_moved(request: HttpRequest) -> bool:
    """Whether the case on the screen has a newer version than the one shown."""
    try:
        case_id, shown = UUID(request.GET.get("case", "")), int(request.GET.get("version", ""))
    except ValueError:
        return False
    newest = Case.objects.filter(queues.scope(deciding.officer_of(request)), pk=case_id).values_list("version").first()
    return newest is not None and newest[0] != shown


@audience("police")
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Cases by number or plate."""
    text = request.GET.get("q", "")[:40]
    found = queues.search(deciding.officer_of(request), text)
    return render(request, "police/search.html", deciding.desk_context(request) | {"rows": found, "query": text})


@audience("police")
@require_GET
def document(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """A sealed file of a case of the own unit."""
    found = InstrumentFile.objects.select_related("instrument").filter(pk=file_id).first()
    if found is None:
        raise Http404
    case_for(deciding.officer_of(request), found.instrument.case_id)
    path = files.instrument_path(found.sha256)
    if not path.exists():
        raise Http404
    officer = deciding.officer_of(request)
    actor = Actor("staff", str(officer.pk))
    record_read(actor=actor, stream=found.instrument.case_id, page="police.document", fields="instrument")
    shown = f'inline; filename="{found.instrument.number}.pdf"'
    return HttpResponse(path.read_bytes(), content_type="application/pdf", headers={"Content-Disposition": shown})
