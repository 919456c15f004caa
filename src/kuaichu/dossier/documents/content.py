"""What a document says, before it has any looks: frozen values that survive a trip through JSON.

Texts arrive as they are printed (dates already in Chinese civil time, labels already chosen); amounts are integer fen.
The parties sign the digest of the canonical JSON of the content, so the words can be shown again from the row alone.
"""

import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from kuaichu.errors import Refused

# A party who gives up claims "against each other" also frees the insurer: 保险法 Art. 61.
WAIVER_PHRASES = (
    "互不追究",
    "不再追究",
    "放弃追究",
    "放弃索赔",
    "放弃保险",
    "放弃赔偿",
    "放弃要求赔偿",
    "一次性了结",
    "再无纠纷",
)
UNMEDIATED = "未调解"


@dataclass(frozen=True)
class PartyBlock:
    """One party as printed. `letter` is 甲, 乙, 丙 ...; what is unknown is the empty string."""

    letter: str
    name: str
    id_kind_label: str
    id_number: str
    phone: str
    vehicle_type_label: str
    plate: str
    plate_kind_label: str
    insurer_name: str
    policy_number: str
    claim_number: str | None
    damaged_parts_label: str
    situation_label: str
    liability_label: str
    statement: str
    travel_mode_label: str = ""


@dataclass(frozen=True)
class AgreementContent:
    """道路交通事故自行协商协议书: the thirteen contents of 令146 Art. 21, and how it is to be performed (Art. 22).

    Raises Refused when a clause holds a sentence by which the parties would free the insurer.
    """

    number: str
    occurred_at_text: str
    location: str
    weather_label: str
    form_label: str
    parties: tuple[PartyBlock, ...]
    facts_text: str
    clauses: tuple[str, ...]
    drawn_on_text: str
    verify_url: str
    verify_code: str
    unit_name: str | None = None
    place_name: str = ""

    def __post_init__(self) -> None:
        if any(phrase in clause for clause in self.clauses for phrase in WAIVER_PHRASES):
            raise Refused("agreement.waiver", "协议里不能写“互不追究”一类的话，否则保险公司可以不赔")


@dataclass(frozen=True)
class PartyFinding:
    """What the officer found about one party. `provision_text` names act and article; both empty without a fault."""

    letter: str
    name: str
    act_text: str
    provision_text: str
    liability_label: str


@dataclass(frozen=True)
class DeterminationContent:
    """道路交通事故认定书（简易程序）: 令146 Art. 24(2), 60, 64(2); a mediation result stands on it too (Art. 25)."""

    number: str
    unit_name: str
    occurred_at_text: str
    location: str
    weather_label: str
    form_label: str
    parties: tuple[PartyBlock, ...]
    facts_text: str
    is_slight_injury: bool
    findings: tuple[PartyFinding, ...]
    basis_text: str
    officer_name: str
    officer_number: str
    issued_on_text: str
    rights_notices: tuple[str, ...]
    review_authority_name: str
    verify_url: str
    verify_code: str
    mediation_text: str = UNMEDIATED
    place_name: str = ""


@dataclass(frozen=True)
class ReviewConclusionContent:
    """道路交通事故认定复核结论: 令146 Art. 74-78."""

    number: str
    unit_name: str
    applicant_name: str
    applied_on_text: str
    original_unit_name: str
    original_number: str
    request_text: str
    findings_text: str
    conclusion_text: str
    issued_on_text: str
    verify_url: str
    verify_code: str


@dataclass(frozen=True)
class NoticeContent:
    """Any short letter of a unit to one person: 复核不予受理通知书, 受理通知, 事故证明."""

    title: str
    number: str
    unit_name: str
    addressee: str
    paragraphs: tuple[str, ...]
    issued_on_text: str
    verify_url: str
    verify_code: str


@dataclass(frozen=True)
class LossLine:
    """One line of a loss assessment: part, work (更换, 修理, 喷漆 ...), amount in fen."""

    part_label: str
    work_label: str
    amount_fen: int
    remark: str = ""


@dataclass(frozen=True)
class LossAssessmentContent:
    """机动车保险车辆损失情况确认书 (定损单)."""

    number: str
    insurer_name: str
    claim_number: str
    policy_number: str
    instrument_number: str
    party_name: str
    vehicle_type_label: str
    plate: str
    occurred_at_text: str
    location: str
    damaged_parts_label: str
    lines: tuple[LossLine, ...]
    salvage_fen: int
    total_fen: int
    adjuster_name: str
    assessed_on_text: str
    verify_url: str
    verify_code: str
    remark: str = ""


@dataclass(frozen=True)
class SettlementLine:
    """One payment: who pays whom under which cover, why (`basis_text`, article included), amount in fen."""

    payer_name: str
    payee_name: str
    cover_label: str
    item_label: str
    basis_text: str
    amount_fen: int


@dataclass(frozen=True)
class SettlementContent:
    """机动车保险赔款计算书: every line with its article; losses equal payments plus what each bears."""

    number: str
    insurer_name: str
    claim_number: str
    policy_number: str
    instrument_number: str
    occurred_at_text: str
    parties_text: str
    liability_text: str
    lines: tuple[SettlementLine, ...]
    loss_total_fen: int
    self_borne_fen: int
    total_fen: int
    check_text: str
    calculated_by: str
    approved_by: str
    settled_on_text: str
    verify_url: str
    verify_code: str


Content = (
    AgreementContent
    | DeterminationContent
    | ReviewConclusionContent
    | NoticeContent
    | LossAssessmentContent
    | SettlementContent
)
KINDS: dict[str, type[Content]] = {
    "agreement": AgreementContent,
    "determination": DeterminationContent,
    "review_conclusion": ReviewConclusionContent,
    "notice": NoticeContent,
    "loss_assessment": LossAssessmentContent,
    "settlement": SettlementContent,
}
_NAMES = {cls: kind for kind, cls in KINDS.items()}


def kind_of(content: Content) -> str:
    """The stable name of the kind, also the name of its template."""
    return _NAMES[type(content)]


def to_json(content: Content) -> dict[str, Any]:
    """Plain JSON values with `kind`; `from_json` gives back an equal content."""
    return {"kind": kind_of(content), **asdict(content)}


def from_json(data: Mapping[str, Any]) -> Content:
    """The content that `to_json` wrote. Raises KeyError or TypeError for anything else: such a row is a bug."""
    made = _build(KINDS[data["kind"]], {key: value for key, value in data.items() if key != "kind"})
    return cast(Content, made)


def canonical_json(content: Content) -> bytes:
    """UTF-8, keys sorted, no spaces, no escapes beyond JSON's own: the bytes that are hashed and signed for."""
    text = json.dumps(to_json(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def content_digest(content: Content) -> str:
    """SHA-256 of `canonical_json`, lower-case hex."""
    return hashlib.sha256(canonical_json(content)).hexdigest()


def _build(cls: type, data: Mapping[str, Any]) -> object:
    hints = get_type_hints(cls)
    unknown = set(data) - {field.name for field in fields(cls)}
    if unknown:
        raise TypeError(f"{cls.__name__} has no {sorted(unknown)}")
    return cls(**{name: _value(hints[name], value) for name, value in data.items()})


def _value(hint: Any, value: Any) -> object:
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], item) for item in value)
    if is_dataclass(hint) and isinstance(hint, type):
        return _build(hint, value)
    allowed = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    if type(value) not in allowed:
        raise TypeError(f"expected {hint}, found {type(value).__name__}")
    return value
