"""Files as the API hands them out."""

from django.http import FileResponse

from kuaichu.dossier.files import instrument_path
from kuaichu.dossier.queries import InstrumentView
from kuaichu.errors import NotFound


def sealed_file(view: InstrumentView) -> FileResponse:
    """The newest sealed PDF. Raises NotFound("file.waiting") before there is one."""
    path = instrument_path(view.file.sha256) if view.file else None
    if path is None or not path.exists():
        raise NotFound("file.waiting", "盖章文件还没有做好，请稍后再下载")
    name = f"{view.instrument.number}.pdf"
    response = FileResponse(path.open("rb"), content_type="application/pdf", as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
