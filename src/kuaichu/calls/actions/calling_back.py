"""Call-backs 回访: what the caller says of the handling. A matter that is not settled goes back to its owner."""

from datetime import timedelta

from django.db import connection, transaction

from kuaichu import clock, law
from kuaichu.accounts.models import Person
from kuaichu.calls.actions.common import lock_call, require_move, save_call
from kuaichu.calls.actions.common import note as record_on
from kuaichu.calls.models import Call, CallBack
from kuaichu.calls.scripts import LAPSED, outcomes
from kuaichu.calls.states import Status
from kuaichu.calls.thresholds import call_back_tries, call_back_within
from kuaichu.errors import NotFound, Refused
from kuaichu.journal.actors import SYSTEM

LONGEST_NOTE = 1000
BEST = 5
BATCH = 200


@transaction.atomic
def record_call_back(
    *, call_back_id: int, person: Person, outcome: str, satisfaction: int | None = None, note: str = ""
) -> CallBack:
    """Take the outcome down. Not reached: another try, as often as the city has set. Not settled: the call is open
    again.

    Raises NotFound; Refused: call_back.done, call_back.unknown_outcome, call_back.no_satisfaction, text.too_long.
    """
    known = outcomes().get(outcome)
    if known is None or outcome == LAPSED:
        raise Refused("call_back.unknown_outcome", "请选择回访结果")
    if satisfaction is not None and not (known.is_reached and 1 <= satisfaction <= BEST):
        raise Refused("call_back.no_satisfaction", "接通了才能评分，1 到 5 分")
    if len(note.strip()) > LONGEST_NOTE:
        raise Refused("text.too_long", "写得太长了，请不要超过 %(most)s 个字", most=LONGEST_NOTE)
    call, row = _locked(call_back_id, person)
    row.done_at, row.done_by, row.outcome = clock.now(), person, outcome
    row.satisfaction, row.note = satisfaction, note.strip()
    row.save(update_fields=["done_at", "done_by", "outcome", "satisfaction", "note"])
    if known.reopens and call.status == Status.CLOSED:
        call.status, call.closed_at = require_move(call, "reopen"), None
        save_call(call, "status", "closed_at")
    else:
        save_call(call)
        if not known.is_reached:
            _try_again(call)
    record_on(call, "call_back.recorded", person, call_back=row.pk, outcome=outcome, satisfaction=satisfaction or 0)
    return row


def close_lapsed() -> int:
    """Close call-backs that nobody made within their place's period after they were due. Returns how many."""
    waiting = CallBack.objects.filter(done_at__isnull=True)
    places = waiting.order_by().values_list("call__place_id", flat=True).distinct()
    found: list[int] = []
    for place_code in places:
        period = timedelta(days=law.value("calls.call_back_lapse", on=clock.today(), place=place_code).number)
        old = waiting.filter(call__place_id=place_code, due_at__lt=clock.now() - period).order_by("due_at")
        found += old.values_list("pk", flat=True)[:BATCH]
    return sum(map(_lapse, found[:BATCH]))


@transaction.atomic
def _lapse(call_back_id: int) -> int:
    row = CallBack.objects.select_related("call").get(pk=call_back_id)
    changed = CallBack.objects.filter(pk=call_back_id, done_at__isnull=True).update(done_at=clock.now(), outcome=LAPSED)
    if changed:
        record_on(row.call, "call_back.lapsed", SYSTEM, call_back=row.pk)
    return changed


def _locked(call_back_id: int, person: Person) -> tuple[Call, CallBack]:
    call_id = CallBack.objects.filter(pk=call_back_id).values_list("call_id", flat=True).first()
    if call_id is None:
        raise NotFound("call_back.unknown", "没有这次回访")
    call = lock_call(call_id, person=person)
    rows = CallBack.objects.filter(pk=call_back_id)
    row = (rows.select_for_update() if connection.features.has_select_for_update else rows).get()
    if row.done_at is not None:
        raise Refused("call_back.done", "这次回访已经登记过了")
    return call, row


def _try_again(call: Call) -> None:
    if CallBack.objects.filter(call=call).count() < call_back_tries(call.place_id):
        CallBack.objects.create(call=call, due_at=clock.now() + call_back_within(call.place_id))
