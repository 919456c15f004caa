"""A message is sent once, tried again when the partner is away, and given to a person when it can't work."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from kuaichu import clock
from kuaichu.links import actions, dispatch, lines, registry
from kuaichu.links.adapters import PermanentError, RetryableError
from kuaichu.links.models import Exchange, ExchangeState, PartnerLine

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


def queue(subject: str = "7", *, partner: str = "") -> Exchange:
    return actions.queue(
        kind="post",
        vendor="v",
        partner=partner,
        operation="letter",
        subject_id=subject,
        key=f"letter:{subject}",
        stream=None,
    )


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


def test_a_message_that_alone_gets_no_answer_ends_as_failed(connected):
    partner = Partner(*[answer for _ in range(20) for answer in (RetryableError("timeout"), {"ok": True})])
    seen = connected(partner)
    queue()
    for hours in range(20):
        with clock.moved_by(timedelta(hours=hours)):
            dispatch.run_due()
            queue(f"{hours}")  # its neighbours are answered, so the partner is there
            dispatch.run_due()
    assert seen["failures"] == ["letter:7"]
    assert partner.keys.count("letter:7") == dispatch.MAX_TRIES


def run_for(partner: Partner, began: datetime, *, minutes: int, before: int = 0) -> list[int]:
    """The worker's rounds, one a second in the first minute and then one a minute; how many messages each minute."""
    sent = []
    for minute in range(before, before + minutes):
        known = len(partner.keys)
        for second in range(60) if minute == 0 else (5, 35):
            with clock.moved_to(began + timedelta(minutes=minute, seconds=second)):
                dispatch.run_due()
        sent.append(len(partner.keys) - known)
    return sent


def test_a_partner_that_is_away_for_a_day_costs_one_try_a_minute_and_nobody_a_click(connected):
    partner = Partner(*[RetryableError("network.down")] * 10_000)
    seen = connected(partner)
    for subject in range(30):
        queue(f"{subject}")
    began = clock.now()
    first, *later = run_for(partner, began, minutes=40)
    assert first <= 30 + 1  # each was tried once at most, then the partner counted as away
    assert set(later) <= {0, 1}  # one a minute; one that falls between two looks comes half a minute later
    assert sum(later) >= 20
    assert {line.partner for line in lines.away()} == {"v"}
    assert lines.waiting(lines.away()[0]) == 30
    partner.answers.clear()
    run_for(partner, began, minutes=3, before=41)
    assert seen["failures"] == []
    assert len(seen["replies"]) == 30 == Exchange.objects.filter(state=ExchangeState.DONE).count()
    assert lines.away() == []


def test_while_one_partner_is_away_the_others_get_their_messages(connected):
    partner = Partner(*[RetryableError("network.down")] * 30)
    connected(partner)
    for subject in range(30):
        queue(f"{subject}", partner="silent")
    for _ in range(3):
        dispatch.run_due()
    assert [line.partner for line in lines.away()] == ["silent"]
    partner.answers.clear()
    queue("another", partner="there")
    assert dispatch.run_due() == 1
    assert partner.keys[-1] == "letter:another"
    due = lines.next_due()
    assert due is not None
    assert due > clock.now()  # nobody asks the silent one before its minute is over


def test_what_never_left_the_house_says_nothing_of_the_partner(connected):
    """The demonstration's worker is up before its partners are: they are not away for a minute because of it."""
    partner = Partner(*[RetryableError("twins.not_started", is_ours=True)] * 6)
    seen = connected(partner)
    for subject in range(6):
        queue(f"{subject}")
    assert dispatch.run_due() == 6
    assert lines.away() == []
    with clock.moved_by(timedelta(seconds=3)):
        assert dispatch.run_due() == 6
    assert len(seen["replies"]) == 6


def test_a_message_that_cannot_be_built_is_no_answer_of_a_silent_partner(connected):
    connected(Partner(*[RetryableError("network.down")] * 20))
    for subject in range(lines.AWAY_AFTER):
        queue(f"{subject}")
    dispatch.run_due()
    assert [line.partner for line in lines.away()] == ["v"]

    def nothing(exchange):
        raise PermanentError("letter.moved_on")

    registry.tables().messages["post", "letter"] = nothing
    with clock.moved_by(timedelta(hours=1)):
        assert dispatch.run_due() == 1
        assert [line.partner for line in lines.away()] == ["v"]
    assert Exchange.objects.filter(state="failed", error_code="letter.moved_on").count() == 1


def test_what_waits_for_a_silent_partner_is_met_by_no_look_and_goes_at_once_when_it_answers(connected):
    partner = Partner(*[RetryableError("network.down")] * 1000)
    connected(partner)
    for subject in range(40):
        queue(f"{subject}")
    began = clock.now()
    run_for(partner, began, minutes=2)
    assert lines.away()
    with clock.moved_to(began + timedelta(minutes=2)):
        assert not Exchange.objects.filter(state=ExchangeState.QUEUED, next_at__lte=clock.now()).exists()
    partner.answers.clear()
    with clock.moved_to(began + timedelta(minutes=3, seconds=10)):
        sent = sum(dispatch.run_due() for _ in range(3))  # the one that asks, then the rest by twenties
        assert sent == 40


def test_a_message_that_a_killed_worker_had_in_hand_asks_for_a_partner_that_is_away(connected):
    partner = Partner(*[RetryableError("network.down")] * 5)
    connected(partner)
    only = queue()
    began = clock.now()
    PartnerLine.objects.create(kind="post", partner="v", silences=9, away_since=began, next_probe_at=began)
    Exchange.objects.filter(pk=only.pk).update(state=ExchangeState.SENDING, claimed_until=began - timedelta(seconds=1))
    partner.answers.clear()
    assert dispatch.run_due() == 1
    assert lines.away() == []


def test_after_three_days_without_an_answer_a_person_is_told(connected):
    partner = Partner(*[RetryableError("network.down")] * 10_000)
    seen = connected(partner)
    queue()
    for hours in range(70):
        with clock.moved_by(timedelta(hours=hours)):
            dispatch.run_due()
    assert seen["failures"] == []
    for hours in range(70, 80):
        with clock.moved_by(timedelta(hours=hours)):
            dispatch.run_due()
    assert seen["failures"] == ["letter:7"]


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
