"""A simulated insurer, in memory: what it answers follows from a seed and the message, so a run can be repeated.

It behaves as a partner would: one effect per Idempotency-Key, a report number for each claim, a reference for each
payment, and a signed callback a little later. Its temper decides how pleasant that is. Policy numbers ask for special
answers: ending in 9999 nonsense, in 6666 nonsense at the first time, in 8888 a policy that is not valid, in 7777
compulsory insurance only.
"""

import hashlib
import json
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx

from kuaichu.links import twin
from kuaichu.links.signing import signed_headers
from kuaichu.links.twin import Answer

COVER_LIMIT = 200_000_000  # fen: two million yuan, what most cars carry
CALLBACK_TRIES = 40  # about ten minutes: the other side may just be starting
LONGEST_PAUSE_S = 15.0


@dataclass(frozen=True)
class Temper(twin.Temper):
    """Seconds and shares (0..1) of messages."""

    late_share: float = 0.0
    twice_share: float = 0.0
    callback_s: tuple[float, float] = (2.0, 3.0)


STEADY = Temper()
MOODY = Temper(delay_s=(1.0, 3.0), busy_share=0.3, late_share=0.4, twice_share=0.3, callback_s=(4.0, 8.0))
HURRIED = replace(MOODY, delay_s=(0.1, 0.3), callback_s=(0.4, 0.8))  # the same moods, for who watches and waits
FAILING = Temper(busy_share=1.0, busy_most=10**9)
REFUSING = Temper(refusal_share=1.0)
NONSENSE = Temper(nonsense_share=1.0)


class TwinInsurer(twin.Twin):
    """One insurer. `call_back(url, agency_code, message, delay_s)` sends a callback; tests may give their own."""

    operations = ("claims", "payments")
    nonsense = {"state": "accepted", "report_number": None, "policy": "ja"}
    temper: Temper

    def __init__(
        self,
        agency_code: str,
        temper: Temper = STEADY,
        *,
        seed: int = 1,
        call_back: "Callable[[str, str, dict[str, Any], float], None] | None" = None,
    ) -> None:
        super().__init__(agency_code, temper, seed=seed)
        self._call_back = call_back or call_back_later

    def is_muddled(self, body: Mapping[str, Any]) -> bool:
        return _policy_number(body).endswith("9999")

    def stumbles_over(self, body: Mapping[str, Any]) -> bool:
        return _policy_number(body).endswith("6666")

    def effect(self, operation: str, body: dict[str, Any], dice: random.Random) -> Answer:
        return self._take_payment(body, dice) if operation == "payments" else self._take_claim(body, dice)

    def _take_claim(self, body: dict[str, Any], dice: random.Random) -> Answer:
        number = self._reference("R", body["claim_id"])
        message = {"state": "accepted", "report_number": number, "policy": _policy(_policy_number(body))}
        if dice.random() >= self.temper.late_share:
            return Answer(201, message)
        self._confirm(body["callback_url"], message, dice)
        return Answer(202, {"state": "pending"})

    def _take_payment(self, body: dict[str, Any], dice: random.Random) -> Answer:
        reference = self._reference("P", body["payment_id"])
        news = {"state": "paid", "amount_fen": body["amount_fen"], "partner_reference": reference}
        self._confirm(body["callback_url"], news, dice)
        return Answer(201, {"state": "accepted", "partner_reference": reference})

    def _confirm(self, url: str, message: dict[str, Any], dice: random.Random) -> None:
        times = 2 if dice.random() < self.temper.twice_share else 1
        for _ in range(times):
            self._call_back(url, self.agency_code, message, dice.uniform(*self.temper.callback_s))

    def _reference(self, letter: str, subject: str) -> str:
        digest = hashlib.sha256(f"{self._seed}:{self.agency_code}:{subject}".encode()).hexdigest()
        return f"{letter}{int(digest[:12], 16) % 10**12:012d}"


def _policy_number(body: Mapping[str, Any]) -> str:
    return str(body.get("insured", {}).get("policy_number", ""))


def _policy(policy_number: str) -> dict[str, Any]:
    is_valid = not policy_number.endswith("8888")
    has_more = is_valid and not policy_number.endswith("7777")
    return {
        "is_valid": is_valid,
        "has_ctpl": is_valid,
        "tpl_limit_fen": COVER_LIMIT if has_more else 0,
        "tpl_deductible_percent": 0,
        "has_own_damage": has_more,
        "own_damage_deductible_percent": 0,
    }


def call_back_later(url: str, agency_code: str, message: dict[str, Any], delay_s: float) -> None:
    """Send a signed callback after `delay_s`, again while the other side is not there."""
    timer = threading.Timer(delay_s, _call_back_now, args=(url, agency_code, message))
    timer.daemon = True
    timer.start()


def _call_back_now(url: str, agency_code: str, message: dict[str, Any]) -> None:
    body = json.dumps(message).encode()
    key = hashlib.sha256(url.encode() + body).hexdigest()[:40]
    for count in range(CALLBACK_TRIES):
        try:
            headers = signed_headers(agency_code=agency_code, body=body, key=key)
            status = httpx.post(url, content=body, headers=headers, timeout=10.0, trust_env=False).status_code
            if status < 500:
                return
        except httpx.HTTPError:
            pass
        threading.Event().wait(min(2.0**count, LONGEST_PAUSE_S))
