"""What an insurer's system sends and gets. Its own insured in full, everybody else masked."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from kuaichu.web.api.words import Code, Letter, Line, Sent, Text, Word

Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
Percent = Annotated[int, Field(ge=0, le=100)]
Fen = Annotated[int, Field(ge=0, le=10**12)]


class ClaimRow(BaseModel):
    id: UUID
    case_number: str
    state: str
    report_number: str
    letter: Letter
    plate: str
    opened_at: datetime
    decide_by_at: datetime | None


class Claims(BaseModel):
    """`total` counts all that match; pages by `limit` and `offset`."""

    claims: list[ClaimRow]
    total: int


class Insured(BaseModel):
    letter: Letter
    name: str
    document_kind: str
    document_number: str
    phone: str
    plate_kind: str
    plate: str
    policy_number: str
    has_payout_account: bool


class OtherSide(BaseModel):
    letter: Letter
    name_masked: str
    plate: str
    insurer: str


class Accident(BaseModel):
    occurred_at: datetime | None
    place_code: str
    location: str
    weather: str
    collision_form: str


class Liability(BaseModel):
    """Grade and share in percent by letter, as the instrument in force says."""

    grades: dict[str, str]
    shares: dict[str, int]
    instrument_number: str
    instrument_kind: str


class Vehicle(BaseModel):
    """A vehicle that this insurer assesses; `assessed_fen` is empty until it has."""

    letter: Letter
    damaged_parts: list[str]
    assessed_fen: int | None
    version: int


class ClaimPhoto(BaseModel):
    id: UUID
    slot: str
    sha256: str
    size: int
    media_type: str


class Claim(BaseModel):
    id: UUID
    case_number: str
    case_stage: str
    state: str
    report_number: str
    insured: Insured
    others: list[OtherSide]
    accident: Accident
    liability: Liability | None
    vehicles: list[Vehicle]
    photos: list[ClaimPhoto]


class Policy(Sent):
    """The policy on the day of the accident."""

    is_valid: bool
    has_ctpl: bool
    tpl_limit_fen: Fen
    tpl_deductible_percent: Percent
    has_own_damage: bool
    own_damage_deductible_percent: Percent


class Acceptance(Sent):
    report_number: Reference
    policy: Policy


class LossLine(Sent):
    """`part` is one of the eight damaged parts, or empty with `item` in words."""

    part: Code = ""
    item: Word = ""
    work: Literal["repair", "replace", "paint", "labour", "other"]
    amount_fen: Fen


class Assessment(Sent):
    """No lines: looked at, no damage. `adjuster` is the user name of the one who answers for it."""

    adjuster: Line
    letter: Letter
    lines: Annotated[list[LossLine], Field(max_length=40)]


class Assessed(BaseModel):
    letter: Letter
    version: int
    total_fen: int


class SettlementLine(BaseModel):
    """`payer_insurer` is empty where a person pays; cover `self` is what the injured side bears."""

    payer_insurer: str
    payer_letter: str
    payee: Letter
    cover: str
    head: str
    amount_fen: int
    text: str
    articles: list[str]


class Payment(BaseModel):
    id: UUID
    payee: Letter
    amount_fen: int
    state: str
    has_account: bool
    partner_reference: str
    confirmed_at: datetime | None


class Settlement(BaseModel):
    """Losses equal payments plus what is borne. With `problem_code`, a person has to compute elsewhere."""

    version: int
    mode: str
    problem_code: str
    problem: str
    loss_fen: int
    paid_fen: int
    borne_fen: int
    own_fen: int
    lines: list[SettlementLine]
    payments: list[Payment]


class Approval(Sent):
    """`version` is that of the settlement which was looked at."""

    adjuster: Line
    version: Annotated[int, Field(ge=1, le=32767)]


class Approved(BaseModel):
    state: str
    amount_fen: int


class PaymentOrder(Sent):
    adjuster: Line


class Refusal(Sent):
    adjuster: Line
    reason: Text
