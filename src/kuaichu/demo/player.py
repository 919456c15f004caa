"""Plays one example case to its end while the demonstration runs: the worker, the seals and the simulated insurers are the
real ones, so the finished case has come about as every other does. `python -m kuaichu.demo.player`."""

import os
import signal
import sys
import threading
from collections.abc import Callable

PATIENCE_SECONDS = 180.0
PAUSE_SECONDS = 0.5


def main() -> int:
    """Play, then stay until told to stop (the group of processes lives and dies together)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuaichu.settings")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    import django

    django.setup()
    from django.db import connection

    play_finished_case(stopping.wait)
    connection.close()
    stopping.wait()
    return 0


def play_finished_case(wait: Callable[[float], bool]) -> bool:
    """One rear-end collision from the first tap to the money. False when it is there already or time ran out.

    `wait(seconds)` pauses and returns True when the play has to stop.
    """
    from kuaichu.accounts.models import Person
    from kuaichu.cases.models import Case
    from kuaichu.cases.states import Stage
    from kuaichu.demo.play import Play, Scene
    from kuaichu.journal.models import Event

    if Case.objects.filter(stage=Stage.CLOSED).exists() or Event.objects.filter(name="payment.ordered").exists():
        return False
    officer = Person.objects.get(username="officer2")
    play = Play(Scene(first=4, second=1, place=5, photos="a", minutes_ago=26))
    play.screen().locate().join().photograph().pass_photos(officer).give_details().choose("agree").sign().name_accounts()
    waited = 0.0
    while waited < PATIENCE_SECONDS:
        if _advance_claims(play.case):
            return True
        if wait(PAUSE_SECONDS):
            return False
        waited += PAUSE_SECONDS
    return False


def _advance_claims(case: object) -> bool:
    """Do what the adjusters can do by now; True once the case is closed."""
    from kuaichu.claims import actions
    from kuaichu.claims.models import Claim, Payment, Settlement
    from kuaichu.claims.states import ClaimState, PaymentState

    case.refresh_from_db()  # type: ignore[attr-defined]
    if not case.is_open:  # type: ignore[attr-defined]
        return True
    claims = list(Claim.objects.filter(case=case).select_related("insurer", "party"))
    for claim in claims:
        if claim.state == ClaimState.ACCEPTED and not claim.party.assessments.exists():
            actions.record_assessment(party_id=claim.party_id, adjuster=_adjuster(claim), lines=_losses(claim))
    settlement = Settlement.objects.filter(case=case, voided_at__isnull=True).order_by("-version").first()
    if settlement is None:
        return False
    for claim in claims:
        claim.refresh_from_db()
        if claim.state == ClaimState.ASSESSED and settlement.lines.filter(payer_claim=claim).exists():
            actions.approve(claim_id=claim.pk, adjuster=_adjuster(claim), version=settlement.version)
        for payment in Payment.objects.filter(claim=claim, state__in=[PaymentState.PLANNED, PaymentState.FAILED]):
            actions.order_payment(payment_id=payment.pk, adjuster=_adjuster(claim))
    return False


def _adjuster(claim: object) -> object:
    from kuaichu.accounts.models import Person, Role

    return Person.objects.filter(agency=claim.insurer, role=Role.ADJUSTER).first()  # type: ignore[attr-defined]


def _losses(claim: object) -> list[object]:
    """What the adjuster writes down: a bumper and paint, or a tailgate."""
    from kuaichu.claims.actions import LossLine
    from kuaichu.money import parse_yuan

    if claim.party.letter == "A":  # type: ignore[attr-defined]
        rows = (("front", "前保险杠皮", "replace", "1380"), ("front", "前保险杠", "paint", "620"), ("", "拆装工时", "labour", "300"))
    else:
        rows = (("rear", "后保险杠皮", "replace", "1650"), ("rear", "尾门", "repair", "980"), ("rear", "尾门", "paint", "720"))
    return [LossLine(part, item, work, parse_yuan(yuan)) for part, item, work, yuan in rows]


if __name__ == "__main__":
    sys.exit(main())
