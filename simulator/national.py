"""The national platform's side: a gateway that takes records of closed cases, and knows every vehicle it is asked for.

It reads strictly: fields that the platform does not have, empty texts and more than a plate are refused.
"""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from simulator import partners
from simulator.city import CHINA
from simulator.partners import Said
from simulator.world import World

# The names that programs talking to the platform use (docs/API.md).
ACCIDENT = frozenset(
    [
        "djbh",
        "sgbh",
        "wsbh",
        "jbr",
        "sgss",
        "xzqh",
        "sgfssj",
        "lh",
        "lm",
        "gls",
        "ms",
        "sgdd",
        "ssrs",
        "zjccss",
        "sgrdyy",
        "tq",
        "dllx",
        "glxzdj",
        "xc",
        "sgxt",
        "cljsg",
        "dcsg",
        "tjr",
        "sszd",
        "dah",
        "glbm",
        "dzzb",
        "zrtjjg",
        "jar1",
        "jar2",
        "jafs",
        "tjfs",
        "jd",
        "wd",
        "jqbh",
    ]
)
PERSON = frozenset(
    [
        "rybh",
        "xm",
        "xb",
        "sfzmhm",
        "zz",
        "dh",
        "rylx",
        "shcd",
        "wfxw1",
        "wfxw2",
        "wfxw3",
        "jtfs",
        "dabh",
        "jszzl",
        "zjcx",
        "cclzrq",
        "fzjg",
        "sgzr",
        "hphm",
        "hpzl",
        "clfzjg",
        "fdjh",
        "clsbdh",
        "jdcxh",
        "clpp",
        "clxh",
        "csys",
        "cllx",
        "jdczt",
        "syq",
        "syr",
        "clsyxz",
        "bx",
        "bxgs",
        "bxpzh",
    ]
)
RECORD = {"record_id", "case_number", "revision", "dutysimple", "dutysimplehuman"}
PLATE = {"hphm", "hpzl"}
UNLIKE = ("unregistered", "inspection", "insurance", "insurer", "kind")
ELSEWHERE = "远方财产保险股份有限公司"
TRUCK = "H31"
KINDS, BRANDS = ("K33", "K32", "K31"), ("启程", "远山", "海风", "明驰")


@dataclass(frozen=True, kw_only=True)
class Temper(partners.Temper):
    """Shares (0..1): `unlike` of vehicles, about which something is not as it should be; `slow` of messages."""

    unlike: float = 0.0
    slow: float = 0.0
    slow_s: tuple[float, float] = (0.2, 1.0)  # on a clock that runs by itself


STEADY = Temper()
MOODY = Temper(busy=0.2, unlike=0.05, slow=0.05)
HARD = Temper(busy=0.3, nonsense=0.01, unlike=0.1, slow=0.05, away=(40.0, 46.0))


class Platform(partners.Partner):
    """The platform's computers. `books`: every record by case number and revision."""

    kind = "national"
    nonsense = {"state": "recorded?", "djbh": None, "cllx": "?"}
    temper: Temper

    def __init__(self, world: World, code: str, temper: Temper) -> None:
        super().__init__(world, code, temper)
        self.books: dict[str, dict[int, dict[str, Any]]] = {}
        self._numbers: dict[str, str] = {}  # djbh by case: a later revision changes the record that is there

    def subject_of(self, body: dict[str, Any]) -> str:
        return f"{body['case_number']} {body['revision']}" if "case_number" in body else str(body.get("hphm"))

    def rest_s(self, key: str) -> float:
        dice = Random(f"{self.world.seed}:{self.code}:{key}")
        is_slow = self.world.meter.is_real and dice.random() < self.temper.slow
        return dice.uniform(*self.temper.slow_s) if is_slow else 0.0

    def effect(self, operation: str, key: str, body: dict[str, Any], dice: Random) -> Said:
        if fault := _fault(operation, body):
            self.world.meter.count("national.refused")
            return 422, {"error": fault}
        if operation == "records":
            case_number = str(body["case_number"])
            number = self._numbers.setdefault(case_number, self.number_of(body))
            if body["dutysimple"].get("djbh", number) != number:
                self.world.meter.count("national.refused")
                return 422, {"error": "djbh"}
            self.books.setdefault(case_number, {})[int(body["revision"])] = body
            answer = {"state": "recorded", "djbh": number}
        else:
            answer = self._vehicle(body)
        self.effects[key] = answer
        self.world.meter.count(f"national.{operation}")
        return 201, answer

    def _vehicle(self, body: dict[str, Any]) -> dict[str, Any]:
        """The same whenever it is asked for."""
        lot = Random(f"{self.world.seed}:{self.code}:{body['hphm']}")
        unlike = lot.choice(UNLIKE) if lot.random() < self.temper.unlike else ""
        if unlike:
            self.world.meter.count("national.unlike")
        if unlike == "unregistered":
            return {"state": "unknown"}
        today = self.world.house.now().astimezone(CHINA).date()
        until = {what: today + timedelta(days=-30 if unlike == what else 200) for what in UNLIKE}
        return {
            "state": "found",
            "cllx": TRUCK if unlike == "kind" else lot.choice(KINDS),
            "clpp": lot.choice(BRANDS),
            "jdczt": "A",
            "inspected_until": until["inspection"].isoformat(),
            "insured_until": until["insurance"].isoformat(),
            "insurer": ELSEWHERE if unlike == "insurer" else "",
        }


def _fault(operation: str, body: dict[str, Any]) -> str:
    """Why this message is not taken; empty when it is."""
    if operation == "vehicles":
        return "" if set(body) == PLATE and _are_texts(body) else "vehicle.fields"
    if operation != "records":
        return "path.unknown"
    if set(body) != RECORD:
        return "record.fields"
    accident, people = body["dutysimple"], body["dutysimplehuman"]
    if not set(accident) <= ACCIDENT or not all(set(person) <= PERSON for person in people):
        return "record.names"
    return "" if people and all(map(_are_texts, [accident, *people])) else "record.texts"


def _are_texts(fields: dict[str, Any]) -> bool:
    return all(isinstance(text, str) and text for text in fields.values())
