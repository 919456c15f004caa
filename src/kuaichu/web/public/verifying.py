"""The public check of documents: by the code at the foot, or by the file. Nothing that is uploaded is kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_safe

from kuaichu.accounts import throttle
from kuaichu.errors import NotFound, Refused
from kuaichu.web.audience import audience
from kuaichu.web.public import register
from kuaichu.web.public.uploads import InMemory


@audience("public")
@csrf_exempt  # the handler must be in place before anything reads the body; the inner view is protected
def verify(request: HttpRequest) -> HttpResponse:
    """The form; a code leads to its page, a file is checked at once."""
    request.upload_handlers = [InMemory(request)]
    return _verify(request)


@csrf_protect
def _verify(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "public/verify.html", {})
    try:
        if request.POST.get("code", "").strip():
            return redirect(f"/verify/{register.normal(request.POST['code']) or '-'}/")
        _take(request)
        return render(request, "public/checked.html", {"answer": register.check(_file(request))})
    except Refused as refusal:
        return _refused(request, refusal)


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    status = 404 if isinstance(refusal, NotFound) else 429 if refusal.code == "rate.exceeded" else 422
    context = {"refusal": refusal, "code": request.POST.get("code", "")[:40]}
    return render(request, "public/verify.html", context, status=status)


def _file(request: HttpRequest) -> bytes:
    if getattr(request, "is_too_long", False):
        raise Refused("file.too_large", "文件太大（超过 20 MB），不是本系统签发的文书")
    file = request.FILES.get("file")
    if file is None:
        raise Refused("file.missing", "请选择一个 PDF 文件，或输入核验码")
    return bytes(file.read())


def _take(request: HttpRequest) -> None:
    throttle.take("verify", request.META.get("REMOTE_ADDR", ""), throttle.VERIFY_PER_ADDRESS)


@audience("public")
@require_safe
def document(request: HttpRequest, code: str) -> HttpResponse:
    """What the register says of the document with this code."""
    try:
        _take(request)
        return render(request, "public/document.html", {"entry": register.find(code)})
    except Refused as refusal:
        return _refused(request, refusal)
