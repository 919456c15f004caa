"""What a party sends and gets. Of other people it sees what its own pages show, and no more."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from kuaichu.web.api.words import Code, Letter, Line, Sent, Text, Word

Kind = Literal["motor", "nonmotor"]
Degrees = Annotated[float, Field(allow_inf_nan=False)]


class Report(Sent):
    """A new accident. `place` is a six-digit division code of `GET /places`."""

    place: Code
    kind: Kind = "motor"


class Join(Sent):
    """Exactly one of the six digits or the invitation's token."""

    code: Word = ""
    token: Word = ""
    kind: Kind = "motor"


class JoinedCase(BaseModel):
    """`token` is the bearer token of the new party: keep it as secret as a key."""

    token: str
    case_number: str
    letter: Letter


class ScreeningAnswer(Sent):
    question: Code
    answer: Literal["yes", "no", "unsure"]


class Tongue(BaseModel):
    """A text in the language of the caller."""

    code: str
    text: str


class ScreeningResult(BaseModel):
    """`next_question` is empty once the answers decide; then `track` says what to do at the scene. `not_online`: why
    the place does not take the case online; an officer has been asked for then.
    """

    is_complete: bool
    track: str
    next_question: Tongue | None
    choices: list[str]
    reasons: list[Tongue]
    not_online: list[Tongue]
    calls: list[str]
    may_clear_scene: bool | None


class Occurrence(Sent):
    """Degrees are WGS-84; `source` says how the position came about."""

    occurred_at: AwareDatetime
    location: Line
    weather: Code
    lon_wgs84: Degrees | None = None
    lat_wgs84: Degrees | None = None
    accuracy_m: Degrees | None = None
    source: Literal["device", "map", "typed"] = "typed"


class Invitation(BaseModel):
    """Six digits to read aloud, or a link for a QR code; both work once, until `expires_at`."""

    code: str
    token: str
    link: str
    expires_at: datetime


class Phone(Sent):
    phone: Word


class PhoneForCode(Sent):
    """Empty on a device that is not yet the party's: the code then goes to the number that is known."""

    phone: Word = ""


class GuestParty(Sent):
    """A party that uses this phone in turn, or has none."""

    kind: Kind = "motor"
    phone_mode: Literal["shared", "none"]


class TypedCode(Sent):
    code: Word


class DeviceSecret(BaseModel):
    """Send it as `Kuaichu-Device` from now on; it is told once."""

    device_secret: str


class PhotoFields(Sent):
    """`sha256` (hex) of the file as it was taken: a photo that arrives otherwise is refused."""

    slot: Code
    sha256: Annotated[str, Field(pattern=r"^([0-9a-fA-F]{64})?$")] = ""


class Photo(BaseModel):
    id: UUID
    slot: str
    taken_by: Letter
    sha256: str
    size: int
    media_type: str
    width: int
    height: int
    arrived_at: datetime
    check_state: str
    retake_reason: str


class Photos(BaseModel):
    photo_state: str
    required: list[str]
    allowed: list[str]
    photos: list[Photo]


class Particulars(Sent):
    """As typed; codes are those of `GET /reference`. `contact` only for a party without a phone."""

    name: Word
    document_kind: Code
    document_number: Word
    vehicle_kind: Code
    plate_kind: Code = ""
    plate: Word = ""
    insurer_code: Code = ""
    policy_number: Word = ""
    contact: Word = ""
    is_plate_confirmed: bool = False


class Account(Sent):
    """What this party says happened: 事故情形 of each side by letter (none: an empty list), its damaged parts."""

    situations: dict[Letter, Annotated[list[Code], Field(max_length=10)]] = Field(max_length=3)
    damaged_parts: Annotated[list[Code], Field(max_length=10)]
    collision_form: Code = ""
    statement: Text = ""


class Choice(Sent):
    choice: Literal["agree", "police"]


class Article(BaseModel):
    name: str
    gist: str


class ProposalReason(BaseModel):
    letter: str
    text: str
    articles: list[Article]


class Proposal(BaseModel):
    """A machine's proposal: `grades` and `shares` by letter, empty where only an officer may decide."""

    grades: dict[str, str]
    shares: dict[str, int]
    is_officer_needed: bool
    officer_reason: str
    reasons: list[ProposalReason]
    choices: dict[str, str]


class SignatureState(BaseModel):
    letter: Letter
    kind: str
    at: datetime


class InstrumentFile(BaseModel):
    edition: str
    sha256: str
    size: int
    link: str


class Instrument(BaseModel):
    """`content_digest` is the SHA-256 that signatures are bound to; `verify_link` is public."""

    id: UUID
    kind: str
    number: str
    state: str
    created_at: datetime
    completed_at: datetime | None
    content_digest: str
    verify_link: str
    signatures: list[SignatureState]
    file: InstrumentFile | None


class Instruments(BaseModel):
    instruments: list[Instrument]


class Row(BaseModel):
    label: str
    text: str


class Block(BaseModel):
    title: str
    rows: list[Row]
    paragraphs: list[str]


class InstrumentContent(BaseModel):
    """The whole document as it is printed; reading it is recorded."""

    id: UUID
    title: str
    number: str
    content_digest: str
    rows: list[Row]
    blocks: list[Block]


Point = tuple[Annotated[float, Field(allow_inf_nan=False)], Annotated[float, Field(allow_inf_nan=False)]]


class Signature(Sent):
    """`strokes` in a field of 1000 x 400; or an empty list and the full name. `content_digest` is what was read."""

    content_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    code: Word = ""
    strokes: Annotated[list[Annotated[list[Point], Field(max_length=4000)]], Field(max_length=80)] = []
    typed_name: Word = ""


class Reason(Sent):
    reason: Text


class OfficerRequest(Sent):
    reason: Literal["asked", "no_answer", "disagreement"] = "asked"


class PayoutAccount(Sent):
    number: Word


class Review(BaseModel):
    state: str
    applied_at: datetime
    decide_by_at: datetime


class Money(BaseModel):
    claims: list["ClaimLine"]
    payments: list["PaymentLine"]
    borne_fen: int
    payout_account_masked: str
    may_own_pay: bool
    wishing_own_pay: list[str]


class ClaimLine(BaseModel):
    insurer: str
    side: str
    report_number: str
    text: str


class PaymentLine(BaseModel):
    payer: str
    payee: str
    amount_fen: int
    text: str
    is_done: bool
    done_at: datetime | None


class Me(BaseModel):
    letter: Letter
    kind: str
    phone_mode: str
    phone_masked: str
    name_masked: str
    is_phone_confirmed: bool
    has_particulars: bool
    has_account: bool


class Other(BaseModel):
    letter: Letter
    kind: str
    phone_mode: str
    name_masked: str
    has_particulars: bool
    has_account: bool


class Clock(BaseModel):
    """`text` says who does what by when; `due_at` is the first moment that is too late."""

    clock: str
    text: str
    due_at: datetime
    is_over: bool


class NextStep(BaseModel):
    """What this party does now; `page` is one of the steps listed in docs/API.md."""

    page: str
    waits_for: str
    other: str


class Place(BaseModel):
    occurred_at: datetime | None
    location: str
    weather: str
    lon_wgs84: float | None
    lat_wgs84: float | None


class State(BaseModel):
    """Where the case stands for this party. `version` grows with every change."""

    case_number: str
    version: int
    stage: str
    path: str
    track: str
    outcome: str
    photo_state: str
    may_leave_at: datetime | None
    officer_requested_at: datetime | None
    officer_request_reason: str
    occurrence: Place
    me: Me
    others: list[Other]
    next: NextStep
    clocks: list[Clock]
    review: Review | None


class Entry(BaseModel):
    seq: int
    at: datetime
    event: str
    text: str


class Timeline(BaseModel):
    """`next_after` is empty at the end; otherwise ask again with `after` set to it."""

    entries: list[Entry]
    next_after: int | None


Money.model_rebuild()
