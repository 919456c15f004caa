"""Who the parties are (the list of 令146 Art. 21) and what each says happened."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from kuaichu import clock, law, rows
from kuaichu.accounts.models import Agency, AgencyKind
from kuaichu.cases import deadlines
from kuaichu.cases.locking import lock_case, lock_party, save_case
from kuaichu.cases.models import Case, Party, PartyKind, PhoneMode
from kuaichu.cases.states import PhotoState, Stage, require_move
from kuaichu.errors import FieldErrors, Refused
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM, Actor
from kuaichu.law.identifiers import (
    IdentifierError,
    parse_bank_card,
    parse_document,
    parse_name,
    parse_phone,
    parse_plate,
    parse_policy_number,
)
from kuaichu.privacy import blind_index

_EDITABLE = (Stage.REPORTED, Stage.EVIDENCE, Stage.DETAILS, Stage.ATTENDANCE)
MAX_STATEMENT = 500
MAX_SITUATIONS = 3
T = TypeVar("T")


@dataclass(frozen=True)
class Particulars:
    """As typed. `contact` is only for a party without a phone; `insurer_code` is the agency's code or empty
    (uninsured).
    """

    name: str
    document_kind: str
    document_number: str
    vehicle_kind: str
    plate_kind: str = ""
    plate: str = ""
    insurer_code: str = ""
    policy_number: str = ""
    contact: str = ""
    is_plate_confirmed: bool = False


@dataclass(frozen=True)
class Account:
    """What a party says happened: 事故情形 codes of each side by letter (its own included), its damaged parts, the form
    of collision, its own words. A side that did nothing wrong has an empty tuple."""

    situations: Mapping[str, tuple[str, ...]]
    damaged_parts: tuple[str, ...]
    collision_form: str = ""
    statement: str = ""


@transaction.atomic
def save_particulars(*, party_id: UUID, particulars: Particulars) -> Party:
    """Validate by type and store. Raises FieldErrors with every refused field at once; nothing is stored then."""
    case, party = lock_party(party_id)
    _require_editable(case)
    fields = _checked(case, party, particulars)
    for name, value in fields.items():
        setattr(party, name, value)
    party.document_index = blind_index(party.document_number, purpose="document")
    party.particulars_at = clock.now()
    party.save()
    record("particulars.given", stream=case.pk, actor=Actor("party", str(party.pk)), letter=party.letter)
    complete_if_ready(case)
    return party


def _checked(case: Case, party: Party, typed: Particulars) -> dict[str, object]:
    checks = _Checks()
    fields: dict[str, object] = {
        "name": checks.run("name", lambda: parse_name(typed.name).text),
        "document_kind": typed.document_kind,
        "document_number": checks.run(
            "document_number",
            lambda: parse_document(typed.document_number, kind=typed.document_kind, on=clock.today()).number,
        ),
        "vehicle_kind": checks.run("vehicle_kind", lambda: _code("transport", typed.vehicle_kind, "请选择车辆类型")),
    }
    if party.phone_mode == PhoneMode.NONE:
        fields["phone"] = checks.run("contact", lambda: _contact(case, party, typed.contact))
        fields["phone_index"] = blind_index(str(fields["phone"]), purpose="phone")
    if party.kind == PartyKind.MOTOR:
        fields["plate_kind"] = typed.plate_kind
        fields["plate"] = checks.run("plate", lambda: _plate(case, party, typed))
        fields["insurer"] = checks.run("insurer_code", lambda: _insurer(typed.insurer_code))
        fields["policy_number"] = checks.run("policy_number", lambda: _policy(typed))
    else:
        fields["plate_kind"] = "ebike" if typed.plate.strip() else ""
        fields["plate"] = checks.run("plate", lambda: _bike_plate(typed))
    checks.raise_if_any()
    return fields


class _Checks:
    """Collects the refusals of single fields, so that a person sees all of them at once."""

    def __init__(self) -> None:
        self.faults: dict[str, Refused] = {}

    def run(self, field: str, check: Callable[[], T]) -> T | str:
        try:
            return check()
        except Refused as fault:
            self.faults[field] = fault
            return ""

    def raise_if_any(self) -> None:
        if self.faults:
            raise FieldErrors(self.faults)


def _contact(case: Case, party: Party, typed: str) -> str:
    number = parse_phone(typed).number
    index = blind_index(number, purpose="phone")
    if case.parties.exclude(pk=party.pk).filter(phone_index=index).exists():
        raise Refused("phone.taken", "对方已经填了这个号码，请填这一方自己的联系电话")
    return number


def _plate(case: Case, party: Party, typed: Particulars) -> str:
    plate = parse_plate(typed.plate, kind=typed.plate_kind, is_confirmed=typed.is_plate_confirmed)
    is_twice = case.parties.exclude(pk=party.pk).filter(plate_kind=plate.kind, plate=plate.number).exists()
    if plate.number and is_twice:
        raise IdentifierError(
            "plate.twice", "对方已经填了这个号牌，请核对", "The other party gave this plate already; please check"
        )
    return plate.number


def _bike_plate(typed: Particulars) -> str:
    return parse_plate(typed.plate, kind="ebike").number if typed.plate.strip() else ""


def _insurer(code: str) -> Agency | None:
    if not code:
        return None
    found = Agency.objects.filter(code=code, kind=AgencyKind.INSURER, is_active=True).first()
    if found is None:
        raise Refused("insurer.unknown", "请选择保险公司；没有投保请选“未投保”")
    return found


def _policy(typed: Particulars) -> str:
    return parse_policy_number(typed.policy_number).number if typed.insurer_code else ""


def _code(list_name: str, code: str, message: str) -> str:
    if not law.codes.holds(list_name, code):
        raise Refused(f"{list_name}.unknown", message)
    return code


@transaction.atomic
def give_account(*, party_id: UUID, account: Account) -> Party:
    """Take a party's account. Raises FieldErrors beside situations, damaged_parts, collision_form, statement."""
    case, party = lock_party(party_id)
    _require_editable(case)
    _check_account(account, letters=set(case.parties.values_list("letter", flat=True)))
    party.situations = {letter: list(codes) for letter, codes in sorted(account.situations.items())}
    party.damaged_parts = list(account.damaged_parts)
    party.collision_form = account.collision_form or party.collision_form
    party.statement = account.statement.strip()
    party.account_at = clock.now()
    party.save(update_fields=["situations", "damaged_parts", "collision_form", "statement", "account_at"])
    if account.collision_form and not others_said(case, party):
        case.collision_form = account.collision_form
        save_case(case, "collision_form")
    record(
        "account.given",
        stream=case.pk,
        actor=Actor("party", str(party.pk)),
        letter=party.letter,
        situations=party.situations,
        parts=party.damaged_parts,
        form=account.collision_form,
    )
    complete_if_ready(case)
    return party


def others_said(case: Case, party: Party) -> bool:
    """Whether an earlier letter has named the form of the collision: the first account's stands in the instrument."""
    return case.parties.filter(letter__lt=party.letter).exclude(collision_form="").exists()


def _check_account(account: Account, *, letters: set[str]) -> None:
    checks = _Checks()
    if not set(account.situations) <= letters:
        checks.faults["situations"] = Refused("situation.unknown_party", "请刷新页面后再选")
    for codes in account.situations.values():
        if len(codes) > MAX_SITUATIONS:
            checks.faults["situations"] = Refused("situation.too_many", "每一方最多选三项")
        for code in codes:
            checks.run("situations", lambda code=code: _code("situation", code, "请选择事故情形"))  # type: ignore[misc]
    if not account.damaged_parts:
        checks.faults["damaged_parts"] = Refused("part.none", "请点选碰到的部位")
    for part in account.damaged_parts:
        checks.run("damaged_parts", lambda part=part: _code("damaged_part", part, "请点选碰到的部位"))  # type: ignore[misc]
    if account.collision_form:
        checks.run("collision_form", lambda: _code("collision_form", account.collision_form, "请选择碰撞形态"))
    if len(account.statement) > MAX_STATEMENT:
        checks.faults["statement"] = Refused("statement.too_long", "请写短一些，不超过 500 个字")
    checks.raise_if_any()


def _require_editable(case: Case) -> None:
    if case.stage not in _EDITABLE:
        raise Refused("case.moved_on", "责任已经在确定，资料不能再改。有误请点“返回修改”或告诉民警")


def is_complete(case: Case) -> bool:
    """Whether two parties at least have given everything that liability needs."""
    parties = rows.select(Party, case=case)
    return (
        len(parties) >= 2
        and bool(case.occurred_at and case.collision_form)
        and all(is_party_complete(party) for party in parties)
    )


def is_party_complete(party: Party) -> bool:
    """Whether this party has a confirmed phone (unless without one), particulars and an account."""
    has_phone = party.phone_mode == PhoneMode.NONE or party.phone_confirmed_at is not None
    return has_phone and party.particulars_at is not None and party.account_at is not None


@transaction.atomic
def complete_details(*, case_id: UUID) -> bool:
    """Move the case on to liability if everything is there; called again it changes nothing."""
    return complete_if_ready(lock_case(case_id))


def complete_if_ready(case: Case) -> bool:
    """The same for a caller that holds the lock."""
    if case.stage != Stage.DETAILS or case.photo_state != PhotoState.PASSED or not is_complete(case):
        return False
    case.stage = require_move("complete_details", stage=case.stage, who="party")
    save_case(case, "stage")
    record("details.completed", stream=case.pk, actor=SYSTEM, subject=f"case:{case.pk}")
    return True


@transaction.atomic
def reopen_details(*, party_id: UUID) -> None:
    """Back to the forms to correct something, before anybody signs; the proposal is made anew afterwards."""
    case, party = lock_party(party_id)
    if case.matters.filter(kind="redetermination", settled_at__isnull=True).exists():
        raise Refused("case.under_review", "正在重新认定，情况有变请直接告诉民警")
    case.stage = require_move("reopen_details", stage=case.stage, who="party")
    case.path = ""
    save_case(case, "stage", "path")
    party.account_at = None
    party.save(update_fields=["account_at"])
    record("details.reopened", stream=case.pk, actor=Actor("party", str(party.pk)), letter=party.letter)


@transaction.atomic
def save_payout_account(*, party_id: UUID, number: str) -> Party:
    """Where the insurers shall pay to: a bank card number. Raises IdentifierError."""
    case, party = lock_party(party_id)
    require_move("name_account", stage=case.stage, who="party")
    party.payout_account = parse_bank_card(number).number
    party.payout_account_at = clock.now()
    party.save(update_fields=["payout_account", "payout_account_at"])
    deadlines.settle(case, *deadlines.REMINDERS, subject=str(party.pk))
    record("payout_account.given", stream=case.pk, actor=Actor("party", str(party.pk)), letter=party.letter)
    return party
