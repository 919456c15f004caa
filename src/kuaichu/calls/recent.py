"""The calls of the last days of one place in memory, for the question "was that reported before?".

The rule answers at once. The recogniser is made beside it, from the same rows, by a thread of its own, as soon as
somebody asks (or `warm` is called when a process starts); until it is there the rule answers alone.
"""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, connection

from kuaichu import clock
from kuaichu.calls.linking import Facts, Match
from kuaichu.calls.models import Call, CallChange
from kuaichu.calls.repeats.learning import Answer, answers_of, answers_since
from kuaichu.calls.repeats.rows import FIELDS, Rows
from kuaichu.calls.repeats.rule import by_rule
from kuaichu.calls.thresholds import Thresholds, thresholds_of

if TYPE_CHECKING:
    from kuaichu.calls.repeats.recognising import Opinion, Recognising

LATE_IDS = 256  # ids that another transaction may still be about to show
CHANGED_AT_ONCE = 5000
AGAIN_AFTER = timedelta(minutes=10)
MISSED_MOST = 50  # calls that came late, from which on the recogniser is made anew


class Recent:
    """Threads may ask at the same time."""

    def __init__(self, place_code: str) -> None:
        self._place = place_code
        self._lock = threading.Lock()
        self._rows = Rows()
        self._last_id = self._last_change = 0
        self._since: datetime | None = None
        self._recognising: Recognising | None = None
        self._is_making = False
        self._begun_at: datetime | None = None
        self._heard: list[Answer] = []

    def matches(self, facts: Facts, *, most: int) -> list[Match]:
        """The likeliest earlier calls, at most `most`."""
        limits = thresholds_of(self._place)
        with self._lock:
            self._refresh(limits, before=facts.call_id)
            opinion = self._recognising.consider(facts) if self._recognising is not None else None
            found = self._ranked(facts, opinion, limits, most)
            is_due = self._is_due()
        if is_due and not settings.TESTING:
            self.warm()
        return found

    def matches_in_turn(self, asked: Mapping[int, Facts], *, most: int) -> dict[int, list[Match]]:
        """The same for stored calls, by their id, each judged by what came before it."""
        from kuaichu.calls.repeats.recognising import in_turn

        limits = thresholds_of(self._place)
        with self._lock:
            self._refresh(limits)
            pairs = in_turn(self._rows, asked)
            return {facts.call_id: self._ranked(facts, opinion, limits, most) for facts, opinion in pairs}

    def warm(self) -> None:
        """Make the recogniser beside the request, unless that is under way."""
        with self._lock:
            if self._is_making:
                return
            self._is_making, self._begun_at = True, clock.now()
        threading.Thread(target=self._make_beside, name=f"recogniser-{self._place}", daemon=True).start()

    def make_ready(self) -> None:
        """The recogniser, made from the calls of the last days and what people said of them; now, in this thread."""
        from kuaichu.calls.repeats.recognising import Recognising

        made = Recognising()
        with self._lock:
            limits = thresholds_of(self._place)
            self._refresh(limits)
            rows = Rows(dict(self._rows.at), list(self._rows.known), self._rows.table.copy())
            self._heard = []
            assert self._since is not None
        made.follow(rows, rows.in_turn())
        made.hear(answers_since(self._place, self._since))
        with self._lock:
            made.missed = 0
            made.follow(self._rows, self._rows.in_turn(len(rows)))
            made.hear(self._heard)
            self._recognising = made

    def _is_due(self) -> bool:
        if self._begun_at is not None and clock.now() - self._begun_at < AGAIN_AFTER:
            return False
        return self._recognising is None or self._recognising.missed >= MISSED_MOST

    @property
    def is_ready(self) -> bool:
        return self._recognising is not None

    def _make_beside(self) -> None:
        try:
            self.make_ready()
        except DatabaseError:
            pass  # the next question tries again; until then the rule answers
        finally:
            self._is_making = False
            connection.close()

    def _ranked(self, facts: Facts, opinion: "Opinion | None", limits: Thresholds, most: int) -> list[Match]:
        found = by_rule(self._rows, facts, limits)
        if opinion is not None:
            from kuaichu.calls.repeats.ranking import ranked

            found = ranked(found, opinion, rows=self._rows, facts=facts, limits=limits)
        return sorted(found, key=lambda match: (-match.score, -match.call_id))[:most]

    def _refresh(self, limits: Thresholds, *, before: int | None = None) -> None:
        """Rows stored or changed since the last time. Ids that appear late (a slower transaction) are found too.

        The call `before` is left for later: its transaction may still be undone, and memory can't be.
        """
        since = clock.now() - limits.repeat_within - timedelta(days=1)
        rows = Call.objects.filter(place_id=self._place, received_at__gte=since)
        if before is not None:
            rows = rows.exclude(id=before)
        known = len(self._rows)
        if self._since is None:
            self._last_change = CallChange.objects.order_by("-id").values_list("id", flat=True).first() or 0
            self._since = since
        else:
            rows = rows.filter(id__gt=self._last_id - LATE_IDS)
            self._look_again()
        for row in rows.order_by("id").values_list(*FIELDS).iterator(chunk_size=5000):
            if row[0] not in self._rows.at:
                self._rows.put(row)
                self._last_id = max(self._last_id, row[0])
        if self._recognising is not None and len(self._rows) > known:
            self._recognising.follow(self._rows, self._rows.in_turn(known))

    def _look_again(self) -> None:
        changes = list(CallChange.objects.filter(id__gt=self._last_change).order_by("id").values_list("id", "call_id"))
        if not changes:
            return
        self._last_change = changes[-1][0]
        ids = sorted({call_id for _, call_id in changes if call_id in self._rows.at})[-CHANGED_AT_ONCE:]
        for row in Call.objects.filter(id__in=ids).values_list(*FIELDS):
            self._rows.put(row)
        self._hear(ids)

    def _hear(self, ids: Sequence[int]) -> None:
        """What was said of the links of changed calls; kept as long as a recogniser is being made."""
        if self._recognising is None and not self._is_making:
            return
        answers = answers_of(ids)
        if self._is_making:
            self._heard += answers
        if self._recognising is not None and answers:
            self._recognising.hear(answers)


_places: dict[str, Recent] = {}
_places_lock = threading.Lock()


def recent_of(place_code: str) -> Recent:
    """The memory of a place in this process."""
    with _places_lock:
        return _places.setdefault(place_code, Recent(place_code))


def warm(place_code: str) -> None:
    """When a web process starts: the recogniser of a place, without holding up the start."""
    if not settings.TESTING:
        recent_of(place_code).warm()


def forget_all() -> None:
    """Empty the memory (tests: another database stands behind it)."""
    with _places_lock:
        _places.clear()
