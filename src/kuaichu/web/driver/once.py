"""A form that is sent twice (a second tap, a reload on a bad line) makes one party, also without scripts."""

import re
import secrets
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from kuaichu import clock
from kuaichu.cases.actions import NewParty
from kuaichu.cases.models import Party
from kuaichu.web.models import FormKey

FIELD = "form_key"
_KEY = re.compile(r"[0-9a-f]{32}")
_KEPT = timedelta(hours=1)


def new_key() -> str:
    """For the hidden field: known to this page only."""
    return secrets.token_hex(16)


def made_before(request: HttpRequest) -> Party | None:
    """The party that the same shown form made, within the hour."""
    row = FormKey.objects.select_related("party").filter(key=_key(request), at__gt=clock.now() - _KEPT).first()
    return row.party if row else None


def make_once(request: HttpRequest, make: Callable[[], NewParty]) -> Party:
    """The party that `make` makes, or the one that the same form has just made. Refusals of `make` pass through."""
    key, now = _key(request), clock.now()
    if not key:
        return make().party
    FormKey.objects.filter(at__lte=now - _KEPT).delete()
    try:
        with transaction.atomic():
            party = make().party
            FormKey.objects.create(key=key, party=party, at=now)
    except IntegrityError:
        if (known := made_before(request)) is None:
            raise
        return known
    return party


def _key(request: HttpRequest) -> str:
    given = request.POST.get(FIELD, "")
    return given if _KEY.fullmatch(given) else ""
