"""The simulated carrier keeps messages once and only where it may; the failing one fails as asked."""

import pytest

from kuaichu.links.adapters import PermanentError, RetryableError
from kuaichu.links.models import OutboxMessage
from kuaichu.links.sms.vendors.failing import FailingCarrier
from kuaichu.links.sms.vendors.simulated import SimulatedCarrier

MESSAGE = {"phone": "13800138001", "text": "【快处】验证码 123456，5 分钟内有效。不要告诉别人。", "stream": None}


def send(carrier, message=MESSAGE, key="code.send:1"):
    return carrier.send(vendor="default", operation="code.send", message=message, key=key)


def test_a_message_is_kept_once_with_the_phone_masked(db):
    first = send(SimulatedCarrier())
    assert send(SimulatedCarrier()) == first
    row = OutboxMessage.objects.get()
    assert (row.phone_masked, row.text) == ("138****8001", MESSAGE["text"])


@pytest.mark.parametrize("message", [MESSAGE | {"phone": ""}, MESSAGE | {"text": ""}, MESSAGE | {"text": "长" * 401}])
def test_unsendable_messages_are_refused(message, db):
    with pytest.raises(PermanentError):
        send(SimulatedCarrier(), message)
    assert not OutboxMessage.objects.exists()


def test_it_refuses_to_pretend_outside_the_demonstration(db, settings):
    settings.DEMO = settings.TESTING = False
    with pytest.raises(PermanentError) as failure:
        send(SimulatedCarrier())
    assert failure.value.code == "carrier.simulated"
    assert send(SimulatedCarrier(is_allowed=True))["state"] == "sent"


def test_the_failing_carrier():
    with pytest.raises(RetryableError):
        send(FailingCarrier())
    with pytest.raises(PermanentError):
        send(FailingCarrier(is_permanent=True))
