"""Every view says whom it is for. A test walks all routes and tries each with every wrong role."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from kuaichu.accounts import permissions
from kuaichu.accounts.models import Person

Audience = Literal[
    "public",
    "driver",
    "police",
    "reviewer",
    "insurer",
    "admin",
    "staff",
    "partner",
    "demo",
    "calls",
    "command",
    "orders",
]
View = Callable[..., HttpResponse]

_allowed: dict[str, Callable[[Person], bool]] = {
    "police": permissions.may_work_at_police_desk,
    "reviewer": permissions.may_decide_reviews,
    "insurer": permissions.may_work_at_insurer_desk,
    "calls": permissions.may_take_calls,
    "command": permissions.may_work_at_command_desk,
    "orders": permissions.may_answer_task_orders,
    "admin": permissions.may_administer,
    "staff": lambda person: person.is_active,
}


def audience(name: Audience) -> Callable[[View], View]:
    """Mark `view` as meant for `name`, and for staff audiences let nobody else in.

    Somebody not signed in is sent to sign in; somebody with another role gets a 404, as if the page did not exist.
    Driver views check the party's link themselves (`web.access.party_of`), partner views the signature.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if name == "demo" and not settings.DEMO:
                raise Http404
            if name in _allowed:
                if not isinstance(request.user, Person):
                    return redirect_to_login(request.get_full_path())
                if not _allowed[name](request.user):
                    raise Http404
            return view(request, *args, **kwargs)

        guarded.audience = name  # type: ignore[attr-defined]
        return guarded

    return mark
