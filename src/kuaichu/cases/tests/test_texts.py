"""Text messages: short, with the right number, link and end; built only for what still holds."""

import pytest

from kuaichu.cases import actions, texts
from kuaichu.journal import dispatch
from kuaichu.links.adapters import PermanentError
from kuaichu.links.models import Exchange
from tests.factories import newest_code, screened

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
