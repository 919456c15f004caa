"""Sending what is queued: claim by one atomic update, call with no transaction open, take the reply in one
transaction.
"""

import hashlib
import json
import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, F, Q, QuerySet, UUIDField

from kuaichu import clock, rows
from kuaichu.links import lines, registry
from kuaichu.links.adapters import PermanentError, RetryableError
from kuaichu.links.lines import Silence
from kuaichu.links.models import Exchange, ExchangeState
from kuaichu.prepared import Prepared, PreparedUpdate

MAX_TRIES = 8
MOST = 20  # at once
LEASE = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(minutes=15)
_log = logging.getLogger("kuaichu.links")


def run_due(limit: int = MOST, *, only: Collection[str] = (), but: Collection[str] = ()) -> int:
    """Send up to `limit` due messages, stuck ones included (a worker that died leaves its lease to run out).

    `only` and `but` are kinds of partner, so that a slow kind can have a lane of its own.
    """
    now = clock.now()
    away = [line for line in lines.away() if line.kind not in but and (not only or line.kind in only)]
    for line in away:
        lines.put_off(line)
    ids = [pk for (pk,) in _first(tuple(only), tuple(but)).tuples(now=now)[:limit]]
    for line in away:
        if line.next_probe_at is not None and line.next_probe_at <= now:
            probe = lines.take_probe(line)
            ids += [probe] if probe else []
    return sum(map(_send_one, ids))


def give_back_all() -> None:
    """No worker lives: what dead ones were sending is sent again now, under the same key."""
    Exchange.objects.filter(state=ExchangeState.SENDING).update(claimed_until=clock.now())


def _mine(now: datetime, only: tuple[str, ...], but: tuple[str, ...]) -> QuerySet[Exchange]:
    due = Exchange.objects.filter(_due(now), direction="out").exclude(kind__in=but).order_by("next_at")
    return due.filter(kind__in=only) if only else due


@cache
def _first(only: tuple[str, ...], but: tuple[str, ...]) -> Prepared[Exchange]:
    return Prepared(lambda now: lines.answered_by(_mine(now, only, but)).values_list("id")[:MOST], now=DateTimeField())


def _due(now: datetime) -> Q:
    return Q(state=ExchangeState.QUEUED, next_at__lte=now) | Q(state=ExchangeState.SENDING, claimed_until__lt=now)


def _send_one(exchange_id: UUID) -> int:
    now = clock.now()
    if _CLAIM.run(exchange=exchange_id, now=now, until=now + LEASE) != 1:
        return 0
    exchange = rows.find(Exchange, pk=exchange_id)
    assert exchange is not None, "it was claimed a moment ago"
    message = _built(exchange)
    if message is None:
        return 1
    try:
        reply = (
            registry.tables()
            .adapters[exchange.kind]()
            .send(vendor=exchange.vendor, operation=exchange.operation, message=message, key=exchange.key)
        )
        lines.note_answer(exchange)
        _finish(exchange, message, reply)
    except RetryableError as error:
        _try_later(exchange, error.code, Silence.THIS_ONE if error.is_ours else lines.note_silence(exchange))
    except PermanentError as error:
        lines.note_answer(exchange)
        _fail(exchange, error.code)
    except Exception as error:  # noqa: BLE001 - one bad message must not stop the others
        _log.exception("exchange %s failed", exchange.pk)
        _try_later(exchange, f"bug.{type(error).__name__}")
    return 1


def _built(exchange: Exchange) -> dict[str, Any] | None:
    """The message, or None when none can be made of it: then nothing left, and the partner has said nothing."""
    try:
        return registry.tables().messages[exchange.kind, exchange.operation](exchange)
    except PermanentError as error:
        _fail(exchange, error.code)
    except RetryableError as error:
        _try_later(exchange, error.code)
    except Exception as error:  # noqa: BLE001 - one bad message must not stop the others
        _log.exception("exchange %s could not be built", exchange.pk)
        _try_later(exchange, f"bug.{type(error).__name__}")
    return None


def _claiming(exchange: UUID, now: datetime, until: datetime) -> tuple[QuerySet[Exchange], dict[str, object]]:
    found = Exchange.objects.filter(_due(now), pk=exchange)
    return found, {"state": ExchangeState.SENDING, "claimed_until": until, "attempts": F("attempts") + 1}


_CLAIM = PreparedUpdate(_claiming, exchange=UUIDField(), now=DateTimeField(), until=DateTimeField())


def _finish(exchange: Exchange, message: dict[str, object], reply: dict[str, object]) -> None:
    body = json.dumps(message, sort_keys=True, ensure_ascii=False, default=str)
    with transaction.atomic():
        done = {
            "state": ExchangeState.DONE,
            "done_at": clock.now(),
            "claimed_until": None,
            "message_digest": hashlib.sha256(body.encode()).hexdigest(),
            "error_code": "",
        }
        changed = rows.update(Exchange, done, pk=exchange.pk, state=ExchangeState.SENDING)
        take = registry.tables().replies.get((exchange.kind, exchange.operation))
        if changed == 1 and take is not None:
            take(exchange, reply)


def _try_later(exchange: Exchange, code: str, silence: Silence = Silence.THIS_ONE) -> None:
    """With a growing pause; a partner that is away sets the pace itself, and costs no message its last try."""
    is_away = silence == Silence.AWAY
    if silence == Silence.LOST or (exchange.attempts >= MAX_TRIES and not is_away):
        _fail(exchange, code)
        return
    kept: dict[str, object] = {"state": ExchangeState.QUEUED, "claimed_until": None, "error_code": code[:60]}
    if is_away:
        kept |= {"next_at": clock.now(), "attempts": 0}
    else:
        kept |= {"next_at": clock.now() + min(timedelta(seconds=2**exchange.attempts), LONGEST_PAUSE)}
    Exchange.objects.filter(pk=exchange.pk, state=ExchangeState.SENDING).update(**kept)


def _fail(exchange: Exchange, code: str) -> None:
    with transaction.atomic():
        changed = Exchange.objects.filter(pk=exchange.pk, state=ExchangeState.SENDING).update(
            state=ExchangeState.FAILED, claimed_until=None, error_code=code[:60]
        )
        take = registry.tables().failures.get((exchange.kind, exchange.operation))
        if changed == 1 and take is not None:
            take(exchange)
