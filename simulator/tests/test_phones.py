"""A person's phone: what it does when the page asks who is there."""

import json
from datetime import UTC, datetime
from random import Random
from types import SimpleNamespace
from typing import Any

from simulator.house import Answer, Text
from simulator.meter import Meter
from simulator.people import Manners, Record
from simulator.phones import Phone

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


class Wire:
    """Answers as the house does while the device is unknown; the first text message is lost."""

    def __init__(self, texts: list[Text]) -> None:
        self.dice, self.texts, self.codes = Random(1), texts, 0
        self.asked: list[str] = []

    def until_answered(self, kind: str, method: str, path: str, *, headers: dict[str, str], body: bytes = b"") -> Any:
        yield 0.0
        self.asked.append(path.rpartition("/case")[2])
        if path.endswith("/phone/code"):
            self.codes += 1
            if self.codes > 1:
                self.texts.append(
                    Text(number=self.codes, phone="138****0001", words="【快处】验证码 123456，5 分钟内有效。")
                )
            return _answer(200, {})
        if path.endswith("/phone/confirmation"):
            return _answer(200, {"device_secret": "new"})
        if "new" not in str(headers):
            return _answer(403, {"code": "link.other_device"})
        if path.endswith("/case"):
            return _answer(200, {"stage": "closed", "outcome": "paid", "path": "", "clocks": [], "may_leave_at": None})
        return _answer(200, {"payments": [], "instruments": []})


def _answer(status: int, value: Any) -> Answer:
    return Answer(status, {}, json.dumps(value).encode())


def test_who_lost_the_code_on_a_new_phone_proves_the_number_again():
    texts: list[Text] = []
    wire, meter = Wire(texts), Meter()
    person = SimpleNamespace(masked_phone="138****0001", phone="13800000001")
    house = SimpleNamespace(now=lambda: NOW)
    world: Any = SimpleNamespace(house=house, pace=1.0, meter=meter, ring=lambda *a, **b: None)
    mailbox: Any = SimpleNamespace(to=lambda phone: list(texts))
    record = Record(name="1", place="339900", scene={}, location="", lon=0, lat=0, occurred_at=NOW, number="N")
    record.tokens["B"] = "token"
    phone = Phone(world, wire, mailbox, record, person, Manners(), "B")
    phone._enter = lambda: iter(())
    for _ in phone.run():
        pass
    assert wire.codes == 2
    assert (record.stage, record.devices["B"]) == ("closed", "new")
    assert wire.asked[-2:] == ["/money", "/instruments"]
    assert meter.counts["refused.sim.no_text"] == 1
