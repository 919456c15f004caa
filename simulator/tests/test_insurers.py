"""An insurer pays once under each key, keeps books of what left it, and its news reach who looked away."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from simulator.insurers import STEADY, Insurer
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
