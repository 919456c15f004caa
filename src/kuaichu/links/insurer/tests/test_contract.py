"""One contract over the adapter and every twin: reply, retryable or permanent error, and one effect per key."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from kuaichu.links.adapters import PermanentError, RetryableError
from kuaichu.links.insurer import protocol
from kuaichu.links.insurer.twin import FAILING, MOODY, NONSENSE, REFUSING, STEADY, Temper, TwinInsurer
from kuaichu.links.insurer.vendors.kuaichu_v1 import KuaichuV1
from kuaichu.links.reading import Nonsense
from kuaichu.links.signing import BadSignature, check, signed_headers
from kuaichu.links.twin_server import running

NOTICE = {
    "claim_id": "7a1c",
    "insured": {"policy_number": "PDZA202633990000012345"},
    "callback_url": "http://127.0.0.1:9/api/v1/partner/claims/7a1c/report-number",
}
ORDER = {"payment_id": "9b2d", "amount_fen": 485000, "callback_url": "http://127.0.0.1:9/api/v1/partner/payments/9b2d"}
BODIES = {"claim.notify": NOTICE, "payment.order": ORDER}


def send(endpoint: str, operation: str, *, key: str = "key-1", body: dict | None = None, read_limit_s: float = 1.0):
    message = {"agency": "INS-A", "endpoint": endpoint, "body": body or BODIES[operation]}
    return KuaichuV1(read_limit_s=read_limit_s).send(vendor="x", operation=operation, message=message, key=key)


def twin(temper: Temper) -> tuple[TwinInsurer, list]:
    callbacks: list = []
    return TwinInsurer("INS-A", temper, call_back=lambda *call: callbacks.append(call)), callbacks


@pytest.mark.parametrize("operation", BODIES)
@pytest.mark.parametrize("temper", [STEADY, Temper(delay_s=(0.05, 0.1), twice_share=1.0), Temper(late_share=1.0)])
def test_a_working_insurer_answers_and_has_one_effect(temper, operation):
    made, callbacks = twin(temper)
    with running(made) as server:
        first = send(server.origin, operation)
        assert send(server.origin, operation) == first
    assert made.effects == {"key-1": operation.split(".")[0] + "s"}
    is_late = operation == "claim.notify" and temper.late_share == 1
    assert (first == {"state": "pending"}) == is_late
    expects_callback = is_late or operation == "payment.order"
    assert len(callbacks) == (0 if not expects_callback else 2 if temper.twice_share else 1)


@pytest.mark.parametrize("operation", BODIES)
@pytest.mark.parametrize(
    ("temper", "error", "code"),
    [
        (FAILING, RetryableError, "partner.503"),
        (Temper(delay_s=(0.4, 0.4)), RetryableError, "network.timeout"),
        (REFUSING, PermanentError, "partner.422"),
        (NONSENSE, PermanentError, None),
    ],
)
def test_a_failing_insurer_is_named(temper, error, code, operation):
    made, _ = twin(temper)
    with running(made) as server, pytest.raises(error) as failure:
        send(server.origin, operation, read_limit_s=0.15)
    assert failure.value.code == (code or ("reply.policy" if "claim" in operation else "reply.partner_reference"))


def test_nobody_there_and_bad_addresses():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(RetryableError) as down:
            send(f"http://127.0.0.1:{taken.getsockname()[1]}", "claim.notify")
        assert down.value.code == "network.down"
    with pytest.raises(PermanentError) as failure:
        send("gopher://nowhere", "claim.notify")
    assert failure.value.code == "endpoint.bad"
    with pytest.raises(PermanentError) as failure:
        send("http://127.0.0.1:9", "claim.dance", body=NOTICE)
    assert failure.value.code == "operation.unknown"


class _Rude(BaseHTTPRequestHandler):
    """Answers as told by the path."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.path.split("/")[1]
        body = {"text": b"<html>", "long": b"1" * 70_000, "moved": b""}[kind]
        self.send_response(302 if kind == "moved" else 200)
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.parametrize(
    ("path", "code"), [("text", "reply.unreadable"), ("long", "reply.too_long"), ("moved", "partner.302")]
)
def test_replies_that_are_no_replies(path, code):
    server = HTTPServer(("127.0.0.1", 0), _Rude)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        with pytest.raises(PermanentError) as failure:
            send(f"http://127.0.0.1:{server.server_address[1]}/{path}", "claim.notify")
    finally:
        server.shutdown()
        server.server_close()
    assert failure.value.code == code


def test_the_moody_insurer_is_moody_in_the_same_way_each_time():
    def play() -> list:
        made, callbacks = twin(Temper(**{**MOODY.__dict__, "delay_s": (0.0, 0.0)}))
        answers = []
        for number in range(12):
            body = json.dumps(NOTICE | {"claim_id": str(number)}).encode()
            headers = signed_headers(agency_code="INS-A", body=body, key=f"k{number}")
            answers.append(made.handle("claims", headers, body))
        return [(answer.status, answer.body) for answer in answers] + [len(callbacks)]

    first = play()
    assert first == play()
    assert {status for status, _ in first[:-1]} == {201, 202, 503}


def test_a_twin_checks_who_signed():
    made, _ = twin(STEADY)
    body = json.dumps(NOTICE).encode()
    headers = signed_headers(agency_code="INS-B", body=body, key="k")
    assert made.handle("claims", headers, body).status == 400
    assert made.handle("claims", headers | {"X-Kuaichu-Agency": "INS-A"}, body).status == 401
    assert made.effects == {}


def test_secrets_differ_and_are_needed_in_production(settings, monkeypatch):
    body = b"{}"
    headers = signed_headers(agency_code="INS-A", body=body, key="k")
    assert check(headers, body) == "INS-A"
    monkeypatch.setenv("KUAICHU_PARTNER_SECRET_INS_A", "another")
    with pytest.raises(BadSignature):
        check(headers, body)
    monkeypatch.delenv("KUAICHU_PARTNER_SECRET_INS_A")
    settings.DEMO = settings.TESTING = False
    with pytest.raises(BadSignature) as failure:
        check(headers, body)
    assert failure.value.code == "signature.unknown"


POLICY: dict[str, object] = {
    "is_valid": True,
    "has_ctpl": True,
    "tpl_limit_fen": 1,
    "tpl_deductible_percent": 0,
    "has_own_damage": False,
    "own_damage_deductible_percent": 20,
}
GOOD: dict[str, object] = {"state": "accepted", "report_number": "R1", "policy": POLICY}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"state": "maybe"}, "state"),
        ({"report_number": ""}, "report_number"),
        ({"report_number": "R" * 41}, "report_number"),
        ({"report_number": "<b>"}, "report_number"),
        ({"policy": None}, "policy"),
        ({"policy": POLICY | {"has_ctpl": 1}}, "has_ctpl"),
        ({"policy": POLICY | {"tpl_limit_fen": -1}}, "tpl_limit_fen"),
        ({"policy": POLICY | {"tpl_limit_fen": True}}, "tpl_limit_fen"),
        ({"policy": POLICY | {"tpl_deductible_percent": 101}}, "tpl_deductible_percent"),
    ],
)
def test_every_field_of_an_answer_is_checked(change, field):
    assert protocol.read_acceptance(GOOD).policy.own_damage_deductible_percent == 20
    with pytest.raises(Nonsense) as fault:
        protocol.read_acceptance(GOOD | change)
    assert fault.value.field == field
