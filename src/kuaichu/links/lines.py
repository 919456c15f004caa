"""Whether a partner answers at all. One that has not answered for a while is asked by one message at a time, and
everything else for it waits without using up its tries; the first answer lets all of it go.

A circuit breaker as M. Nygard describes it (Release It!, 2007, "Circuit Breaker"), kept in the database, so that all
workers know the same.
"""

from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from kuaichu import clock, rows
from kuaichu.links.models import Exchange, ExchangeState, PartnerLine
from kuaichu.prepared import Prepared

AWAY_AFTER = 5  # tries in a row without an answer
PROBE_EVERY = timedelta(seconds=60)
PUT_OFF = timedelta(minutes=10)  # so long no look meets what waits for a partner that is away
LONGEST_OUTAGE = timedelta(hours=72)  # then messages go to a person all the same


class Silence(Enum):
    """Why a message had no answer: it may be its own fault, the partner is away and it should wait, or the partner has
    been away for so long that a person has to see to it."""

    THIS_ONE = 1
    AWAY = 2
    LOST = 3


_AWAY = Prepared(lambda: PartnerLine.objects.filter(away_since__isnull=False).order_by("away_since", "pk"))


def away() -> list[PartnerLine]:
    """The partners that don't answer, longest first."""
    return _AWAY.all()


def waiting(line: PartnerLine) -> int:
    """How many messages wait for this partner."""
    return _queued(line).count()


def _queued(line: PartnerLine) -> "QuerySet[Exchange]":
    return Exchange.objects.filter(kind=line.kind, partner=line.partner, direction="out", state=ExchangeState.QUEUED)


def answered_by(messages: "QuerySet[Exchange]") -> "QuerySet[Exchange]":
    """Those of the messages whose partner is not away."""
    line = PartnerLine.objects.filter(kind=OuterRef("kind"), partner=OuterRef("partner"), away_since__isnull=False)
    return messages.filter(~Exists(line))


def put_off(line: PartnerLine) -> None:
    """Lay aside what is due for a partner that is away: else each look would walk all of it, thousands after a day."""
    now = clock.now()
    due = _queued(line).filter(next_at__lte=now)
    if due.exists():
        due.update(next_at=now + PUT_OFF)


def take_probe(line: PartnerLine) -> UUID | None:
    """The message that may ask now whether the partner is back; None when it is not time, or somebody else asks."""
    now = clock.now()
    lapsed = Exchange.objects.filter(
        kind=line.kind, partner=line.partner, direction="out", state=ExchangeState.SENDING, claimed_until__lt=now
    )
    probe = _queued(line).order_by("next_at").first() or lapsed.first()
    if probe is None:
        return None
    due = PartnerLine.objects.filter(pk=line.pk, away_since__isnull=False, next_probe_at__lte=now)
    if due.update(next_probe_at=now + PROBE_EVERY) != 1:
        return None
    Exchange.objects.filter(pk=probe.pk, state=ExchangeState.QUEUED).update(next_at=now)
    return probe.pk


def note_silence(exchange: Exchange) -> "Silence":
    """One more try without an answer; what that says of the partner."""
    found = PartnerLine.objects.filter(kind=exchange.kind, partner=exchange.partner)
    if found.update(silences=F("silences") + 1) == 0:
        try:
            with transaction.atomic():
                PartnerLine.objects.create(kind=exchange.kind, partner=exchange.partner, silences=1)
        except IntegrityError:  # another worker was quicker
            found.update(silences=F("silences") + 1)
    now = clock.now()
    found.filter(silences__gte=AWAY_AFTER, away_since__isnull=True).update(
        away_since=now, next_probe_at=now + PROBE_EVERY
    )
    since = found.values_list("away_since", flat=True).get()
    if since is None:
        return Silence.THIS_ONE
    return Silence.AWAY if since > now - LONGEST_OUTAGE else Silence.LOST


def note_answer(exchange: Exchange) -> None:
    """The partner answered, whatever it said. What was put off while it was away is due."""
    line = rows.find(PartnerLine, kind=exchange.kind, partner=exchange.partner)
    if line is None or line.silences == 0:
        return
    rows.update(PartnerLine, {"silences": 0, "away_since": None, "next_probe_at": None}, pk=line.pk)
    if line.away_since is not None:
        _queued(line).update(next_at=clock.now())


_SENT = Exchange.objects.filter(direction="out")
_NEXT_QUEUED = Prepared(lambda: _SENT.filter(state=ExchangeState.QUEUED).order_by("next_at").values_list("next_at")[:1])
_NEXT_LAPSED = Prepared(
    lambda: (
        answered_by(_SENT.filter(state=ExchangeState.SENDING))
        .order_by("claimed_until")
        .values_list("claimed_until")[:1]
    )
)
_NEXT_PROBE = Prepared(
    lambda: (
        PartnerLine.objects.filter(
            Exists(_SENT.filter(kind=OuterRef("kind"), partner=OuterRef("partner"), state=ExchangeState.QUEUED)),
            away_since__isnull=False,
        )
        .order_by("next_probe_at")
        .values_list("next_probe_at")[:1]
    )
)


def next_due() -> datetime | None:
    """The first moment at which a waiting message will be due; a past one is due already. None: nothing waits."""
    found = [moment for query in (_NEXT_QUEUED, _NEXT_LAPSED, _NEXT_PROBE) for (moment,) in query.tuples()]
    return min((moment for moment in found if moment is not None), default=None)
