"""The insurer's desk: queue, claim, search, photos and sealed files."""

import hashlib
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from kuaichu.claims import queries
from kuaichu.dossier import files
from kuaichu.dossier.models import InstrumentFile
from kuaichu.dossier.queries_photos import photo_of
from kuaichu.journal.actions import record_read
from kuaichu.journal.actors import Actor
from kuaichu.web.audience import audience
from kuaichu.web.insurer import pages
from kuaichu.web.photos import thumbnail


@audience("insurer")
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """A queue with no claim open."""
    return render(request, "insurer/desk.html", pages.desk_context(request))


@audience("insurer")
@require_safe
def claim(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """A claim of the own insurer."""
    return pages.show_claim(request, claim_id)


@audience("insurer")
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Claims by case number, report number or plate."""
    text = request.GET.get("q", "")[:40]
    rows = queries.search(pages.agency_of(request), text)
    return render(request, "insurer/search.html", pages.desk_context(request, rows=rows) | {"query": text})


@audience("insurer")
@require_safe
def pulse(request: HttpRequest) -> HttpResponse:
    """Counts and rows of the queue, and whether the open case has moved on. 304 when nothing did."""
    context = pages.desk_context(request)
    context["has_moved"] = _has_moved(request)
    rows = [(row.claim.pk, row.claim.state, row.is_troubled, row.due_at) for row in context["rows"]]
    state = repr((context["waiting"], rows, context["has_moved"], request.COOKIES.get("kc_lang", "")))
    etag = f'"{hashlib.sha256(state.encode()).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag) or render(request, "insurer/pulse.html", context)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _has_moved(request: HttpRequest) -> bool:
    try:
        claim_id, shown = UUID(request.GET.get("claim", "")), int(request.GET.get("version", ""))
    except ValueError:
        return False
    found = queries.Claim.objects.filter(pk=claim_id, insurer=pages.agency_of(request))
    newest = found.values_list("case__version", flat=True).first()
    return newest is not None and newest != shown


@audience("insurer")
@require_safe
def photo(request: HttpRequest, claim_id: UUID, photo_id: UUID, edge: int) -> HttpResponse:
    """A photo of the claim's own case."""
    claim = pages.claim_for(pages.adjuster_of(request), claim_id)
    return thumbnail(photo_of(case_id=claim.case_id, photo_id=photo_id), edge)


@audience("insurer")
@require_safe
def document(request: HttpRequest, claim_id: UUID, file_id: UUID) -> HttpResponse:
    """A sealed instrument of the claim's own case."""
    claim = pages.claim_for(pages.adjuster_of(request), claim_id)
    found = InstrumentFile.objects.select_related("instrument").filter(pk=file_id).first()
    if found is None or found.instrument.case_id != claim.case_id:
        raise Http404
    path = files.instrument_path(found.sha256)
    if not path.exists():
        raise Http404
    actor = Actor("staff", str(pages.adjuster_of(request).pk))
    record_read(actor=actor, stream=claim.case_id, page="insurer.document", fields="instrument")
    response = HttpResponse(path.read_bytes(), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{found.instrument.number}.pdf"'
    return response
