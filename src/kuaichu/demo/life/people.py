"""Who is in a roadside case of the invented city: drawn from the case's name, the same name the same people."""

from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from kuaichu.claims.actions import LossLine
from kuaichu.demo.city import Driver, driver_number, drivers
from kuaichu.demo.life.days import book, phone_of
from kuaichu.demo.life.streets import Spot, dice_of, streets
from kuaichu.demo.play import STORIES

INSURERS = ("INS-A", "INS-B")
POLICIES = 600_000  # the numbers above ask the simulated insurers for special answers
EXAMPLE = "example"  # names of cases that the seed has played: example-FIRST-SECOND, places in `drivers()`


@lru_cache(maxsize=1)
def roadside() -> dict[str, Any]:
    """roadside.yaml."""
    import yaml

    return dict(yaml.safe_load((Path(__file__).parent / "roadside.yaml").read_text("utf-8")))


def people_of(name: str, *, insurer: str = "", policy: str = "") -> dict[str, Driver]:
    """Both drivers by letter. `insurer`: of both; `policy`: the last digits of B's policy number."""
    if name.startswith(EXAMPLE):
        return dict(zip("AB", (drivers()[int(at)] for at in name.split("-")[1:]), strict=True))
    return {letter: _driver(dice_of(name, letter), insurer, policy if letter == "B" else "") for letter in "AB"}


def _driver(dice: Random, insurer: str, policy: str) -> Driver:
    words = book()
    code = insurer or dice.choice(INSURERS)
    number = f"{dice.randrange(POLICIES):06d}"
    return Driver(
        name=dice.choice(words["surnames"]) + dice.choice(words["given"]),
        id_number=driver_number(f"{dice.randint(1960, 2003)}{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}", dice),
        phone=phone_of(dice),
        plate=words["plates"].format(dice.choice("ABCDEFGHJKL")) + f"{dice.randrange(1000):03d}",
        plate_kind="02",
        insurer_code=code,
        policy_number=f"PD{code[-1]}A2026339900{number[: len(number) - len(policy)]}{policy}",
    )


def spot_of(name: str) -> Spot:
    """Where it happened."""
    return streets().somewhere(dice_of(name, "spot"))


def losses_of(name: str, story: str) -> dict[str, list[LossLine]]:
    """What an adjuster finds, by letter."""
    dice, kinds = dice_of(name, "losses"), roadside()["losses"]
    found = {}
    for letter, part in STORIES[story].parts.items():
        rows = kinds[part.partition("_")[0] if part.partition("_")[0] in kinds else "side"]
        found[letter] = [
            LossLine("", item, work, dice.randrange(least // 10, most // 10) * 1000)
            for item, work, least, most in rows[: dice.randint(1, len(rows))]
        ]
    return found
