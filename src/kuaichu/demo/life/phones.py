"""A simulated phone in the invented city: the simulator's, with the demonstration's photos, and able to return."""

import hashlib
from collections.abc import Generator
from typing import Any

from kuaichu.demo.city import PHOTOS, Driver
from kuaichu.demo.life.streets import dice_of
from kuaichu.demo.play import SAMPLE_CARDS
from simulator.people import Manners, Person
from simulator.phones import Phone
from simulator.wire import API, Failed, api_headers, multipart
from simulator.world import Rest

Steps = Generator[Rest, None, Any]
SERIES = "ab"
UNSIGNED = "-signing"  # so end the names of cases of the past in which somebody has not signed
LEAVES_AT = ("phone", "particulars", "account", "proposal", "sign")


class CityPhone(Phone):
    """Who comes back to a case does not report it again, and looks only at text messages that are new."""

    def _enter(self) -> Steps:
        if self.token:
            self._seen_texts = max((text.number for text in self._texts()), default=0)
            return
        yield from super()._enter()

    def _photograph(self, slot: str) -> Steps:
        series = SERIES[len(self.record.location) % len(SERIES)]
        data = (PHOTOS / f"{series}_{slot}.jpg").read_bytes()
        fields = {"slot": slot, "sha256": hashlib.sha256(data).hexdigest()}
        kind, body = multipart(fields, "photo", data, mark=f"{self.dice.getrandbits(96):024x}")
        headers = api_headers(self.dice, token=self.token, device=self._device) | {"Content-Type": kind}
        answer = yield from self.wire.until_answered("photo", "POST", f"{API}/case/photos", headers=headers, body=body)
        if answer.status >= 300:
            raise Failed("photo", answer)


def person_of(driver: Driver, letter: str) -> Person:
    """As the simulator knows people."""
    return Person(
        name=driver.name,
        document_number=driver.id_number,
        phone=driver.phone,
        plate=driver.plate,
        plate_kind=driver.plate_kind,
        vehicle_kind="K3",
        insurer=driver.insurer_code,
        policy_number=driver.policy_number,
        account=SAMPLE_CARDS["AB".index(letter)],
    )


def manners_of(name: str, letter: str, rules: dict[str, Any]) -> Manners:
    """How somebody behaves in this case, now and after a new start."""
    dice = dice_of(name, letter, "manners")
    agrees, vanishes = dice.random() < rules["agree"], dice.random() < rules["vanish"]
    refuses = name.endswith(UNSIGNED) or dice.random() < rules["refuse_to_sign"]
    return Manners(
        agrees=agrees,
        signs=not refuses,
        vanishes_at=dice.choice(LEAVES_AT) if vanishes else "",
        hesitates_s=(4.0, 30.0),
    )
