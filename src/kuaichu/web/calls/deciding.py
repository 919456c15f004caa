"""What is done with a call: each view parses a form, calls one action, and shows the call again."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST

from kuaichu.accounts.models import Person
from kuaichu.calls import actions
from kuaichu.calls.models import Call, CallBack, CallLink, Handover, Transfer
from kuaichu.calls.permissions import may_handle
from kuaichu.errors import NotFound, Refused
from kuaichu.web.audience import audience
from kuaichu.web.calls import reading
from kuaichu.web.calls.desk import call_of, person_of
from kuaichu.web.calls.queues import address_of

Act = Callable[[Call, Person], object]


def _decide(request: HttpRequest, call: Call, act: Act, *, done: str) -> HttpResponse:
    """Run `act`; then the call again with what was done, or with the refusal and everything typed."""
    try:
        act(call, person_of(request))
    except NotFound:
        raise
    except Refused as refusal:
        return reading.show(request, call, refusal=refusal, typed=request.POST.dict())
    messages.success(request, gettext(done))
    return redirect(address_of(call))


def _call(request: HttpRequest, number: str) -> Call:
    return call_of(person_of(request), number)


@audience("calls")
@require_POST
def take_on(request: HttpRequest, number: str) -> HttpResponse:
    """Become the owner of a call that has none."""
    call = _call(request, number)
    return _decide(
        request,
        call,
        lambda call, person: actions.take_on(call_id=call.pk, person=person),
        done=gettext_noop("已认领，由您负责到办结"),
    )


@audience("calls")
@require_POST
def classed(request: HttpRequest, number: str) -> HttpResponse:
    """Say the class."""
    subclass = request.POST.get("subclass", "")
    return _decide(
        request,
        _call(request, number),
        lambda call, person: actions.correct_class(call_id=call.pk, person=person, subclass=subclass),
        done=gettext_noop("类别已更正"),
    )


@audience("calls")
@require_POST
def validity(request: HttpRequest, number: str) -> HttpResponse:
    """The call does not count, or counts again."""
    reason = request.POST.get("reason", "")

    def act(call: Call, person: Person) -> object:
        if request.POST.get("valid"):
            return actions.mark_valid(call_id=call.pk, person=person)
        return actions.mark_invalid(call_id=call.pk, person=person, reason=reason)

    done = gettext_noop("已恢复为有效") if request.POST.get("valid") else gettext_noop("已标为无效，不计入警情数")
    return _decide(request, _call(request, number), act, done=done)


@audience("calls")
@require_POST
def dispatch(request: HttpRequest, number: str) -> HttpResponse:
    """Somebody is sent out."""
    return _decide(
        request,
        _call(request, number),
        lambda call, person: actions.dispatch(call_id=call.pk, person=person),
        done=gettext_noop("已派警"),
    )


@audience("calls")
@require_POST
def arrive(request: HttpRequest, number: str) -> HttpResponse:
    """Somebody is on the scene."""
    return _decide(
        request,
        _call(request, number),
        lambda call, person: actions.arrive(call_id=call.pk, person=person),
        done=gettext_noop("已登记到场"),
    )


@audience("calls")
@require_POST
def close(request: HttpRequest, number: str) -> HttpResponse:
    """Handled, with what it turned out to be."""
    result, subclass = request.POST.get("result", ""), request.POST.get("feedback") or None
    return _decide(
        request,
        _call(request, number),
        lambda call, person: actions.close(call_id=call.pk, person=person, result=result, subclass=subclass),
        done=gettext_noop("已办结；留了电话的，回访已排好"),
    )


@audience("calls")
@require_POST
def offer(request: HttpRequest, number: str) -> HttpResponse:
    """Offer the call to a colleague."""
    reason = request.POST.get("reason", "")

    def act(call: Call, person: Person) -> object:
        try:
            receiver_id = UUID(request.POST.get("receiver", ""))
        except ValueError:
            raise Refused("handover.receiver_unknown", "没有这位接收人，或他不能接警") from None
        return actions.offer(call_id=call.pk, giver=person, receiver_id=receiver_id, reason=reason)

    return _decide(request, _call(request, number), act, done=gettext_noop("已发出移交，对方签收以前仍由您负责"))


@audience("calls")
@require_POST
def transfer(request: HttpRequest, number: str) -> HttpResponse:
    """Give a matter outside the duty of the police to another department."""
    recipient, reason = request.POST.get("recipient", ""), request.POST.get("reason", "")
    return _decide(
        request,
        _call(request, number),
        lambda call, person: actions.transfer(call_id=call.pk, person=person, recipient=recipient, reason=reason),
        done=gettext_noop("已移交，请记下对方的签收编号"),
    )


@audience("calls")
@require_POST
def link(request: HttpRequest, link_id: int) -> HttpResponse:
    """Confirm or refuse a link, or take the answer back."""
    row = CallLink.objects.select_related("call").filter(pk=link_id).first()
    said = request.POST.get("answer", "")

    def act(call: Call, person: Person) -> object:
        if said == "withdraw":
            return actions.withdraw_answer(link_id=link_id, person=person)
        return actions.answer_link(link_id=link_id, person=person, is_repeat=said == "yes")

    done = {"yes": gettext_noop("已确认关联"), "withdraw": gettext_noop("已撤销，等您重新判断")}
    return _decide(request, _own(row, request), act, done=done.get(said, gettext_noop("已记下：不是重复")))


@audience("calls")
@require_POST
def receipt(request: HttpRequest, handover_id: int) -> HttpResponse:
    """Sign for a call, or send it back to the giver."""
    accepts = request.POST.get("answer") == "accept"
    row = Handover.objects.select_related("call").filter(pk=handover_id, receiver=person_of(request)).first()
    if row is None:
        raise NotFound("handover.unknown", "没有这次移交")
    done = gettext_noop("已签收，由您负责到办结") if accepts else gettext_noop("已退回，仍由移交人负责")
    return _decide(
        request,
        row.call,
        lambda call, person: actions.receipt(handover_id=handover_id, receiver=person, accepts=accepts),
        done=done,
    )


@audience("calls")
@require_POST
def call_back(request: HttpRequest, call_back_id: int) -> HttpResponse:
    """What a call-back came to."""
    row = CallBack.objects.select_related("call").filter(pk=call_back_id).first()
    outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
    rating = request.POST.get("satisfaction", "")
    satisfaction = int(rating) if rating.isdecimal() and len(rating) == 1 else None
    return _decide(
        request,
        _own(row, request),
        lambda call, person: actions.record_call_back(
            call_back_id=call_back_id, person=person, outcome=outcome, satisfaction=satisfaction, note=note
        ),
        done=gettext_noop("回访已登记"),
    )


@audience("calls")
@require_POST
def transfer_receipt(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """The recipient has confirmed, or sent the matter back."""
    row = Transfer.objects.select_related("call").filter(pk=transfer_id).first()
    number = request.POST.get("receipt_number", "")

    def act(call: Call, person: Person) -> object:
        if request.POST.get("answer") == "returned":
            return actions.take_back(transfer_id=transfer_id, person=person)
        return actions.note_transfer_receipt(transfer_id=transfer_id, person=person, receipt_number=number)

    is_returned = request.POST.get("answer") == "returned"
    done = gettext_noop("已收回，由首接人继续办理") if is_returned else gettext_noop("回执已登记")
    return _decide(request, _own(row, request), act, done=done)


def _own(row: CallLink | CallBack | Transfer | None, request: HttpRequest) -> Call:
    """The call of a row, for those who handle it. Raises NotFound."""
    if row is None or not may_handle(person_of(request), row.call):
        raise NotFound("call.unknown", "没有找到这条警情")
    return row.call
