"""Signing in and out, in two steps: the password makes a person *pending*, the second factor makes them signed in.

Nobody is signed in between the two: `request.user` stays anonymous, so no page needs to ask about the second factor.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import authenticate, login
from django.db import transaction
from django.http import HttpRequest

from kuaichu import clock
from kuaichu.accounts.models import AgencyKind, Person, Role
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM, Actor

DESKS_BY_ROLE = {
    Role.CALL_TAKER.value: "/calls/",
    Role.ANALYST.value: "/command/",
    Role.LEADER.value: "/command/",
    Role.PARTNER.value: "/orders/",
}
BACKEND = "kuaichu.accounts.backends.StaffBackend"
PENDING = "pending_person"
PENDING_FOR = timedelta(minutes=10)
# Argon2id takes about 100 MB a time: more sign-ins at once wait a little, then are asked to come again.
HASHES_AT_ONCE = 2
HASH_WAIT_SECONDS = 8
_hashing = threading.BoundedSemaphore(HASHES_AT_ONCE)


@contextmanager
def hashing() -> Iterator[None]:
    """Holds one of the few places for computing a password hash. Raises Refused("sign_in.busy")."""
    if not _hashing.acquire(timeout=HASH_WAIT_SECONDS):
        raise Refused("sign_in.busy", "现在登录的人较多，请稍等几秒再试")
    try:
        yield
    finally:
        _hashing.release()


def check_password(request: HttpRequest, *, username: str, password: str) -> Person:
    """The person behind username and password. Raises Refused: sign_in.locked, sign_in.wrong, sign_in.busy."""
    with hashing():
        person = authenticate(request, username=username, password=password)
    if isinstance(person, Person):
        return person
    is_locked = bool(getattr(request, "axes_locked_out", False))
    request.axes_locked_out = False  # type: ignore[attr-defined]  # or the middleware puts its page over ours
    note_refusal(Person.objects.filter(username=username).first(), reason="locked" if is_locked else "password")
    if is_locked:
        minutes = round(settings.AXES_COOLOFF_TIME * 60)
        raise Refused("sign_in.locked", "输错次数太多，账号已锁定，请过 %(minutes)s 分钟再试", minutes=minutes)
    raise Refused("sign_in.wrong", "用户名或密码不对，请检查后再试")


def note_refusal(person: Person | None, *, reason: str) -> None:
    """Remember that a sign-in was refused (nothing for an unknown name: the journal holds no typed text)."""
    if person is None:
        return
    with transaction.atomic():
        Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        record("person.refused", stream=person.pk, actor=SYSTEM, subject=f"person:{person.pk}", reason=reason)


def finish(request: HttpRequest, person: Person, *, factor: str) -> None:
    """Sign `person` in with a fresh session; `factor` is password, totp, recovery or demo."""
    request.session.pop(PENDING, None)
    with transaction.atomic():
        Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        login(request, person, backend=BACKEND)
        record("person.signed_in", stream=person.pk, actor=Actor("staff", str(person.pk)), factor=factor)


def make_pending(request: HttpRequest, person: Person) -> None:
    """The password was right; the second factor is asked next."""
    request.session.cycle_key()
    request.session[PENDING] = {"person": str(person.pk), "until": (clock.now() + PENDING_FOR).isoformat()}


def pending_person(request: HttpRequest) -> Person | None:
    """Who has given the right password a moment ago, or None."""
    kept = request.session.get(PENDING)
    if not kept or datetime.fromisoformat(kept["until"]) <= clock.now():
        return None
    return Person.objects.select_related("agency").filter(pk=kept["person"], is_active=True).first()


def needs_second_factor() -> bool:
    """Whether a password alone is not enough here."""
    return bool(settings.SECOND_FACTOR_REQUIRED)


def home_of(person: Person) -> str:
    """The desk of a person's role."""
    if person.role == Role.ADMIN:
        return "/admin/"
    if person.role in DESKS_BY_ROLE:
        return DESKS_BY_ROLE[person.role]
    desks = {AgencyKind.POLICE.value: "/police/", AgencyKind.INSURER.value: "/insurer/"}
    return desks.get(person.agency.kind if person.agency else "", "/staff/account/")
