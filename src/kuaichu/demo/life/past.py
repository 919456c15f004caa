"""Roadside cases of the last days: played through the product's own actions, each step at its own moment of the past,
so that officers' and insurers' desks have work at the first start and closed cases can be read."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.cases import actions
from kuaichu.claims.actions.accepting import accept
from kuaichu.claims.actions.paying import confirm_payment
from kuaichu.claims.models import Claim, Payment
from kuaichu.claims.states import PaymentState
from kuaichu.demo.adjusters import jobs
from kuaichu.demo.life.kept import Book, KeptCase
from kuaichu.demo.life.people import losses_of, people_of, roadside, spot_of
from kuaichu.demo.life.weeks import required_demonstration
from kuaichu.demo.play import STORIES, Play, Scene
from kuaichu.errors import FieldErrors, Refused
from kuaichu.journal import dispatch as reactions
from kuaichu.liability.actions import Decision, determine
from kuaichu.links import dispatch as deliveries
from kuaichu.links.insurer.protocol import Acceptance, PaymentNews, Policy
from kuaichu.worker import QUICK_KINDS

ROUNDS = 8
PAYING = timedelta(minutes=3)
POLICY = Policy(is_valid=True, has_ctpl=True, tpl_limit_fen=200_000_000, tpl_deductible_percent=0, has_own_damage=True,
                own_damage_deductible_percent=0)  # fmt: skip
ANSWERS_AT_ONCE = "INS-A"
_FACTS = "{one}与{other}在该处发生碰撞，两车受损，无人受伤。"
_REASON = "双方说法不一致，根据照片认定。"
_CONDUCT = "未按规定让行"
_log = logging.getLogger("kuaichu.demo")


def fill(place_code: str, book: Book) -> int:
    """Every case of roadside.yaml that the city hasn't lived yet; nothing once it has any. Returns how many.

    Raises Refused("demo.only") outside the demonstration.
    """
    required_demonstration()
    if book.has_past:
        return 0
    began = clock.now()
    rows = sorted(roadside()["past"], key=lambda row: float(row["minutes"]))
    for at, row in enumerate(rows):
        name = f"past-{place_code}-{at}-{row['upto']}"
        try:
            number = _Past(name, row, began - timedelta(minutes=row["minutes"])).play()
        except (Refused, FieldErrors) as refused:  # one example less
            _log.warning("a case of the past stopped: %s, %s", row["upto"], getattr(refused, "code", "fields"))
            continue
        if row["upto"] != "paid":
            book.add(KeptCase(number, name, row["story"]))
    book.note_past()
    return len(rows)


def _said(conduct: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {letter: _CONDUCT for letter, acts in conduct.items() if acts}


class _Past:
    """One case. What people do is one transaction with what the product does about it, at the same moment: the worker
    beside us, which lives now, must not come between."""

    def __init__(self, name: str, row: dict[str, Any], began: datetime) -> None:
        self.row, self.name, self.upto = row, name, row["upto"]
        self._began = began
        answers_at_once = self.upto in ("assess", "approve", "pay", "paid", "trouble")
        people = people_of(name, insurer=ANSWERS_AT_ONCE if answers_at_once else "", policy=row.get("policy", ""))
        spot = spot_of(name)
        self._spot = {"location": spot.words, "lon_wgs84": spot.lon, "lat_wgs84": spot.lat}
        self._people = people
        self._officer = Person.objects.get(username="officer2")
        with clock.moved_to(began), transaction.atomic():
            scene = Scene(story=row["story"], photos="ab"[len(name) % 2], minutes_ago=2,
                          is_disputed=bool(row.get("disputed")))  # fmt: skip
            self._play = Play(scene, people=people, spot=self._spot).screen()

    def play(self) -> str:
        """As far as the row says; the case's number."""
        play, upto = self._play, self.upto
        self._at(1, play.locate)
        self._at(1.5, play.join)
        if upto == "field":
            self._at(2.5, lambda: actions.request_officer(party_id=play.parties["B"].pk))
            return play.case.number
        with clock.moved_to(self._moment(2.5)):
            play.photograph()
        if upto == "photos":
            return play.case.number
        with transaction.atomic():  # at once: to the worker the clocks of these steps ran out long ago
            self._decide()
        if upto in ("assess", "approve", "pay", "paid"):
            self._claim()
        return play.case.number

    def _decide(self) -> None:
        """From the officer's look at the photos to both signatures, as far as the row says."""
        play = self._play
        self._at(4.5, lambda: play.pass_photos(self._officer))
        self._at(9, play.give_details)
        self._at(11, lambda: play.choose("police" if self.row.get("disputed") else "agree"))
        if self.upto == "online":
            return
        if self.row.get("disputed"):
            self._at(17, self._determine)
        self._at(20, self._sign)
        if self.upto not in ("signing", "trouble"):
            self._at(22, play.name_accounts)

    def _sign(self) -> None:
        """Both sign, and insurers accept at once: what the worker hears from them later changes nothing."""
        self._play.sign("A" if self.upto == "signing" else "AB")
        self._react()
        if self.upto in ("signing", "trouble"):
            return
        for claim in Claim.objects.filter(case=self._play.case):
            accept(claim_id=claim.pk, acceptance=Acceptance(f"R{claim.pk.int % 10**12:012d}", POLICY))

    def _claim(self) -> None:
        """As far as the insurers have come."""
        for minute, kind in ((55, "assess"), (95, "approve"), (130, "pay")):
            if self.upto == kind:
                return
            self._at(minute, partial(self._adjust, kind))

    def _adjust(self, kind: str) -> None:
        for job in jobs(self._play.case, losses_of(self.name, self.row["story"])):
            if job.kind == kind:
                job.do()
        if kind == "pay":
            with clock.moved_by(PAYING):
                self._confirm()
                self._react()

    def _confirm(self) -> None:
        for payment in Payment.objects.filter(claim__case=self._play.case, state=PaymentState.ORDERED):
            news = PaymentNews(
                is_paid=True,
                amount_fen=payment.amount_fen,
                partner_reference=f"P{payment.pk.int % 10**12:012d}",
                reason_code="",
            )
            confirm_payment(payment_id=payment.pk, agency_code=ANSWERS_AT_ONCE, news=news)

    def _determine(self) -> None:
        conduct = STORIES[self.row["story"]].conduct
        grades = {letter: "full" if acts else "none" for letter, acts in conduct.items()}
        facts = _FACTS.format(one=self._people["A"].plate, other=self._people["B"].plate)
        decision = Decision(grades=grades, facts_text=facts, override_reason=_REASON, conduct=_said(conduct))
        determine(case_id=self._play.case.pk, officer=self._officer, decision=decision)

    def _moment(self, minutes: float) -> datetime:
        return min(self._began + timedelta(minutes=minutes), clock.now())

    def _at(self, minutes: float, act: Callable[[], object]) -> None:
        with clock.moved_to(self._moment(minutes)), transaction.atomic():
            act()
            self._react()

    def _react(self) -> None:
        """What the worker would do for this case; partners over the network are left to it."""
        for _ in range(ROUNDS):
            if not reactions.run_waiting(stream=self._play.case.pk) + deliveries.run_due(only=QUICK_KINDS):
                return
