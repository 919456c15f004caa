"""A message is sent once, tried again when the partner is away, and given to a person when it can't work."""

from datetime import timedelta

import pytest
from django.db import connection

from kuaichu import clock
from kuaichu.links import actions, dispatch, registry
from kuaichu.links.adapters import PermanentError, RetryableError
from kuaichu.links.models import Exchange, ExchangeState

pytestmark = pytest.mark.django_db(transaction=True)


class Partner:
    """A partner under the test's control; it notes what came and whether a transaction was open."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.keys = []
        self.open_transactions = []

    def send(self, *, vendor, operation, message, key):
        self.keys.append(key)
        self.open_transactions.append(connection.in_atomic_block)
        answer = self.answers.pop(0) if self.answers else {"ok": True}
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def connected():
    before = registry.tables()
    seen = {"replies": [], "failures": []}

    def connect(partner):
        registry.use(
            registry.Tables(
                messages={("post", "letter"): lambda exchange: {"to": exchange.subject_id}},
                replies={("post", "letter"): lambda exchange, reply: seen["replies"].append(reply)},
                failures={("post", "letter"): lambda exchange: seen["failures"].append(exchange.key)},
                adapters={"post": lambda: partner},
            )
        )
        return seen

    yield connect
    registry.use(before)


def queue() -> Exchange:
    return actions.queue(kind="post", vendor="v", operation="letter", subject_id="7", key="letter:7", stream=None)


def test_the_same_key_is_queued_and_sent_once_without_an_open_transaction(connected):
    partner = Partner()
    seen = connected(partner)
    assert queue() == queue()
    assert dispatch.run_due() == 1
    assert dispatch.run_due() == 0
    assert (partner.keys, partner.open_transactions, seen["replies"]) == (["letter:7"], [False], [{"ok": True}])
    assert Exchange.objects.get().state == ExchangeState.DONE


def test_a_partner_that_is_away_is_tried_again_later(connected):
    partner = Partner(RetryableError("timeout"), {"ok": 1})
    seen = connected(partner)
    queue()
    dispatch.run_due()
    assert dispatch.run_due() == 0  # not at once
    assert Exchange.objects.get().error_code == "timeout"
    with clock.moved_by(timedelta(seconds=5)):
        dispatch.run_due()
    assert (len(partner.keys), seen["replies"]) == (2, [{"ok": 1}])


def test_a_refused_message_goes_to_a_person_who_may_send_it_again(connected):
    partner = Partner(PermanentError("refused"))
    seen = connected(partner)
    exchange = queue()
    dispatch.run_due()
    assert (Exchange.objects.get().state, seen["failures"]) == (ExchangeState.FAILED, ["letter:7"])
    actions.retry(exchange_id=exchange.pk)
    dispatch.run_due()
    assert Exchange.objects.get().state == ExchangeState.DONE


def test_a_partner_that_never_answers_ends_as_failed(connected):
    partner = Partner(*[RetryableError("timeout")] * 20)
    seen = connected(partner)
    queue()
    for hours in range(20):
        with clock.moved_by(timedelta(hours=hours)):
            dispatch.run_due()
    assert (len(partner.keys), seen["failures"]) == (dispatch.MAX_TRIES, ["letter:7"])


def test_a_message_stuck_in_sending_is_taken_up_after_its_lease_with_the_same_key(connected):
    partner = Partner()
    connected(partner)
    exchange = queue()
    Exchange.objects.filter(pk=exchange.pk).update(
        state=ExchangeState.SENDING, claimed_until=clock.now() + timedelta(seconds=60)
    )
    assert dispatch.run_due() == 0
    with clock.moved_by(timedelta(seconds=61)):
        assert dispatch.run_due() == 1
    assert partner.keys == ["letter:7"]


def test_an_incoming_message_counts_once():
    call = {"kind": "post", "vendor": "v", "operation": "answer", "subject_id": "7", "key": "in:7", "reply": {"n": 1}}
    assert actions.take_in(**call)
    assert not actions.take_in(**call)
