"""Bulletins at the desk: the list, making one, the page, PDF and Excel, the remarks; and the definitions of figures."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from kuaichu import clock
from kuaichu.errors import NotFound, Refused
from kuaichu.governance import events, permissions
from kuaichu.governance.bulletins import actions, paper, sheets, workbook
from kuaichu.governance.figures import FIGURES, Figure, Share, month_of, period_of
from kuaichu.governance.figures.definitions import COMPARISONS
from kuaichu.governance.models import Bulletin
from kuaichu.governance.states import BulletinKind
from kuaichu.origin import public_origin
from kuaichu.web.audience import audience
from kuaichu.web.command import desk

SHOWN = 60
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@audience("command")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """/command/bulletins/: those in force, newest first, and the form to make one."""
    return _index(request)


def _index(request: HttpRequest, refusal: Refused | None = None) -> HttpResponse:
    person = desk.person_of(request)
    place_code = permissions.scope_of(person).place_code
    found = Bulletin.objects.filter(place_id=place_code, replaced_by__isnull=True).select_related("made_by", "run")
    context = {
        "tab": "bulletins",
        "bulletins": found.order_by("-last_on", "kind")[:SHOWN],
        "kinds": BulletinKind.choices,
        "kind": request.POST.get("kind", BulletinKind.DAY),
        "day": request.POST.get("day", (clock.today() - timedelta(days=1)).isoformat()),
        "may_make": permissions.may_run_analyses(person),
        "refusal": refusal,
    }
    return render(request, "command/bulletins.html", context, status=422 if refusal else 200)


@audience("command")
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Count one anew."""
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return _index(request, Refused("bulletin.day", "请选一个日期"))
    try:
        made = actions.make(kind=request.POST.get("kind", ""), day=day, person=desk.person_of(request))
    except Refused as refusal:
        return _index(request, refusal)
    return redirect(f"/command/bulletins/{made.pk}/")


@audience("command")
@require_safe
def page(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """/command/bulletins/<id>/."""
    return _page(request, bulletin_id)


def _page(request: HttpRequest, bulletin_id: UUID, refusal: Refused | None = None) -> HttpResponse:
    sheet = _sheet(request, bulletin_id)
    before = period_of(sheet.bulletin.kind, sheet.previous.first_on)
    context = {
        "tab": "bulletins",
        "sheet": sheet,
        "rates": paper.rates_of(sheet),
        "is_current": sheet.bulletin.replaced_by_id is None,
        "is_over": sheet.now.last_on >= sheet.bulletin.last_on,
        "run": sheet.bulletin.run,
        "may_make": permissions.may_run_analyses(desk.person_of(request)),
        "before": before,
        "remarks": request.POST.get("words", sheet.bulletin.remarks),
        "refusal": refusal,
    }
    return render(request, "command/bulletin.html", context, status=422 if refusal else 200)


@audience("command")
@require_POST
def remark(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """Keep what stands beneath the tables."""
    try:
        actions.remark(bulletin_id=bulletin_id, person=desk.person_of(request), words=request.POST.get("words", ""))
    except NotFound:
        raise
    except Refused as refusal:
        return _page(request, bulletin_id, refusal)
    return redirect(f"/command/bulletins/{bulletin_id}/")


@audience("command")
@require_safe
def pdf(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """The bulletin as PDF."""
    sheet = _sheet(request, bulletin_id)
    return _file(paper.pdf_of(sheet), "application/pdf", f"{sheets.file_name(sheet)}.pdf", is_shown=True)


@audience("command")
@require_safe
def excel(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """The bulletin as a workbook."""
    sheet = _sheet(request, bulletin_id)
    content = workbook.workbook_of(sheet, origin=public_origin())
    return _file(content, XLSX, f"{sheets.file_name(sheet)}.xlsx", is_shown=False)


@audience("command")
@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """/command/figures/: 指标口径, each with last month's value and the calls behind it."""
    asked = desk.asked_of(request, days=1)
    month = month_of(clock.today().replace(day=1) - timedelta(days=1))
    shown = [_valued(figure, asked.over(month)) for figure in FIGURES.values()]
    context = {"tab": "bulletins", "figures": shown, "month": month, "comparisons": COMPARISONS}
    return render(request, "command/figures.html", context)


def _valued(figure: Figure, asked: desk.Asked) -> dict[str, Any]:
    """Numerator, and for a share denominator, each with its list."""
    parts = [_part(figure.counts, asked)] + ([] if figure.of is None else [_part(figure.of, asked)])
    share = Share(parts[0][0], parts[1][0]).text if len(parts) > 1 else ""
    return {"figure": figure, "parts": parts, "share": share}


def _part(condition: Mapping[str, Any], asked: desk.Asked) -> tuple[int, str]:
    store = events.store(asked.scope.place_code)
    count = len(store.select(replace(asked.wanted, **condition)))
    query = {name: str(int(value)) for name, value in condition.items() if isinstance(value, bool)}
    query |= {name: str(value) for name, value in condition.items() if isinstance(value, str)}
    if len(condition.get("categories", ())) == 1:
        query["category"] = condition["categories"][0]
    return count, desk.list_link(asked, **query)


def _sheet(request: HttpRequest, bulletin_id: UUID) -> sheets.Sheet:
    place_code = permissions.scope_of(desk.person_of(request)).place_code
    found = Bulletin.objects.select_related("run", "made_by").filter(pk=bulletin_id, place_id=place_code).first()
    if found is None:
        raise NotFound("bulletin.unknown", "没有找到这份通报")
    return sheets.sheet_of(found)


def _file(content: bytes, kind: str, name: str, *, is_shown: bool) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    how = "inline" if is_shown else "attachment"
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name)}"
    return response
