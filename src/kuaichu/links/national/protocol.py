"""What the national platform's gateway may answer, checked strictly: anything else is nonsense and changes nothing.

A record of a closed case (简易程序 and self-negotiated accidents; field names of the national platform):

    {"record_id": "…", "case_number": "3399…", "revision": 1, "dutysimple": {…}, "dutysimplehuman": [{…}, …]}
    -> {"state": "recorded", "djbh": "JY202611220001"}

A vehicle, asked for by its plate and the kind of plate alone:

    {"hphm": "浙D12345", "hpzl": "02"}
    -> {"state": "unknown"}
    -> {"state": "found", "cllx": "K33", "clpp": "…", "jdczt": "A", "inspected_until": "2027-03-31",
        "insured_until": "2027-01-15", "insurer": "…"}                     the last three may be empty

How the real platform is reached from inside the police network is not public: this is what a city's gateway in front
of it has to speak (docs/API.md).
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from kuaichu.links.reading import Nonsense, day_or_none, matching, must_be, words

MAX_BRAND = 60
MAX_CONDITION = 10
MAX_INSURER = 80
_NUMBER = re.compile(r"[A-Za-z0-9-]{1,40}")
_VEHICLE_KIND = re.compile(r"[A-Z][0-9A-Z]{1,2}")  # GA 24: K33, M21, H1A


@dataclass(frozen=True, kw_only=True)
class Vehicle:
    """What is registered for a plate. Days are the last on which inspection and insurance hold; None: not said."""

    kind: str
    brand: str
    condition: str
    inspected_until_on: date | None
    insured_until_on: date | None
    insurer_name: str


def read_record(reply: Any) -> str:
    """The number under which the case was recorded (登记编号 djbh). Raises Nonsense."""
    must_be(reply, "reply", dict)
    if reply.get("state") != "recorded":
        raise Nonsense("state")
    return matching(reply, "djbh", _NUMBER)


def read_vehicle(reply: Any) -> Vehicle | None:
    """None for a plate that is not registered. Raises Nonsense."""
    must_be(reply, "reply", dict)
    if reply.get("state") == "unknown":
        return None
    if reply.get("state") != "found":
        raise Nonsense("state")
    return Vehicle(
        kind=matching(reply, "cllx", _VEHICLE_KIND),
        brand=words(reply, "clpp", most=MAX_BRAND),
        condition=words(reply, "jdczt", most=MAX_CONDITION),
        inspected_until_on=day_or_none(reply, "inspected_until"),
        insured_until_on=day_or_none(reply, "insured_until"),
        insurer_name=words(reply, "insurer", most=MAX_INSURER),
    )
