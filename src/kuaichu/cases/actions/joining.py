"""How the other parties come to the case: by code, QR or text message, on a shared phone, or without one."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from kuaichu import clock, law
from kuaichu.accounts import throttle
from kuaichu.cases.actions.reporting import NewParty, new_party
from kuaichu.cases.fasttrack import barriers_with
from kuaichu.cases.locking import lock_case, lock_party
from kuaichu.cases.models import Case, JoinCode, Party, PartyKind, PhoneMode
from kuaichu.cases.states import Stage
from kuaichu.cases.tokens import join_digits, join_token, token_digest
from kuaichu.errors import Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor
from kuaichu.law.identifiers import parse_mobile
from kuaichu.links import actions as links
from kuaichu.privacy import blind_index, keyed_digest

_OPEN_STAGES = (Stage.REPORTED, Stage.EVIDENCE, Stage.DETAILS, Stage.ATTENDANCE)
CODE_TRIES = 8


@dataclass(frozen=True)
class Invitation:
    """Six digits to type and a token for the QR code or text message; both end at `expires_at` or at first use."""

    code: str
    token: str
    expires_at: datetime


@transaction.atomic
def invite(*, party_id: UUID) -> Invitation:
    """The running invitation of the case, or a new one. Raises Refused("party.too_many") when the case is full."""
    case, party = lock_party(party_id)
    _require_room(case)
    now = clock.now()
    running = JoinCode.objects.filter(
        case=case, used_by__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now
    ).first()
    if running is None:
        JoinCode.objects.filter(case=case, used_by__isnull=True, withdrawn_at__isnull=True).update(withdrawn_at=now)
        running = _new_code(case)
        record("party.invited", stream=case.pk, actor=Actor("party", str(party.pk)), code=str(running.pk))
    return Invitation(join_digits(running.pk), join_token(running.pk), running.expires_at)


def _new_code(case: Case) -> JoinCode:
    now = clock.now()
    JoinCode.objects.filter(used_by__isnull=True, withdrawn_at__isnull=True, expires_at__lte=now).update(
        withdrawn_at=now
    )
    for _ in range(CODE_TRIES):
        row_id = uuid.uuid4()
        try:
            with transaction.atomic():
                return JoinCode.objects.create(
                    id=row_id,
                    case=case,
                    code_digest=_code_digest(join_digits(row_id)),
                    token_digest=token_digest(join_token(row_id)),
                    issued_at=now,
                    expires_at=law.due("join.code", started_at=now, place=case.place_id).at,
                )
        except IntegrityError:
            continue
    raise RuntimeError("no free join code found")


@transaction.atomic
def join(*, code: str = "", token: str = "", kind: str = PartyKind.MOTOR) -> NewParty:
    """Come to a case with the six digits or the token of an invitation (used once).

    Raises Refused: join.unknown, join.expired, join.used, party.too_many, case.moved_on.
    """
    typed = "".join(code.split())
    lookup = {"token_digest": token_digest(token)} if token else {"code_digest": _code_digest(typed)}
    found = JoinCode.objects.filter(**lookup).order_by("-issued_at").first()
    if found is None:
        raise Refused("join.unknown", "没有找到这个邀请码，请看对方手机上的 6 位数字")
    case = lock_case(found.case_id)
    found.refresh_from_db()
    if found.used_by_id is not None:
        raise Refused("join.used", "这个邀请码已经用过了，请让对方再点一次“邀请”")
    if found.withdrawn_at is not None or found.expires_at <= clock.now():
        raise Refused("join.expired", "邀请码过期了，请让对方再点一次“邀请”")
    new = _next_party(case, kind=kind, phone_mode=PhoneMode.OWN, host=None)
    found.used_by = new.party
    found.save(update_fields=["used_by"])
    record("party.joined", stream=case.pk, actor=Actor("party", str(new.party.pk)), letter=new.party.letter)
    return new


@transaction.atomic
def add_party(*, party_id: UUID, kind: str, phone_mode: str) -> NewParty:
    """Add a party that uses the acting party's phone in turn, or has no phone.

    Raises Refused: party.unknown_mode, party.too_many, party.kind_not_allowed, case.moved_on.
    """
    case, host = lock_party(party_id)
    if phone_mode not in (PhoneMode.SHARED, PhoneMode.NONE):
        raise Refused("party.unknown_mode", "请选择对方怎么参与")
    new = _next_party(case, kind=kind, phone_mode=phone_mode, host=host)
    record(
        "party.added",
        stream=case.pk,
        actor=Actor("party", str(host.pk)),
        letter=new.party.letter,
        phone_mode=phone_mode,
    )
    return new


@transaction.atomic
def invite_by_text(*, party_id: UUID, phone: str) -> Invitation:
    """Send the invitation's link to `phone` by text message. Raises Refused for a wrong number or too many messages."""
    number = parse_mobile(phone).number
    invitation = invite(party_id=party_id)
    case, _ = lock_party(party_id)
    throttle.take("invite", str(case.pk), throttle.CODE_PER_PHONE)
    row = JoinCode.objects.get(token_digest=token_digest(invitation.token))
    row.invited_phone = number
    row.save(update_fields=["invited_phone"])
    links.queue(
        kind="sms",
        vendor="default",
        operation="invitation.send",
        subject_id=f"{row.pk}",
        key=f"invitation.send:{row.pk}:{blind_index(number, purpose='phone')[:16]}",
        stream=case.pk,
    )
    return invitation


def _next_party(case: Case, *, kind: str, phone_mode: str, host: Party | None) -> NewParty:
    _require_room(case)
    if kind not in PartyKind.values:
        raise Refused("party.unknown_kind", "请选择对方的车")
    against = barriers_with(case, kind) if case.stage != Stage.ATTENDANCE else frozenset()
    if "max_vehicles" in against:
        raise Refused("party.too_many_vehicles", "当地的线上快处不办理这么多机动车的事故，请拨打 122")
    if "nonmotor_allowed" in against:
        raise Refused("party.kind_not_allowed", "当地的线上快处只办理机动车之间的事故，请拨打 122")
    letters = set(case.parties.values_list("letter", flat=True))
    letter = next(item for item in "ABC" if item not in letters)
    return new_party(case, letter=letter, kind=kind, phone_mode=phone_mode, host=host)


def _require_room(case: Case) -> None:
    if case.stage not in _OPEN_STAGES:
        raise Refused("case.moved_on", "责任已经在确定，不能再加入新的当事人")
    most = law.value("parties.max_motor", on=clock.local_day(case.created_at), place=case.place_id).number
    if case.parties.count() >= most:
        raise Refused("party.too_many", "线上快处最多 %(most)s 方，更多车请拨打 122", most=most)


def _code_digest(digits: str) -> str:
    return keyed_digest(digits, purpose="join-code")
