"""A party's phone, particulars, account of what happened, and payout account."""

from django.http import HttpRequest
from ninja import Router

from kuaichu.accounts import throttle
from kuaichu.cases import actions
from kuaichu.errors import Refused
from kuaichu.web.api import schemas_party as party
from kuaichu.web.api.callers import PartyTokenOnAnyDevice
from kuaichu.web.api.routing import changes
from kuaichu.web.api.scene import access_of
from kuaichu.web.api.words import Done, Nothing
from kuaichu.web.driver.visit import address_of

router = Router(tags=["party: particulars"])
_any_device = PartyTokenOnAnyDevice()


@changes(router, "/case/phone/code", gives=Done, auth=_any_device, summary="获取短信验证码 · send a one-time code")
def request_phone_code(request: HttpRequest, payload: party.PhoneForCode) -> Done:
    """To the number given; on a device that is not the party's yet, only to the number that is known."""
    access = access_of(request)
    throttle.take("code", address_of(request), throttle.CODE_PER_ADDRESS)
    phone = payload.phone or access.party.phone
    if not access.is_trusted:
        phone = access.party.phone
    if not phone:
        raise Refused("phone.missing", "这个案件还没有留手机号，请用原来的手机打开")
    actions.request_phone_code(party_id=access.party.pk, phone=phone)
    return Done()


@changes(
    router,
    "/case/phone/confirmation",
    gives=party.DeviceSecret,
    auth=_any_device,
    summary="确认手机号 · confirm the phone",
)
def confirm_phone(request: HttpRequest, payload: party.TypedCode) -> party.DeviceSecret:
    """From then on the party is reached only with the device's secret, in the header `Kuaichu-Device`."""
    party_id = access_of(request).party.pk
    throttle.take("code-check", address_of(request), throttle.CODE_PER_ADDRESS)
    actions.confirm_phone(party_id=party_id, typed=payload.code)
    return party.DeviceSecret(device_secret=actions.bind_device(party_id=party_id))


@changes(router, "/case/particulars", gives=Done, summary="身份、车辆、保险 · who, which vehicle, which insurer")
def save_particulars(request: HttpRequest, payload: party.Particulars) -> Done:
    """Every refused field is named at once, in `fields`."""
    particulars = actions.Particulars(**payload.model_dump())
    actions.save_particulars(party_id=access_of(request).party.pk, particulars=particulars)
    return Done()


@changes(router, "/case/account", gives=Done, summary="说明事故经过 · what happened")
def give_account(request: HttpRequest, payload: party.Account) -> Done:
    """What this party says; where the accounts differ, an officer decides."""
    account = actions.Account(
        situations={letter: tuple(codes) for letter, codes in payload.situations.items()},
        damaged_parts=tuple(payload.damaged_parts),
        collision_form=payload.collision_form,
        statement=payload.statement,
    )
    actions.give_account(party_id=access_of(request).party.pk, account=account)
    return Done()


@changes(router, "/case/details/reopening", gives=Done, summary="返回修改 · go back and correct")
def reopen_details(request: HttpRequest, payload: Nothing) -> Done:
    """Before anybody signs; the proposal is made anew afterwards."""
    actions.reopen_details(party_id=access_of(request).party.pk)
    return Done()


@changes(router, "/case/payout-account", gives=Done, summary="收款账户 · where the money goes")
def save_payout_account(request: HttpRequest, payload: party.PayoutAccount) -> Done:
    """A bank card number, kept encrypted."""
    actions.save_payout_account(party_id=access_of(request).party.pk, number=payload.number)
    return Done()
