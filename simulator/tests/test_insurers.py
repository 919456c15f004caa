"""An insurer pays once under each key, keeps books of what left it, and its news reach who looked away."""

import hashlib
import hmac
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

from simulator.insurers import COVER_LIMIT_FEN, DEDUCTIBLE_PERCENT, LOW_LIMIT_FEN, STEADY, Insurer, _policy
from simulator.world import Until, World

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
NUMBER = "33990020260302000001"


class House:
    """Only a clock, and a secret."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def wait_until(self, moment: datetime) -> None:
        self.moment = moment

    def work(self) -> None:
        return None

    def secret_of(self, agency_code: str) -> bytes:
        return b"secret"


class Wire:
    """Everything is answered at once."""

    def until_answered(self, kind: str, method: str, path: str, *, headers: Any, body: bytes) -> Any:
        yield 0.0
        return SimpleNamespace(status=200)


def insurer() -> Insurer:
    house, wire = House(), Wire()
    return Insurer(World(house, 3), wire, "INS-A", STEADY)  # type: ignore[arg-type]


def order(payment: str, fen: int = 100) -> dict[str, Any]:
    return {
        "payment_id": payment,
        "claim_id": "claim",
        "case_number": NUMBER,
        "amount_fen": fen,
        "callback_url": f"http://house/api/v1/partner/payments/{payment}",
    }


def test_the_same_key_pays_once_and_another_key_pays_again():
    one = insurer()
    assert [one.handle("payments", key, order("p"))[0] for key in ("k1", "k1", "k2")] == [201, 201, 201]
    assert one.paid_fen == {"p": 200}
    assert one.out_fen == {"claim": 200}
    assert one.keys_of == {"payments p": {"k1", "k2"}}
    one.handle("payments", "k3", order("other", 50))
    assert one.out_fen == {"claim": 250}


def test_news_reach_a_reader_who_had_just_looked_away():
    """The money's second half comes while somebody reads of the first."""
    one = insurer()
    world, looks = one.world, []
    world.bells[NUMBER] = "case"

    def reader() -> Any:
        while True:
            yield Until("case", 6 * 3600.0)
            looks.append(world.house.now())
            yield 45.0

    world.spawn("reader", reader())
    world.spawn("callbacks", one.calling_back())
    world.run(START + timedelta(seconds=1))
    one.handle("payments", "k1", order("p1"))
    one.handle("payments", "k2", order("p2"))
    world.run(START + timedelta(hours=1))
    told = START + timedelta(seconds=60)
    assert min(looks) < told
    assert max(looks) > told, "both confirmations have come within a minute, and this look is after both"


def test_only_what_the_house_signed_is_read():
    one, body = insurer(), b'{"claim_id": "claim"}'
    timestamp = str(int(START.timestamp()))
    mark = hmac.new(b"secret", timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"X-Kuaichu-Timestamp": timestamp, "X-Kuaichu-Signature": mark}
    assert one.has_signature(headers, body)
    assert not one.has_signature(headers, body + b" ")
    assert not one.has_signature({"X-Kuaichu-Timestamp": timestamp}, body)
    assert one.world.meter.counts["insurer.bad_signature"] == 2


def test_some_policies_are_smaller_than_the_damage():
    dice = Random(1)
    policies = [_policy(dice) for _ in range(1000)]
    limits = Counter(policy["tpl_limit_fen"] for policy in policies)
    assert set(limits) == {0, LOW_LIMIT_FEN, COVER_LIMIT_FEN}
    assert min(limits.values()) > 20
    assert {policy["tpl_deductible_percent"] for policy in policies} == {0, DEDUCTIBLE_PERCENT}
