"""One contract over the adapter and every twin: reply, retryable or permanent error, and one effect per key."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kuaichu import clock
from kuaichu.links.adapters import PermanentError, RetryableError
from kuaichu.links.national import protocol
from kuaichu.links.national.twin import FAILING, MOODY, NONSENSE, REFUSING, STEADY, Temper, TwinPlatform
from kuaichu.links.national.vendors.kuaichu_v1 import NationalV1
from kuaichu.links.reading import Nonsense
from kuaichu.links.signing import signed_headers
from kuaichu.links.twin import Answer
from kuaichu.links.twin_server import running

RECORD = {
    "record_id": "7a1c",
    "case_number": "33990020260302000001",
    "revision": 1,
    "dutysimple": {"sgdd": "人民路1号附近", "zjccss": "2500.00"},
    "dutysimplehuman": [{"rybh": "A", "sgzr": "1", "hphm": "浙D0Z12A"}],
}
PLATE = {"hphm": "浙D0Z12A", "hpzl": "02"}
BODIES = {"record.file": RECORD, "vehicle.look_up": PLATE}
PATIENT = replace(MOODY, delay_s=(0.02, 0.05))


def send(origin: str, operation: str, *, body: dict[str, Any] | None = None, key: str = "key-1", limit_s: float = 1.0):
    message = {"agency": "NAT-1", "endpoint": origin, "body": body or BODIES[operation]}
    return NationalV1(read_limit_s=limit_s).send(vendor="x", operation=operation, message=message, key=key)


def sent(origin: str, operation: str) -> dict[str, Any]:
    """As often as a busy platform may turn one message away, and once more."""
    for _ in range(MOODY.busy_most):
        try:
            return send(origin, operation)
        except RetryableError:
            continue
    return send(origin, operation)


@pytest.mark.parametrize("operation", BODIES)
@pytest.mark.parametrize("temper", [STEADY, PATIENT, replace(PATIENT, busy_share=1.0)], ids=["good", "moody", "busy"])
def test_a_working_platform_answers_and_has_one_effect(temper, operation):
    made = TwinPlatform("NAT-1", temper)
    with running(made) as server:
        first = sent(server.origin, operation)
        assert sent(server.origin, operation) == first
    assert list(made.effects) == ["key-1"]
    if operation == "record.file":
        assert protocol.read_record(first).startswith("JY")
        assert made.books == {RECORD["case_number"]: RECORD}
    else:
        assert first["state"] == "found"


@pytest.mark.parametrize("operation", BODIES)
@pytest.mark.parametrize(
    ("temper", "error", "code"),
    [
        (FAILING, RetryableError, "partner.503"),
        (Temper(delay_s=(0.4, 0.4)), RetryableError, "network.timeout"),
        (REFUSING, PermanentError, "partner.422"),
        (NONSENSE, PermanentError, None),
    ],
    ids=["failing", "silent", "refusing", "nonsense"],
)
def test_a_failing_platform_is_named(temper, error, code, operation):
    made = TwinPlatform("NAT-1", temper)
    with running(made) as server, pytest.raises(error) as failure:
        send(server.origin, operation, limit_s=0.15)
    assert failure.value.code == (code or ("reply.state" if operation == "record.file" else "reply.cllx"))


@pytest.mark.parametrize(
    ("end", "unlike"),
    [("9A", "inspected_until"), ("9B", "insured_until"), ("9C", "state"), ("9D", "insurer"), ("9G", "cllx")],
)
def test_a_plate_asks_for_a_special_vehicle(end, unlike):
    made = TwinPlatform("NAT-1")
    with running(made) as server:
        good = send(server.origin, "vehicle.look_up")
        special = send(server.origin, "vehicle.look_up", body=PLATE | {"hphm": f"浙D0Z{end}"}, key="key-2")
    vehicle, usual = protocol.read_vehicle(special), protocol.read_vehicle(good)
    today = clock.today()
    assert usual is not None
    assert (usual.inspected_until_on or today) > today < (usual.insured_until_on or today)
    if end == "9C":
        assert vehicle is None
        return
    assert vehicle is not None
    other = {name for name in ("inspected_until", "insured_until", "insurer") if special[name] != good[name]}
    assert other | ({"cllx"} if vehicle.kind.startswith("H") else set()) == {unlike}
    assert (min(vehicle.inspected_until_on or today, vehicle.insured_until_on or today) < today) == (
        end in ("9A", "9B")
    )


def test_nonsense_once_is_understood_when_sent_again():
    with running(TwinPlatform("NAT-1")) as server:
        body = PLATE | {"hphm": "浙D0Z9F"}
        with pytest.raises(PermanentError):
            send(server.origin, "vehicle.look_up", body=body)
        assert send(server.origin, "vehicle.look_up", body=body)["state"] == "found"


@pytest.mark.parametrize("operation", ["record.dance", "claim.notify"])
def test_what_nobody_knows_is_not_sent(operation):
    with pytest.raises(PermanentError) as failure:
        send("http://127.0.0.1:9", operation, body={"x": 1})
    assert failure.value.code == "operation.unknown"


def test_a_promise_to_answer_later_is_none():
    class Promising(TwinPlatform):
        def effect(self, *_: object) -> Answer:
            return Answer(202, {"state": "recorded", "djbh": "JY1"})

    with running(Promising("NAT-1")) as server, pytest.raises(PermanentError) as failure:
        send(server.origin, "record.file")
    assert failure.value.code == "partner.202"


def test_a_twin_checks_who_signed():
    made = TwinPlatform("NAT-1")
    body = json.dumps(RECORD).encode()
    headers = signed_headers(agency_code="INS-A", body=body, key="k")
    assert made.handle("records", headers, body).status == 400
    assert made.handle("records", headers | {"X-Kuaichu-Agency": "NAT-1"}, body).status == 401
    assert made.handle("claims", signed_headers(agency_code="NAT-1", body=body, key="k"), body).status == 400
    assert made.effects == {}


GOOD: dict[str, object] = {
    "state": "found",
    "cllx": "K33",
    "clpp": "启程",
    "jdczt": "A",
    "inspected_until": "2027-03-31",
    "insured_until": "",
    "insurer": "",
}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"state": "maybe"}, "state"),
        ({"cllx": ""}, "cllx"),
        ({"cllx": "K3333"}, "cllx"),
        ({"clpp": None}, "clpp"),
        ({"clpp": "车" * 61}, "clpp"),
        ({"clpp": "a\nb"}, "clpp"),
        ({"jdczt": "A" * 11}, "jdczt"),
        ({"inspected_until": "2027-02-30"}, "inspected_until"),
        ({"inspected_until": "20270228"}, "inspected_until"),
        ({"inspected_until": None}, "inspected_until"),
        ({"insured_until": 20270228}, "insured_until"),
        ({"insurer": ["x"]}, "insurer"),
        ({"insurer": "保" * 81}, "insurer"),
    ],
)
def test_every_field_of_a_vehicle_is_checked(change, field):
    vehicle = protocol.read_vehicle(GOOD)
    assert vehicle is not None
    assert (vehicle.kind, vehicle.inspected_until_on, vehicle.insured_until_on) == ("K33", date(2027, 3, 31), None)
    with pytest.raises(Nonsense) as fault:
        protocol.read_vehicle(GOOD | change)
    assert fault.value.field == field


@pytest.mark.parametrize("number", ["", "J" * 41, "JY 1", "<b>", None, 7, "京1"])
def test_a_record_needs_a_number_that_can_be_written_down(number):
    assert protocol.read_record({"state": "recorded", "djbh": "JY-1"}) == "JY-1"
    with pytest.raises(Nonsense) as fault:
        protocol.read_record({"state": "recorded", "djbh": number})
    assert fault.value.field == "djbh"


@pytest.mark.parametrize("reply", [None, [], "found", {}, {"state": "unknown"}])
def test_what_is_no_record_is_nonsense(reply):
    with pytest.raises(Nonsense):
        protocol.read_record(reply)


def test_moods_are_the_same_each_time():
    def play() -> list[Answer]:
        made = TwinPlatform("NAT-1", MOODY)
        answers = []
        for number in range(40):
            body = json.dumps(PLATE | {"hphm": f"浙D{number:05d}"}).encode()
            headers = signed_headers(agency_code="NAT-1", body=body, key=f"k{number}")
            answers.append(made.handle("vehicles", headers, body))
        return answers

    first = play()
    assert first == play()
    assert {answer.status for answer in first} == {200, 503}
    soon = (clock.today() - timedelta(days=1)).isoformat()
    kinds = [answer.body for answer in first if answer.status == 200]
    assert any(body["state"] == "unknown" or body["inspected_until"] < soon for body in kinds)
