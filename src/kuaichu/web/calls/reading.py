"""The call's own page: everything known, links and duplicates, the journal; personal data masked until asked for."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kuaichu import clock
from kuaichu.accounts.models import Agency
from kuaichu.calls.classes import CLASSES, of_category
from kuaichu.calls.linking import sentences
from kuaichu.calls.models import Call, CallLink
from kuaichu.calls.queries import CallFile, call_file, receivers
from kuaichu.calls.queries.work import OPEN
from kuaichu.calls.scripts import LAPSED, outcomes, script_of
from kuaichu.calls.states import Category, LinkState, Notion, Status, Validity
from kuaichu.errors import FieldErrors, Refused
from kuaichu.governance import maps
from kuaichu.journal.actions import record_read
from kuaichu.journal.actors import Actor
from kuaichu.web.audience import audience
from kuaichu.web.calls.desk import call_of, context, person_of
from kuaichu.web.calls.words import class_words, is_english, moments

MASKED = "content,result"
PERSONAL = "caller_name,caller_phone,content,result"


@audience("calls")
@require_GET
def page(request: HttpRequest, number: str) -> HttpResponse:
    """A call of the own units."""
    return show(request, call_of(person_of(request), number))


def show(
    request: HttpRequest, call: Call, *, refusal: Refused | None = None, typed: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The whole desk with this call open; what was typed before a refusal is still there. The read is recorded."""
    person = person_of(request)
    file = call_file(call_id=call.pk, person=person)
    is_revealed = request.GET.get("reveal") == "1"
    fields = PERSONAL if is_revealed else MASKED
    record_read(actor=Actor("staff", str(person.pk)), stream=file.call.stream, page="calls.call", fields=fields)
    faults = refusal.fields if isinstance(refusal, FieldErrors) else {}
    more = {
        "file": file,
        "call": file.call,
        "path_number": quote(file.call.number),
        "class_name": class_words(file.call.subclass),
        "intake_name": class_words(file.call.intake_subclass),
        "is_corrected": file.call.subclass != file.call.intake_subclass,
        "links": [
            (link, sentences(link.evidence), class_words(link.earlier.subclass), _is_settled(link, file.call))
            for link in file.links
        ],
        "moments": moments(file.events),
        "is_revealed": is_revealed,
        "is_open": file.call.status in OPEN,
        "is_mine": file.call.owner_id == person.pk,
        "groups": [(category, of_category(category.value)) for category in Category],
        "map_version": maps.digest(file.call.place_id)[:12] if maps.box(file.call.place_id) else "",
        "refusal": refusal,
        "errors": faults,
        "typed": typed or {},
        "classes": CLASSES,
    }
    more |= _work(file, request)
    return render(request, "calls/call.html", context(request) | more, status=409 if refusal else 200)


def _work(file: CallFile, request: HttpRequest) -> dict[str, Any]:
    """What may be done now."""
    call, person = file.call, person_of(request)
    waiting = next((row for row in file.handovers if not row.receipted_at and not row.refused_at), None)
    due = next((row for row in file.call_backs if row.done_at is None), None)
    sent = next((row for row in file.transfers if not row.receipted_at and not row.returned_at), None)
    may_offer = call.owner_id == person.pk and call.status in OPEN and waiting is None
    return {
        "handover": waiting,
        "is_to_sign": waiting is not None and waiting.receiver_id == person.pk,
        "call_back": due,
        "script": _script(call) if due else [],
        "outcomes": [row for row in outcomes().values() if row.code != LAPSED],
        "sent": sent,
        "may_take_on": call.owner_id is None and call.status in OPEN,
        "may_dispatch": call.status == Status.RECEIVED,
        "may_arrive": call.status in (Status.RECEIVED, Status.DISPATCHED),
        "may_offer": may_offer,
        "receivers": receivers(place=call.place_id, but=person) if may_offer else [],
        "recipients": _recipients(call) if call.status in OPEN else [],
        "open_links": sum(link.state == LinkState.PROPOSED and not _is_settled(link, call) for link in file.links),
        "is_invalid": call.validity == Validity.INVALID,
        "past_backs": [(row, outcomes().get(row.outcome)) for row in file.call_backs if row.done_at],
    }


def _is_settled(link: CallLink, call: Call) -> bool:
    """Whether another answer has said already to which event or matter the call belongs."""
    known = call.incident_id if link.notion == Notion.SAME_EVENT else call.repeat_of_id
    return link.state == LinkState.PROPOSED and known is not None


def _script(call: Call) -> list[str]:
    """The lines to say, filled in."""
    day = f"{clock.local_day(call.received_at):%m-%d}"
    unit = call.unit.short_name if call.unit else call.place.name
    lines = [line.en if is_english() else line.zh for line in script_of(call.category)]
    return [line.replace("{unit}", unit).replace("{day}", day) for line in lines]


def _recipients(call: Call) -> list[str]:
    """Departments of the place, as suggestions."""
    rows = Agency.objects.filter(kind="department", is_active=True, place__code__startswith=call.place_id[:4])
    return list(rows.order_by("code").values_list("name", flat=True))
