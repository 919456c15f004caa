"""Sign-in of the staff: password, second factor, account, sign-out, and one-click entry in the demonstration."""

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kuaichu.accounts.models import Person
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor
from kuaichu.web.audience import audience
from kuaichu.web.staff import second_factor, signing_in

_SETUP_KEY = "new_factor_secret"


def _status(refusal: Refused) -> int:
    return 429 if refusal.code in ("rate.exceeded", "sign_in.locked", "sign_in.busy") else 422


def _next(request: HttpRequest, person: Person) -> str:
    """Where to go after signing in: the asked page of this site, else the desk of the role."""
    asked = request.POST.get("next") or request.GET.get("next") or request.session.pop("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if asked and is_ours and asked != "/staff/" else signing_in.home_of(person)


@audience("staff")
def home(request: HttpRequest) -> HttpResponse:
    """/staff/: to the desk of the role."""
    assert isinstance(request.user, Person)
    return redirect(signing_in.home_of(request.user))


@audience("public")
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Username and password."""
    if isinstance(request.user, Person) and request.method == "GET":
        return redirect(_next(request, request.user))
    refusal, username = None, request.POST.get("username", "").strip()
    if request.method == "POST":
        try:
            password = request.POST.get("password", "")
            person = signing_in.check_password(request, username=username[:40], password=password[:200])
            return _after_password(request, person)
        except Refused as error:
            refusal = error
    context = {
        "refusal": refusal,
        "username": username,
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    return render(request, "staff/sign_in.html", context, status=_status(refusal) if refusal else 200)


def _after_password(request: HttpRequest, person: Person) -> HttpResponse:
    target = _next(request, person)
    if not signing_in.needs_second_factor() and not second_factor.is_set_up(person):
        signing_in.finish(request, person, factor="password")
        return redirect(target)
    signing_in.make_pending(request, person)
    request.session["next"] = target
    return redirect("/staff/second-factor/" if second_factor.is_set_up(person) else "/staff/second-factor/set-up/")


@audience("public")
def enter_second_factor(request: HttpRequest) -> HttpResponse:
    """The code of the app, or a recovery code. Only after the right password."""
    person = signing_in.pending_person(request)
    if person is None:
        return redirect("/staff/sign-in/")
    if not second_factor.is_set_up(person):
        return redirect("/staff/second-factor/set-up/")
    refusal = None
    if request.method == "POST":
        try:
            factor = second_factor.check(person=person, typed=request.POST.get("code", "")[:40])
            target = _next(request, person)
            signing_in.finish(request, person, factor=factor)
            return redirect(target)
        except Refused as error:
            signing_in.note_refusal(person, reason="code")
            refusal = error
    return render(
        request, "staff/second_factor.html", {"refusal": refusal}, status=_status(refusal) if refusal else 200
    )


@audience("public")
def set_up_second_factor(request: HttpRequest) -> HttpResponse:
    """Tie an authenticator app to the account, then show the recovery codes once. Only after the right password."""
    person = signing_in.pending_person(request)
    if person is None:
        return redirect("/staff/sign-in/")
    if second_factor.is_set_up(person):
        return redirect("/staff/second-factor/")
    secret = request.session.setdefault(_SETUP_KEY, second_factor.new_secret())
    refusal = None
    if request.method == "POST":
        try:
            codes = second_factor.activate(person=person, secret=secret, typed=request.POST.get("code", "")[:40])
            target = _next(request, person)
            request.session.pop(_SETUP_KEY, None)
            signing_in.finish(request, person, factor="totp")
            return render(request, "staff/recovery_codes.html", {"codes": codes, "target": target})
        except Refused as error:
            refusal = error
    context = {"setup": second_factor.setup_for(person, secret), "refusal": refusal}
    return render(request, "staff/set_up.html", context, status=_status(refusal) if refusal else 200)


@audience("public")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; also of somebody who stopped between password and code."""
    logout(request)
    messages.success(request, gettext("您已退出"))
    return redirect("/staff/sign-in/")


@audience("staff")
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here, and what is set up."""
    assert isinstance(request.user, Person)
    return render(request, "staff/account.html", {"has_factor": second_factor.is_set_up(request.user)})


@audience("staff")
@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """Change the own password; other sessions of the account end."""
    person = request.user
    assert isinstance(person, Person)
    form = PasswordChangeForm(person, request.POST or None)
    if request.method == "POST":
        with signing_in.hashing(), transaction.atomic():
            Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
            if form.is_valid():
                form.save()
                record("person.password_changed", stream=person.pk, actor=Actor("staff", str(person.pk)))
        if form.is_valid():
            update_session_auth_hash(request, person)
            messages.success(request, gettext("密码已改好，其他地方的登录已失效"))
            return redirect("/staff/account/")
    return render(request, "staff/password.html", {"form": form}, status=422 if form.errors else 200)


@audience("demo")
@require_POST
def enter(request: HttpRequest, username: str) -> HttpResponse:
    """The demonstration's one-click entry."""
    person = Person.objects.select_related("agency").filter(username=username, is_active=True).first()
    if person is None:
        raise Http404
    target = _next(request, person)
    signing_in.finish(request, person, factor="demo")
    return redirect(target)
