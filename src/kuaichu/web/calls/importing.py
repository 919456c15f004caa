"""Small files of calls by the page; large ones by `./kuaichu import calls FILE`. Every import is listed."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4, uuid5

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from kuaichu.accounts.models import Person
from kuaichu.analysis.errors import BadInput
from kuaichu.calls.models import STREAMS, CallImport
from kuaichu.calls.retention import returned_folder
from kuaichu.errors import Refused
from kuaichu.journal.actions import record_read
from kuaichu.journal.actors import Actor
from kuaichu.web.audience import audience
from kuaichu.web.calls.desk import context, may_import, person_of, place_of
from kuaichu.web.calls.words import is_english, phrase

if TYPE_CHECKING:
    from kuaichu.calls.importing.running import Imported

DATUMS = ("wgs84", "gcj02")
MOST_BYTES = 4 * 1024 * 1024  # some ten thousand calls: a wait that one sits through
ENDINGS = (".csv", ".txt", ".tsv")
MOST_SHOWN = 30


@audience("calls")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The form, what was imported, and what came back at fault."""
    _require_importer(request)
    if request.method == "POST":
        return _import(request)
    return _show(request)


@audience("calls")
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The list again, for a page that watches a running import."""
    _require_importer(request)
    return render(request, "calls/import_rows.html", _listed(request))


@audience("calls")
@require_GET
def faults(request: HttpRequest, import_id: int) -> HttpResponse:
    """The rows at fault with their reasons, of a file imported by a page. The read is recorded."""
    _require_importer(request)
    person = person_of(request)
    row = CallImport.objects.filter(pk=import_id, place_id=place_of(person)).first()
    path = _kept(row) if row else None
    if row is None or path is None:
        raise Http404
    record_read(
        actor=Actor("staff", str(person.pk)),
        stream=uuid5(STREAMS, f"import:{row.pk}"),
        page="calls.import",
        fields="caller_name,caller_phone,content",
    )
    name = f"{Path(row.file_name).stem}.faults.csv"
    answer = HttpResponse(path.read_bytes(), content_type="text/csv")
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


def _require_importer(request: HttpRequest) -> None:
    if not may_import(person_of(request)):
        raise Http404


def _show(request: HttpRequest, *, refusal: str = "") -> HttpResponse:
    more = {"refusal_words": refusal, "most": MOST_BYTES, "endings": ",".join(ENDINGS), "datums": DATUMS}
    found = context(request) | _listed(request) | more
    return render(request, "calls/import.html", found, status=409 if refusal else 200)


def _listed(request: HttpRequest) -> dict[str, Any]:
    found = CallImport.objects.filter(place_id=place_of(person_of(request))).select_related("asked_by")
    runs = list(found.order_by("-id")[:MOST_SHOWN])
    lines = [(run, _percent(run), bool(_kept(run)), _is_deleted(run)) for run in runs]
    return {"lines": lines, "is_running": any(not run.finished_at and not run.failed_reason for run in runs)}


def _percent(run: CallImport) -> int:
    return 100 * run.rows_done // run.rows if run.rows else 0


def _kept(run: CallImport) -> Path | None:
    """The file of faults, when a page made it and it is still there."""
    path = Path(run.faults_path) if run.faults_path else None
    return path if path and path.parent == returned_folder() and path.is_file() else None


def _is_deleted(run: CallImport) -> bool:
    """Whether a page had kept rows at fault that have been deleted since."""
    return Path(run.faults_path).parent == returned_folder() and _kept(run) is None


def _import(request: HttpRequest) -> HttpResponse:
    person, given = person_of(request), request.FILES.get("file")
    words = _unusable(given)
    if words or not isinstance(given, UploadedFile):
        return _show(request, refusal=words)
    datum = request.POST.get("datum", "")
    try:
        done = _run(given, person, datum=datum if datum in DATUMS else DATUMS[0], keeps=bool(request.POST.get("keeps")))
    except BadInput as bad:
        return _show(request, refusal=bad.en if is_english() else bad.zh)
    except Refused as refusal:
        return _show(request, refusal=gettext(refusal.message))
    said = gettext("读到 %(rows)s 行：新增 %(new)s，更新 %(changed)s，没有变化 %(same)s，有问题 %(faulty)s")
    messages.success(
        request,
        phrase(said, rows=done.rows, new=done.new, changed=done.changed, same=done.same, faulty=done.faulty),
    )
    return redirect("/calls/import/")


def _unusable(given: object) -> str:
    if not isinstance(given, UploadedFile) or not given.name:
        return gettext("请选择一个 CSV 文件")
    if not given.name.lower().endswith(ENDINGS):
        return gettext("只收 CSV 文件（.csv、.txt、.tsv）")
    if (given.size or 0) > MOST_BYTES:
        return phrase(gettext("文件超过 %(most)s MB，请管理员用命令导入"), most=MOST_BYTES // 1024**2)
    return ""


def _run(given: UploadedFile, person: Person, *, datum: str, keeps: bool) -> "Imported":
    """Import in one go. The uploaded copy goes at the end; only rows at fault stay, until they are fetched."""
    from kuaichu.calls.importing.running import import_calls  # DuckDB: only whoever imports waits for it

    returned_folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kuaichu-") as folder:
        path = Path(folder) / Path(given.name or "calls.csv").name[-100:]
        with path.open("wb") as written:
            for chunk in given.chunks():
                written.write(chunk)
        return import_calls(
            path,
            place_code=place_of(person),
            asked_by=person,
            datum=datum,
            keeps_outside=keeps,
            faults=returned_folder() / f"{uuid4().hex}.csv",
        )
