"""A call to the police as another system sends it, and what it gets back."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from kuaichu.web.api.words import Code, Line, Sent, Text, Word

Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9._/-]{1,40}$")]
People = Annotated[int, Field(ge=0, le=999)]
Degrees = Annotated[float, Field(allow_inf_nan=False)]


class NewCall(Sent):
    """`number` is the sender's own and names the call for good. Coordinates are WGS-84 unless `datum` says gcj02.
    `subclass` empty: found by the text."""

    number: Reference
    place_code: Annotated[str, Field(pattern=r"^\d{6}$")]
    received_at: AwareDatetime
    content: Text = ""
    location: Line = ""
    road: Word = ""
    lon: Degrees | None = None
    lat: Degrees | None = None
    datum: Literal["wgs84", "gcj02"] = "wgs84"
    caller_name: Word = ""
    caller_phone: Word = ""
    plates: Annotated[list[Word], Field(max_length=5)] = []
    subclass: Code = ""
    unit_code: Code = ""
    injured: People = 0
    dead: People = 0
    trapped: People = 0
    is_hit_and_run: bool = False


class ProposedLink(BaseModel):
    """`notion`: same_event or same_matter; `score` 0..1. A person of the police decides."""

    number: str
    notion: str
    score: float
    evidence: list[str]


class StoredCall(BaseModel):
    number: str
    category: str
    subclass: str
    confidence: float | None
    stored_at: datetime
    links: list[ProposedLink]
