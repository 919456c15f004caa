"""A simulated national platform, in memory: it gives each record a number and knows every vehicle that it is asked for.

Ends of plates ask for special answers: 9A inspection expired, 9B insurance expired, 9C not registered, 9D another
insurer, 9E nonsense, 9F nonsense at the first time, 9G a truck. A moody one has such vehicles by lot too.
"""

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from kuaichu import clock
from kuaichu.links import twin
from kuaichu.links.twin import Answer

KINDS = ("K33", "K32", "K31")
BRANDS = ("启程", "远山", "海风", "明驰")
ELSEWHERE = "远方财产保险股份有限公司"
TRUCK = "H31"
UNLIKE = ("9A", "9B", "9C", "9D", "9G")
SOME_TIME = timedelta(weeks=30)  # since what has run out ran out, and until what holds will


@dataclass(frozen=True)
class Temper(twin.Temper):
    """`unlike_share`: of vehicles about which something is not as it should be."""

    unlike_share: float = 0.0


STEADY = Temper()
MOODY = Temper(delay_s=(1.0, 3.0), busy_share=0.3, unlike_share=0.1)
HURRIED = replace(MOODY, delay_s=(0.1, 0.3))  # the same moods, for who watches and waits
FAILING = Temper(busy_share=1.0, busy_most=10**9)
REFUSING = Temper(refusal_share=1.0)
NONSENSE = Temper(nonsense_share=1.0)


class TwinPlatform(twin.Twin):
    """The platform's gateway of one city. `books`: the last record of each case, by its number."""

    operations = ("records", "vehicles")
    nonsense = {"state": "found", "djbh": None, "cllx": "?"}
    temper: Temper

    def __init__(self, agency_code: str, temper: Temper = STEADY, *, seed: int = 1) -> None:
        super().__init__(agency_code, temper, seed=seed)
        self.books: dict[str, dict[str, Any]] = {}

    def is_muddled(self, body: Mapping[str, Any]) -> bool:
        return _plate(body).endswith("9E")

    def stumbles_over(self, body: Mapping[str, Any]) -> bool:
        return _plate(body).endswith("9F")

    def effect(self, operation: str, body: dict[str, Any], dice: random.Random) -> Answer:
        return self._look_up(_plate(body)) if operation == "vehicles" else self._record(body)

    def _record(self, body: dict[str, Any]) -> Answer:
        self.books[str(body["case_number"])] = body
        digest = hashlib.sha256(f"{self._seed}:{body['case_number']}".encode()).hexdigest()  # a revision changes it
        return Answer(201, {"state": "recorded", "djbh": f"JY{int(digest[:12], 16) % 10**12:012d}"})

    def _look_up(self, plate: str) -> Answer:
        """The same vehicle whenever it is asked for."""
        lot = random.Random(f"{self._seed}:{plate}")  # noqa: S311 - a repeatable play, no secret
        is_unlike = lot.random() < self.temper.unlike_share
        unlike = plate[-2:] if plate.endswith(UNLIKE) else lot.choice(UNLIKE) if is_unlike else ""
        if unlike == "9C":
            return Answer(200, {"state": "unknown"})
        today = clock.today()
        until = {end: today + (-SOME_TIME if unlike == end else SOME_TIME) for end in ("9A", "9B")}
        found = {
            "state": "found",
            "cllx": TRUCK if unlike == "9G" else lot.choice(KINDS),
            "clpp": lot.choice(BRANDS),
            "jdczt": "A",
            "inspected_until": until["9A"].isoformat(),
            "insured_until": until["9B"].isoformat(),
            "insurer": ELSEWHERE if unlike == "9D" else "",
        }
        return Answer(200, found)


def _plate(body: Mapping[str, Any]) -> str:
    return str(body.get("hphm", ""))
