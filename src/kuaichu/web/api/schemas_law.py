"""What a program asks the law, as documented in the schema. Reading and refusing is done by `law.interface`."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kuaichu.law import codes
from kuaichu.law.national import online
from kuaichu.law.national.clocks import table as clocks
from kuaichu.law.national.liability import shapes as liability
from kuaichu.law.national.liability.table import table as behaviours
from kuaichu.law.national.questions import QUESTIONS
from kuaichu.law.national.settlement import Grade, Head, Kind
from kuaichu.law.national.settlement import shapes as settlement
from kuaichu.law.national.settlement.evidence import ITEMS, evidence
from kuaichu.web.api.words import Sent


def _one_of(known: Any, description: str) -> Any:
    """A code, with all that are known in the schema."""
    return Field(json_schema_extra={"enum": sorted(known)}, description=description)


Day = Annotated[str, Field(json_schema_extra={"format": "date"}, description="2026-03-01")]
Moment = Annotated[str, Field(description="ISO 8601; +08:00 without an offset")]
PlaceCode = Annotated[
    str, Field(json_schema_extra={"pattern": "^[0-9]{6}$"}, description="GB/T 2260; 000000 the nation")
]
PartyId = Annotated[str, Field(max_length=64, description="any name, each once: A, B, ...")]
Fen = Annotated[int, Field(ge=0, description="integer fen")]
Percent = Annotated[float, Field(ge=0, le=100)]
GradeCode = Annotated[str, _one_of(list(Grade), "全部 主要 同等 次要 无")]
Answered = Literal["yes", "no", "unsure"]
Behaviour = Annotated[
    str, _one_of({*behaviours().acts, *behaviours().box_codes}, "rows A01 to A56, C01 to C22; boxes; circumstances")
]
Circumstance = Annotated[str, _one_of(behaviours().circumstances, "circumstances that weigh")]
Part = Annotated[
    str, _one_of({code.code for code in codes.options("damaged_part")}, "the form's words (右前角) are read too")
]
Evidence = Annotated[str, _one_of(evidence(), "kinds of evidence")]
Form = Annotated[str, _one_of({code.code for code in codes.options("collision_form")}, "the form's collision forms")]


class LawPartyFacts(BaseModel):
    """Also every circumstance as a yes/no of its own; unknown facts are listed under `ignored`."""

    model_config = ConfigDict(extra="allow")

    stopped: bool | None = None
    lane: Literal["left", "right"] | None = None
    damaged_parts: list[Part] = []
    circumstances: list[Circumstance] = []
    parked_lawfully: bool | None = None


class LawCover(Sent):
    compulsory: bool = False
    commercial_fen: Fen = 0
    commercial_deductible_percent: int = Field(0, ge=0, le=100)
    own_damage: bool = False
    own_damage_deductible_percent: int = Field(0, ge=0, le=100)


class LawLoss(Sent):
    """`head` may be left out where `item` names it; `impact`: which impact (order) did it, where there are several
    accidents.
    """

    id: str
    head: Annotated[str, _one_of(list(Head), "")] | None = None
    amount_fen: Fen
    item: Annotated[str, _one_of(ITEMS, "items of loss by injury")] | None = None
    evidence: list[Evidence] = []
    impact: int | None = None


class LawParty(Sent):
    """One accident may be given to decide and to settle as it is: each reads what it needs."""

    id: PartyId
    kind: Annotated[str, _one_of([kind.value for kind in Kind if kind.value != "owner"], "")]
    behaviours: list[Behaviour] = []
    special: list[Annotated[str, _one_of(liability.SPECIAL, "")]] = []
    facts: LawPartyFacts | None = None
    liability: GradeCode | None = None
    share_percent: Percent | None = None
    cover: LawCover | None = None
    losses: list[LawLoss] = []


class LawSettledParty(Sent):
    """`share_percent`: the law's usual share where it is left out."""

    id: PartyId
    kind: Annotated[str, _one_of(list(Kind), "")]
    liability: GradeCode
    share_percent: Percent | None = None
    special: list[Annotated[str, _one_of(settlement.SPECIAL, "")]] = []
    facts: LawPartyFacts | None = None
    cover: LawCover | None = None
    losses: list[LawLoss] = []
    behaviours: list[str] = []


class LawImpact(Sent):
    """`liability` (settle only): of this impact alone, where one chain is several accidents in law."""

    hitter: PartyId
    hit: PartyId
    order: int | None = None
    parts: dict[str, Part | list[Part]] | None = None
    liability: dict[str, GradeCode] | None = None


class LawAccident(Sent):
    """The facts of one accident: who is liable?"""

    on: Day
    place: PlaceCode
    parties: list[LawParty] = Field(min_length=1, max_length=30)
    impacts: list[LawImpact] = Field([], max_length=60)
    collision_form: Form | None = None
    facts_found: bool = True
    id: str | None = None


class LawLosses(Sent):
    """An accident with liability, covers and losses: who pays whom what?"""

    on: Day
    place: PlaceCode
    each_pays_own_agreed: bool = False
    claims_from_nonmotor: bool = True
    parties: list[LawSettledParty] = Field(min_length=1, max_length=30)
    impacts: list[LawImpact] = Field([], max_length=60)
    id: str | None = None


class LawSceneFacts(Sent):
    """What is left out closes nothing."""

    at: Moment | None = None
    area: PlaceCode | None = None
    road: Annotated[str, _one_of(online.ROADS, "")] | None = None
    motor_vehicles: int | None = Field(None, ge=0)
    nonmotors: int | None = Field(None, ge=0)
    injury: Annotated[str, _one_of(online.INJURIES, "")] = "none"
    all_consent: bool = False
    injury_loss_fen: Fen | None = None
    losses_fen: list[Fen] = []
    crime_suspected: bool = False
    privileged: bool = False
    needs_interpreter: bool = False
    has_commercial: bool | None = None
    insured_in: list[PlaceCode] = []
    motor_liable_and_insured: bool | None = None


class LawScene(Sent):
    """A scene: may it be cleared, and is the fast track open?"""

    on: Day
    place: PlaceCode
    answers: dict[Annotated[str, _one_of({item.code for item in QUESTIONS}, "")], Answered | bool] = {}
    facts: LawSceneFacts | None = None
    id: str | None = None


class LawPause(Sent):
    """Days, both counted. A suspension counts for sixty days at most."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Day = Field(alias="from")
    until: Day
    kind: Literal["suspension", "appraisal", "other"] = "other"


class LawClock(Sent):
    """A clock and when it started: until when?"""

    clock: Annotated[str, _one_of(clocks(), "")]
    started_at: Moment
    place: PlaceCode
    pauses: list[LawPause] = []
    accepted_at: Moment | None = None
    id: str | None = None
