"""Signing, receipt and refusal. A signature binds a person (one-time code) to a content (its digest) at a moment."""

import json
from typing import Any
from uuid import UUID

from django.db import transaction

from kuaichu import clock, rows
from kuaichu.accounts import codes
from kuaichu.accounts.models import OneTimeCode, Person
from kuaichu.cases import deadlines
from kuaichu.cases.actions.phones import SIGN, check_code
from kuaichu.cases.finding import party_by_id
from kuaichu.cases.locking import lock_party, save_case
from kuaichu.cases.models import Case, Party
from kuaichu.cases.permissions import may_handle
from kuaichu.cases.states import Stage, require_move
from kuaichu.dossier import strokes as ink
from kuaichu.dossier.models import Instrument, Signature
from kuaichu.dossier.states import InstrumentKind, InstrumentState, SignatureKind
from kuaichu.errors import NotFound, Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import Actor

_OPEN = (InstrumentState.DRAFTED, InstrumentState.SERVED)


def sign(*, party_id: UUID, instrument_id: UUID, strokes: Any, typed_code: str, typed_name: str = "") -> None:
    """Sign an agreement, or sign for the receipt of a determination. Signing again changes nothing.

    `strokes` is what the signature pad sent, or an empty list with the full name typed instead (no script, no touch).
    A party without a phone signs on the other's, with a code sent to its contact number; the instrument says so.
    Raises Refused: code.*, signature.*, instrument.*, case.moved_on.
    """
    if rows.find(Signature, instrument=instrument_id, party=party_id):
        return
    party = party_by_id(party_id)
    if party is None:
        raise NotFound("party.unknown", "没有找到这个案件")
    checked = _checked_hand(party, strokes, typed_name)
    code = check_code(party_id=party_id, purpose=SIGN, typed=typed_code)
    with transaction.atomic():
        _sign(party_id, instrument_id, checked, code)


def _checked_hand(party: Party, strokes: Any, typed_name: str) -> list[ink.Stroke]:
    if strokes:
        return ink.checked(strokes)
    if "".join(typed_name.split()) != "".join(party.name.split()) or not party.name:
        raise Refused("signature.name_differs", "请签名；不能手写时，请输入您填写过的完整姓名")
    return []


def _sign(party_id: UUID, instrument_id: UUID, strokes: list[ink.Stroke], code: OneTimeCode) -> None:
    case, party = lock_party(party_id)
    instrument = _open_instrument(case, instrument_id)
    if rows.find(Signature, instrument=instrument, party=party):
        return
    codes.use_up(code)
    Signature.objects.create(
        instrument=instrument,
        party=party,
        kind=SignatureKind.SIGNED,
        strokes=json.dumps(strokes) if strokes else "",
        content_digest=instrument.content_digest,
        code=code,
        note="" if strokes else "输入姓名确认",
        at=clock.now(),
    )
    actor = Actor("party", str(party.pk))
    record(
        "instrument.signed",
        stream=case.pk,
        actor=actor,
        subject=f"instrument:{instrument.pk}",
        letter=party.letter,
        digest=instrument.content_digest,
        code=str(code.pk),
    )
    _complete_if_signed(case, instrument, actor)


@transaction.atomic
def note_refusal(*, instrument_id: UUID, party_id: UUID, officer: Person, note: str = "") -> None:
    """The officer notes that a party refuses to sign or to receive a determination (令146 Art. 24(3))."""
    case, party = lock_party(party_id)
    if not may_handle(officer, case):
        raise Refused("case.not_yours", "这个案件不归您的单位办理")
    instrument = _open_instrument(case, instrument_id)
    if instrument.kind == InstrumentKind.AGREEMENT:
        raise Refused("agreement.unsigned", "协议书要各方自愿签名；有人不签，请改为民警认定")
    if rows.find(Signature, instrument=instrument, party=party):
        raise Refused("signature.exists", "这一方已经签过字了")
    Signature.objects.create(
        instrument=instrument,
        party=party,
        kind=SignatureKind.REFUSED,
        content_digest=instrument.content_digest,
        noted_by=officer,
        note=note.strip()[:120],
        at=clock.now(),
    )
    actor = Actor("staff", str(officer.pk))
    record(
        "instrument.refused", stream=case.pk, actor=actor, subject=f"instrument:{instrument.pk}", letter=party.letter
    )
    _complete_if_signed(case, instrument, actor)


def _open_instrument(case: Case, instrument_id: UUID) -> Instrument:
    instrument = Instrument.objects.filter(pk=instrument_id, case=case).first()
    if instrument is None:
        raise NotFound("instrument.unknown", "没有找到这份文书")
    if instrument.state not in _OPEN:
        raise Refused("instrument.closed", "这份文书已经不能再签了，请刷新看最新进展")
    if case.stage != Stage.SIGNING:
        raise Refused("case.moved_on", "案件已经到了“%(stage)s”这一步，请刷新后再看", stage=Stage(case.stage).label)
    return instrument


def _complete_if_signed(case: Case, instrument: Instrument, actor: Actor) -> None:
    signed = Signature.objects.filter(instrument=instrument).values_list("party_id", flat=True)
    if set(signed) != set(case.parties.values_list("pk", flat=True)):
        save_case(case)
        return
    instrument.state = InstrumentState.COMPLETED
    instrument.completed_at = clock.now()
    instrument.save(update_fields=["state", "completed_at"])
    case.stage = require_move("complete_instrument", stage=case.stage, who=actor.kind)
    save_case(case, "stage")
    deadlines.settle(case, "signature.open", "determination.simplified")
    record(
        "instrument.completed",
        stream=case.pk,
        actor=actor,
        subject=f"instrument:{instrument.pk}",
        kind=instrument.kind,
        number=instrument.number,
    )
