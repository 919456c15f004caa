"""Text messages: short, with the right number, link and end; built only for what still holds."""

import pytest

from kuaichu.cases import actions, texts
from kuaichu.journal import dispatch
from kuaichu.journal.models import Event
from kuaichu.liability.actions import Decision, choose, determine
from kuaichu.links.adapters import PermanentError
from kuaichu.links.models import Exchange
from tests.factories import (
    PEOPLE,
    at_liability,
    confirm_phone,
    give_details,
    newest_code,
    pass_photos,
    screened,
    two_parties,
)

PHONE = "13800138001"


def test_a_code_goes_to_the_phone_that_asked(unit):
    party = screened().party
    actions.request_phone_code(party_id=party.pk, phone=PHONE)
    exchange = Exchange.objects.get(operation="code.send")
    message = texts.code_text(exchange)
    assert message == {
        "phone": PHONE,
        "text": f"【快处】验证码 {newest_code(party)}，5 分钟内有效。不要告诉别人。",
        "stream": str(party.case_id),
    }
    actions.request_phone_code(party_id=party.pk, phone="13900139002")
    with pytest.raises(PermanentError):
        texts.code_text(exchange)


def test_an_invitation_carries_its_link_until_it_is_used(unit):
    party = screened().party
    invitation = actions.invite_by_text(party_id=party.pk, phone=PHONE)
    exchange = Exchange.objects.get(operation="invitation.send")
    message = texts.invitation_text(exchange)
    assert message["phone"] == PHONE
    assert f"/j/{invitation.token}/" in message["text"]
    assert len(message["text"]) < 140
    actions.join(token=invitation.token)
    with pytest.raises(PermanentError):
        texts.invitation_text(exchange)


def test_the_own_link_goes_to_a_confirmed_phone_only(unit):
    new = screened()
    exchange = Exchange(subject_id=str(new.party.pk))
    with pytest.raises(PermanentError):
        texts.link_text(exchange)
    actions.request_phone_code(party_id=new.party.pk, phone=PHONE)
    actions.confirm_phone(party_id=new.party.pk, typed=newest_code(new.party))
    assert f"/c/{new.token}/" in texts.link_text(exchange)["text"]


def test_a_confirmed_phone_gets_its_link_once(unit):
    party = screened().party
    for _ in range(2):
        actions.request_phone_code(party_id=party.pk, phone=PHONE)
        actions.confirm_phone(party_id=party.pk, typed=newest_code(party))
    dispatch.run_waiting()
    sent = Exchange.objects.get(operation="link.send")
    assert "验证码" not in texts.link_text(sent)["text"]


def told(event: str) -> list[str]:
    """The texts about one kind of event, as they are built now."""
    dispatch.run_waiting()
    about = {str(key) for key in Event.objects.filter(name=event).values_list("pk", flat=True)}
    rows = Exchange.objects.filter(operation="progress.send").order_by("subject_id")
    return [texts.progress_text(row)["text"] for row in rows if row.subject_id.split(":")[0] in about]


def test_who_confirmed_a_phone_is_told_what_happened_and_nobody_is_named(officer, insurers):
    pair = two_parties()
    confirm_phone(pair.parties["B"])
    pass_photos(pair, officer)
    (text,) = told("photos.passed")
    assert "可以离开" in text
    assert f"/c/{pair.tokens['B']}/" in text
    assert told("photos.passed") == [text]
    give_details(pair)
    for party in pair.parties.values():
        choose(party_id=party.pk, choice="police")
    decision = Decision(grades={"A": "full", "B": "none"}, facts_text="甲车追尾乙车。")
    determine(case_id=pair.case.pk, officer=officer, decision=decision)
    texts_sent = told("instrument.served")
    assert len(texts_sent) == 2
    assert all("认定书" in text and len(text) < 140 for text in texts_sent)
    for private in (*(person.name for person in PEOPLE.values()), "D12345", pair.case.location, officer.name):
        assert all(private not in text for text in (text, *texts_sent))


def test_an_agreement_to_sign_sends_no_text(officer, insurers):
    pair = at_liability(officer)
    for party in pair.parties.values():
        choose(party_id=party.pk, choice="agree")
    assert told("instrument.served") == []
