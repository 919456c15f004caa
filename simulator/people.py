"""Who plays: a driver with a car and manners, and what the outside knows of one case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulator.house import Answer


@dataclass(frozen=True, kw_only=True)
class Person:
    """A driver with car and policy; everything about them is invented."""

    name: str
    document_number: str
    phone: str
    plate: str
    plate_kind: str
    vehicle_kind: str
    insurer: str
    policy_number: str
    account: str

    @property
    def masked_phone(self) -> str:
        return f"{self.phone[:3]}****{self.phone[-4:]}"


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How this person behaves in this case."""

    agrees: bool = True
    signs: bool = True
    vanishes_at: str = ""
    changes_phone: bool = False
    mistypes: bool = False
    hesitates_s: tuple[float, float] = (4.0, 45.0)


@dataclass
class Record:
    """What the outside knows of one case: promises that the house has acknowledged."""

    name: str
    place: str
    scene: Mapping[str, Any]
    location: str
    lon: float
    lat: float
    occurred_at: datetime
    number: str = ""
    people: dict[str, Person] = field(default_factory=dict)  # by letter
    tokens: dict[str, str] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    invitation: str = ""
    moments: dict[str, datetime] = field(default_factory=dict)
    stage: str = ""
    outcome: str = ""
    path: str = ""  # how liability is settled, as last seen: self, online, spot
    was_attended: bool = False  # at some moment an officer was to come
    was_retaken: bool = False  # a photo had to be taken once more
    paid_fen: int = 0  # all that arrived, as the closed case's page shows it
    documents: dict[str, str] = field(default_factory=dict)  # id -> state as last seen
    is_kept: bool = False  # the screening says that an officer comes
    was_tried: bool = False  # a report was sent, whether or not an answer came
    clocks: list[str] = field(default_factory=list)  # that still ran when somebody last looked
    kept: dict[tuple[str, str], Answer] = field(
        default_factory=dict
    )  # by letter and path, while the links still worked

    @property
    def reader(self) -> str:
        """A party whose device still counts; empty when there is none."""
        return next((letter for letter in "AB" if self.tokens.get(letter) and self.devices.get(letter)), "")

    @property
    def bell(self) -> str:
        return self.name

    def follow(self, state: Mapping[str, Any], at: datetime) -> None:
        """What a party's page shows now."""
        if self.stage == "attendance" != state["stage"]:
            self.happened("attended", at)
        self.stage, self.outcome = state["stage"], state["outcome"]
        self.path = state["path"] or self.path
        self.was_attended |= state["stage"] == "attendance"
        self.clocks = [clock["clock"] for clock in state["clocks"] if not clock["is_over"]]
        if state["may_leave_at"]:
            self.happened("may_leave", at)
        self.happened(f"stage.{state['stage']}", at)

    def happened(self, what: str, at: datetime) -> None:
        """The first time counts."""
        self.moments.setdefault(what, at)
