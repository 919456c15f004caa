"""The working book of one settlement: what is still unpaid of each loss, and the lines written so far."""

from dataclasses import dataclass, field
from datetime import date

from kuaichu import law
from kuaichu.law.citations import Citation
from kuaichu.law.national.settlement.shapes import (
    PROPERTY,
    Cover,
    Grade,
    Kind,
    Line,
    Loss,
    PartyInput,
    Payer,
    SettlementInput,
    Step,
    bucket_by_head,
)
from kuaichu.law.values import Value

head_names: dict[str, tuple[str, str]] = {
    "vehicle": ("车辆损失", "vehicle damage"),
    "goods": ("物品损失", "damage to goods"),
    "other_property": ("其他财产损失", "other property damage"),
    "medical": ("医疗费用", "medical costs"),
    "disability": ("误工、护理、伤残等费用", "lost income, care and disability"),
    "death": ("死亡赔偿", "death"),
}
_CIVIL_CODE = Citation("civil_code", "1213")
_GENERAL = Citation("civil_code", "1165(1)")
_SAFETY_LAW = Citation("road_safety_law", "76(1)")
_BETWEEN_MOTORS = Citation("road_safety_law", "76(1).1")
_TOWARDS_OTHERS = Citation("road_safety_law", "76(1).2")


@dataclass(frozen=True, slots=True)
class Open:
    """One loss with what is still unpaid."""

    owner: PartyInput
    loss: Loss
    unpaid_fen: int

    @property
    def bucket(self) -> str:
        return bucket_by_head[self.loss.head]


@dataclass(slots=True)
class Ledger:
    """Mutable only inside one `settle`."""

    entered: SettlementInput
    on: date
    place: str
    unpaid: dict[str, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    motors: tuple[PartyInput, ...] = ()
    motors_at_fault: tuple[PartyInput, ...] = ()
    motors_without_fault: tuple[PartyInput, ...] = ()
    _by_letter: dict[str, PartyInput] = field(default_factory=dict)
    _ordered: list[tuple[PartyInput, Loss]] = field(default_factory=list)

    def __post_init__(self) -> None:
        parties = sorted(self.entered.parties, key=lambda party: party.letter)
        self.unpaid = {loss.id: loss.amount_fen for party in parties for loss in party.losses}
        self.motors = tuple(party for party in self.entered.parties if party.kind is Kind.MOTOR)
        self.motors_at_fault = tuple(party for party in self.motors if party.grade is not Grade.NONE)
        self.motors_without_fault = tuple(party for party in self.motors if party.grade is Grade.NONE)
        self._by_letter = {party.letter: party for party in parties}
        self._ordered = [(party, loss) for party in parties for loss in sorted(party.losses, key=lambda loss: loss.id)]

    def party(self, letter: str) -> PartyInput:
        return self._by_letter[letter]

    def open_losses(self) -> list[Open]:
        """What is unpaid, in order of party and id: results never depend on the order of the input."""
        return [
            Open(owner=party, loss=loss, unpaid_fen=self.unpaid[loss.id])
            for party, loss in self._ordered
            if self.unpaid[loss.id] > 0
        ]

    def value(self, key: str) -> Value:
        return law.value(key, on=self.on, place=self.place)

    def limit(self, party: PartyInput, bucket: str) -> Value:
        """The limit of this vehicle's compulsory insurance for one bucket: with or without liability."""
        side = "no_fault" if party.grade is Grade.NONE else "liable"
        return self.value(f"ctpl.{side}.{bucket}")

    def pay(
        self,
        entry: Open,
        *,
        payer: Payer,
        cover: Cover,
        amount_fen: int,
        citations: tuple[Citation, ...],
        why: tuple[str, str],
        on_behalf_of: str = "",
    ) -> None:
        """Write one line and reduce the loss; nothing is written for zero. `why` is (zh, en) without the amount."""
        if amount_fen <= 0:
            return
        assert amount_fen <= self.unpaid[entry.loss.id], "more than the loss"
        self.unpaid[entry.loss.id] -= amount_fen
        zh, en = why
        self.lines.append(
            Line(
                payer=payer,
                payee=entry.owner.letter,
                cover=cover,
                head=entry.loss.head,
                loss_id=entry.loss.id,
                amount_fen=amount_fen,
                citations=citations,
                zh=zh,
                en=en,
                on_behalf_of=on_behalf_of,
            )
        )

    def tort_citation(self) -> Citation:
        """Order of payment: 民法典 1213 since 2021, before it the Road Traffic Safety Law alone."""
        if self.on >= law.citations.acts()["civil_code"].in_force_on:
            return _CIVIL_CODE
        return _SAFETY_LAW

    def general_citation(self) -> Citation:
        """Fault in general: 民法典 1165 since 2021; before it the Road Traffic Safety Law alone is cited."""
        return _GENERAL if self.on >= law.citations.acts()["civil_code"].in_force_on else _SAFETY_LAW

    def fault_citation(self, entry: Open, debtor: PartyInput) -> Citation:
        """76(1).1 between motor vehicles, 76(1).2 between a motor vehicle and others, else by fault in general."""
        kinds = {entry.owner.kind, debtor.kind}
        if kinds == {Kind.MOTOR}:
            return _BETWEEN_MOTORS
        if Kind.OWNER in kinds or Kind.MOTOR not in kinds or entry.owner.kind is Kind.MOTOR:
            return self.general_citation()
        return _TOWARDS_OTHERS


def is_property(entry: Open) -> bool:
    return entry.bucket == PROPERTY
