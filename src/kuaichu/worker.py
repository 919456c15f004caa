"""The one background process: reactions, deliveries, stuck sends, due clocks, anchors. Several may run side by side."""

import fcntl
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from kuaichu import wiring
from kuaichu.accounts.retention import forget_codes
from kuaichu.calls.retention import close_lapsed, forget_callers
from kuaichu.cases import deadlines
from kuaichu.cases.expiry import forget_closed, forget_journal
from kuaichu.cases.retention import forget_drafts
from kuaichu.claims import retention as claims
from kuaichu.dossier import retention as dossier
from kuaichu.dossier.actions.uploads import forget_expired
from kuaichu.dossier.anchoring import anchor_if_due
from kuaichu.journal import dispatch as reactions
from kuaichu.liability import retention as liability
from kuaichu.links import dispatch as deliveries
from kuaichu.links import lines
from kuaichu.links.retention import forget_messages
from kuaichu.web.api.idempotency import forget_old_replies

IDLE_SECONDS = 0.25
AFTER_FAULT_SECONDS = 2.0
CLOCKS_EVERY_SECONDS = 1.0
CLEANING_EVERY_SECONDS = 300.0
DELETING = (claims.delete_case, liability.delete_case, dossier.delete_case)  # of one case, the highest room first
FORGETTING = (
    forget_expired,
    forget_old_replies,
    forget_drafts,
    forget_codes,
    forget_messages,
    dossier.forget_orphans,
    dossier.forget_evidence,
    partial(forget_closed, DELETING),
    forget_journal,
    forget_callers,
    close_lapsed,
)
QUICK_KINDS = ("sms", "seal")  # answered on this machine, or somebody stands waiting for it
_log = logging.getLogger("kuaichu.worker")


def run_once() -> int:
    """One round over everything that waits; returns how much was done."""
    return reactions.run_waiting() + deliveries.run_due() + deadlines.run_due(wiring.DUE)


@contextmanager
def on_roll() -> Iterator[None]:
    """A place among the living workers of this installation, as a shared lock that the kernel gives back however a
    process ends. Who finds nobody there takes over what dead ones had in hand, instead of waiting for their leases."""
    place = os.open(settings.HOME / "workers.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            _take_over()
        fcntl.flock(place, fcntl.LOCK_SH)
        yield
    finally:
        os.close(place)


def _take_over() -> None:
    try:
        reactions.give_back_all()
        deliveries.give_back_all()
    except DatabaseError as error:  # the leases end by themselves
        _log.warning("nothing taken over: %s", type(error).__name__)
        connection.close()


def run_until_idle(rounds: int = 50) -> int:
    """Rounds until nothing is left to do right now (demonstration data, tests)."""
    total = 0
    for _ in range(rounds):
        done = run_once()
        if done == 0:
            return total
        total += done
    return total


class Worker:
    """Two lanes in one process: the quick one (reactions, text messages, seals, clocks) never waits for the slow one
    (partners over the network). Both rest briefly when idle and leave after the item in hand on SIGTERM or SIGINT."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._clocks_at = 0.0
        self._cleaning_at = 0.0

    def stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Finish what is in hand, then leave."""
        self._stopping.set()

    def run(self) -> None:
        """Work until told to stop."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        self._get_ready()
        with on_roll():
            slow = threading.Thread(target=self._lane, args=(self._slow_round,), name="partners")
            slow.start()
            self._lane(self._quick_round)
            slow.join()

    def _get_ready(self) -> None:
        """A worker may be started before its database, or come back sooner: it waits."""
        while not self._stopping.is_set():
            try:
                return _warm_up()
            except DatabaseError as error:
                _log.warning("waiting for the database: %s", type(error).__name__)
                connection.close()
                self._stopping.wait(AFTER_FAULT_SECONDS)

    def _lane(self, work: Callable[[], int]) -> None:
        while not self._stopping.is_set():
            try:
                pause = 0.0 if work() else IDLE_SECONDS
            except Exception:  # noqa: BLE001 - the database may be away for a moment: rest, then try again
                _log.exception("a round failed")
                close_old_connections()
                pause = AFTER_FAULT_SECONDS
            self._stopping.wait(pause)
        connection.close()

    def _slow_round(self) -> int:
        return deliveries.run_due(limit=1, but=QUICK_KINDS)

    def _quick_round(self) -> int:
        done = reactions.run_waiting() + deliveries.run_due(only=QUICK_KINDS)
        now = time.monotonic()
        if now >= self._clocks_at:
            self._clocks_at = now + CLOCKS_EVERY_SECONDS
            done += deadlines.run_due(wiring.DUE)
        if now >= self._cleaning_at:
            self._cleaning_at = now + CLEANING_EVERY_SECONDS
            clean()
        return done


def clean() -> None:
    """Forget what has had its time, and stamp the journal when that is due."""
    for task in (*FORGETTING, anchor_if_due):
        try:
            task()
        except DatabaseError:
            raise  # it is away: everything else would fail too
        except Exception:  # noqa: BLE001 - one that fails must not keep the others from their turn
            _log.exception("cleaning failed")


def next_due() -> datetime | None:
    """The first moment at which something that waits now will be due: a message's next try or lapsed lease, an event
    given back, a clock; None when nothing waits. Past moments are due already."""
    moments = (
        lines.next_due(),
        reactions.next_due(),
        deadlines.next_due(),
    )
    return min((moment for moment in moments if moment is not None), default=None)


def _warm_up() -> None:
    """Load the sealing libraries now, so that the first document does not wait for them."""
    from kuaichu.dossier.sealer import authority

    authority()
