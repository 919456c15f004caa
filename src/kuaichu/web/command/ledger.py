"""The ledger of repeats: why people call again, who answers for it, what comes next; overdue lines first."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.calls import actions
from kuaichu.calls.models import Call, RepeatChain
from kuaichu.calls.permissions import may_handle
from kuaichu.calls.queries.ledger import NO_CAUSE, ChainPage, ChainRow, chains_page
from kuaichu.calls.states import Cause
from kuaichu.errors import NotFound, Refused
from kuaichu.governance import permissions
from kuaichu.governance.queries.ledger import calls_of, counts_by_cause, owners_for
from kuaichu.privacy import mask_name, mask_phone
from kuaichu.web.audience import audience
from kuaichu.web.command import desk
from kuaichu.web.command.exporting import workbook
from kuaichu.web.orders.showing import class_name

SHOWN_CALLS = 5
PAGE = 30
MOST_EXPORTED = 20_000
STATES: dict[str, bool | None] = {"open": True, "closed": False, "all": None}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A chain with its calls; `hidden` calls in the middle are on its own page."""

    row: ChainRow
    calls: list[Call]
    hidden: int

    @property
    def chain(self) -> RepeatChain:
        return self.row.chain

    @property
    def class_name(self) -> str:
        return class_name(self.chain.root.subclass)


@audience("command")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """/command/repeats/: `state` (open, closed, all), `cause`, `mine=1`, `page`; `format=xlsx`: the whole selection."""
    person = desk.person_of(request)
    scope = permissions.scope_of(person)
    if request.GET.get("format") == "xlsx":
        return _workbook(_page(request, person, size=MOST_EXPORTED))
    page = _page(request, person, size=PAGE)
    query = request.GET.copy()
    query.pop("page", None)
    context = desk.context(request, "repeats", desk.asked_of(request, days=1)) | {
        "lines": _lines(page.rows),
        "page": page,
        "causes": counts_by_cause(scope.place_code, unit_ids=scope.unit_ids),
        "cause": request.GET.get("cause", ""),
        "state": _state(request),
        "is_mine": request.GET.get("mine") == "1",
        "is_filtered": any(request.GET.get(name) for name in ("cause", "mine")) or _state(request) != "open",
        "query": query.urlencode(),
    }
    return render(request, "command/ledger.html", context)


@audience("command")
@require_http_methods(["GET", "HEAD", "POST"])
def line(request: HttpRequest, chain_id: int) -> HttpResponse:
    """One chain with all its calls and the form; asked for by the list itself (htmx): only the form, or the line."""
    person = desk.person_of(request)
    chain = _chain(request, chain_id)
    is_part = request.headers.get("HX-Request") == "true"
    if request.method != "POST":
        template = "command/ledger_form.html" if is_part else "command/ledger_line.html"
        return render(request, template, _context(request, chain, person))
    try:
        _act(request, chain, person)
    except NotFound:
        raise
    except Refused as refusal:
        context = _context(request, _chain(request, chain_id), person) | {"refusal": refusal, "is_open": True}
        if refusal.code != "chain.planned_meanwhile":  # that one shows what the other has written
            context["seen"] = request.POST.get("seen", "")
        template = "command/ledger_row.html" if is_part else "command/ledger_line.html"
        return render(request, template, context, status=422)
    if is_part:
        context = _context(request, _chain(request, chain_id), person) | {"is_saved": True}
        return render(request, "command/ledger_row.html", context)
    messages.success(request, gettext("已保存"))
    return redirect(f"/command/repeats/{chain_id}/")


def _act(request: HttpRequest, chain: RepeatChain, person: Person) -> None:
    given = request.POST
    if given.get("act") == "close":
        actions.close_chain(chain_id=chain.pk, person=person, note=given.get("note", ""))
        return
    actions.set_chain(
        chain_id=chain.pk,
        person=person,
        cause=given.get("cause", ""),
        owner_id=_uuid(given.get("owner", "")),
        next_step=given.get("next_step", ""),
        due_on=_day(given.get("due_on", "")),
        seen=given.get("seen", ""),
    )


def _context(request: HttpRequest, chain: RepeatChain, person: Person) -> dict[str, Any]:
    may_plan = may_handle(person, chain.root)
    units = permissions.scope_of(person).unit_ids or ({person.agency_id} if person.agency_id else set())
    calls = calls_of([chain.root_id])[chain.root_id]
    is_whole = request.headers.get("HX-Request") != "true"
    shown, hidden = (calls, 0) if is_whole else _shortened(calls)
    given = request.POST if request.method == "POST" and request.POST.get("act") != "close" else None
    return {
        "tab": "repeats",
        "line": Line(row=_row(chain), calls=_masked(shown), hidden=hidden),
        "may_plan": may_plan,
        "owners": owners_for(chain, unit_ids=units) if may_plan else [],
        "causes": Cause.choices,
        "given": {
            "cause": given.get("cause", "") if given else chain.cause,
            "owner": given.get("owner", "") if given else str(chain.owner_id or ""),
            "next_step": given.get("next_step", "") if given else chain.next_step,
            "due_on": given.get("due_on", "") if given else (chain.due_on.isoformat() if chain.due_on else ""),
            "note": request.POST.get("note", ""),
        },
        "seen": actions.plan_mark(chain),
        "is_part": not is_whole,  # only the list has the line that an answer takes the place of
        "may_issue": permissions.may_issue_orders(person),
    }


def _page(request: HttpRequest, person: Person, *, size: int) -> ChainPage:
    scope = permissions.scope_of(person)
    cause = request.GET.get("cause", "")
    at = request.GET.get("page", "")
    return chains_page(
        place=scope.place_code,
        unit_ids=scope.unit_ids,
        owner_id=person.pk if request.GET.get("mine") == "1" else None,
        cause=cause if cause in (*Cause.values, NO_CAUSE) else "",
        is_open=STATES[_state(request)],
        page=int(at) if at.isdecimal() else 1,
        size=size,
    )


def _lines(rows: tuple[ChainRow, ...]) -> list[Line]:
    calls = calls_of([row.chain.root_id for row in rows])
    found = []
    for row in rows:
        shown, hidden = _shortened(calls[row.chain.root_id])
        found.append(Line(row=row, calls=_masked(shown), hidden=hidden))
    return found


def _shortened(calls: list[Call]) -> tuple[list[Call], int]:
    """The first call and the newest ones."""
    if len(calls) <= SHOWN_CALLS:
        return calls, 0
    return [calls[0], *calls[1 - SHOWN_CALLS :]], len(calls) - SHOWN_CALLS


def _masked(calls: list[Call]) -> list[Call]:
    for call in calls:
        call.caller_name, call.caller_phone = mask_name(call.caller_name), mask_phone(call.caller_phone)
    return calls


def _row(chain: RepeatChain) -> ChainRow:
    is_due = chain.closed_at is None and chain.due_on is not None
    return ChainRow(chain, max((clock.today() - chain.due_on).days, 0) if is_due and chain.due_on else 0)


def _chain(request: HttpRequest, chain_id: int) -> RepeatChain:
    """Raises NotFound outside the person's calls."""
    scope = permissions.scope_of(desk.person_of(request))
    found = RepeatChain.objects.filter(pk=chain_id, place_id=scope.place_code).select_related("root__unit", "owner")
    if scope.unit_ids is not None:
        found = found.filter(root__unit_id__in=scope.unit_ids)
    chain = found.first()
    if chain is None:
        raise NotFound("chain.unknown", "没有这条台账")
    return chain


def _workbook(page: ChainPage) -> HttpResponse:
    """Without names and phones."""
    if page.total > MOST_EXPORTED:
        raise Refused("list.long", "一次最多导出 %(most)s 条，请缩小范围再试", most=MOST_EXPORTED)
    heads = (
        "首次接警编号",
        "地点",
        "细类",
        "单位",
        "报警次数",
        "首次报警",
        "最近报警",
        "原因",
        "负责人",
        "下一步",
        "期限",
        "逾期（天）",
        "销号说明",
    )
    return workbook(
        gettext("重复警情台账"),
        [gettext(head) for head in heads],
        (_cells(row) for row in page.rows),
        widths=(20, 30, 14, 12, 10, 17, 17, 24, 12, 36, 12, 10, 36),
    )


def _cells(row: ChainRow) -> list[Any]:
    chain, root = row.chain, row.chain.root
    return [
        root.number,
        root.location,
        class_name(root.subclass),
        root.unit.short_name if root.unit else "",
        chain.calls,
        root.received_at.astimezone(clock.BEIJING).replace(tzinfo=None),
        chain.last_call_at.astimezone(clock.BEIJING).replace(tzinfo=None),
        gettext(str(chain.get_cause_display())) if chain.cause else "",
        chain.owner.name if chain.owner else "",
        chain.next_step,
        chain.due_on,
        row.overdue_days or None,
        chain.closing_note,
    ]


def _state(request: HttpRequest) -> str:
    given = request.GET.get("state", "open")
    return given if given in STATES else "open"


def _day(text: str) -> date | None:
    """Raises Refused("date.wrong")."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("date.wrong", "请填一个日期") from None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
