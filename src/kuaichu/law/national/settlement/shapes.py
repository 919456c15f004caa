"""What goes into a settlement and what comes out. Amounts are integer fen, shares exact percent."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from kuaichu.law.citations import Citation
from kuaichu.law.errors import LawError


class SettlementError(LawError):
    """The input contradicts itself, or an adjuster has to compute it by hand; `zh` and `en` say why."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en


class Kind(StrEnum):
    MOTOR = "motor"
    NONMOTOR = "nonmotor"
    PEDESTRIAN = "pedestrian"
    OWNER = "owner"  # of a facility that was hit; never liable


class Grade(StrEnum):
    FULL = "full"
    PRIMARY = "primary"
    EQUAL = "equal"
    SECONDARY = "secondary"
    NONE = "none"


class Head(StrEnum):
    """What was lost. Each belongs to one limit of the compulsory insurance (`bucket_by_head`)."""

    VEHICLE = "vehicle"
    GOODS = "goods"
    OTHER_PROPERTY = "other_property"
    MEDICAL = "medical"
    DISABILITY = "disability"
    DEATH = "death"


class Cover(StrEnum):
    """Out of which pocket a line is paid."""

    CTPL = "ctpl"
    CTPL_NO_FAULT = "ctpl_no_fault"
    EACH_PAYS_OWN = "each_pays_own"
    TPL = "tpl"
    PARTY = "party"
    OWN_DAMAGE = "own_damage"
    SELF = "self"


# Drivers whom the compulsory insurance treats apart (条例 22, 法释 15). `drink` below the limit of 醉酒 is none of them.
UNFIT = frozenset({"drunk", "drugs", "no_licence", "wrong_class"})
SPECIAL = UNFIT | {"drink", "fled", "forged", "deliberate"}

PROPERTY, MEDICAL, DEATH_DISABILITY = "property", "medical", "death_disability"
bucket_by_head: dict[Head, str] = {
    Head.VEHICLE: PROPERTY,
    Head.GOODS: PROPERTY,
    Head.OTHER_PROPERTY: PROPERTY,
    Head.MEDICAL: MEDICAL,
    Head.DISABILITY: DEATH_DISABILITY,
    Head.DEATH: DEATH_DISABILITY,
}


@dataclass(frozen=True, slots=True)
class Loss:
    """One item of loss. `id` is unique in the accident; lost income, nursing and travel are `disability`."""

    id: str
    head: Head
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyInput:
    """One party with its liability, its covers (motor vehicles only) and its losses.

    `share_percent` None takes the default of grade and place. `tpl_limit_fen` 0: no commercial liability cover;
    `tpl_deductible_percent` is the optional 绝对免赔率. `special`: codes of `SPECIAL`. `is_parked_lawfully`: a motor
    vehicle that stood lawfully.
    """

    letter: str
    kind: Kind
    grade: Grade
    share_percent: int | Fraction | None = None
    has_ctpl: bool = False
    tpl_limit_fen: int = 0
    tpl_deductible_percent: int = 0
    has_own_damage: bool = False
    own_damage_deductible_percent: int = 0
    losses: tuple[Loss, ...] = ()
    special: tuple[str, ...] = ()
    is_parked_lawfully: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementInput:
    """One accident. Two collisions of one chain that are two accidents in law are settled one by one.

    `all_agree_own_pays`: all chose 互碰自赔. `claims_from_nonmotor`: the motor side wants its own damage from the
    rider or pedestrian too (often waived).
    """

    parties: tuple[PartyInput, ...]
    all_agree_own_pays: bool = False
    claims_from_nonmotor: bool = False


@dataclass(frozen=True, slots=True)
class Payer:
    """`insurer:A` is the insurer of A's vehicle, `party:A` is A in person."""

    kind: str
    letter: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.letter}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One payment, or the part of a loss that the injured side bears (`cover` self, payer the payee in person).

    `on_behalf_of` names the party without fault whose compulsory insurance owes a 无责代赔.
    """

    payer: Payer
    payee: str
    cover: Cover
    head: Head
    loss_id: str
    amount_fen: int
    citations: tuple[Citation, ...]
    zh: str
    en: str
    on_behalf_of: str = ""

    @property
    def is_borne(self) -> bool:
        return self.cover is Cover.SELF


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an explanation: what was found, and the articles it rests on. `mark_zh` e.g. 参考 for unsure values."""

    zh: str
    en: str
    citations: tuple[Citation, ...] = ()
    mark_zh: str = ""
    mark_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The result. Every fen of every loss is in exactly one line; a breach of that is a bug and raises at once.

    `mode` is `ordinary` or `each_pays_own`; `mode_reasons` say why or why not. `shares` are the percents used.
    """

    mode: str
    mode_reasons: tuple[Step, ...]
    steps: tuple[Step, ...]
    lines: tuple[Line, ...]
    shares: tuple[tuple[str, Fraction], ...]
    total_loss_fen: int

    def __post_init__(self) -> None:
        assert all(line.amount_fen > 0 for line in self.lines), "a line without an amount"
        assert self.total_paid_fen + self.total_borne_fen == self.total_loss_fen, "fen lost or made"

    @property
    def total_paid_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines if not line.is_borne)

    @property
    def total_borne_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines if line.is_borne)

    @property
    def paid_by(self) -> dict[str, int]:
        """Fen by payer (`insurer:A`, `party:B`), borne parts left out."""
        return _sums((str(line.payer), line) for line in self.lines if not line.is_borne)

    @property
    def paid_to(self) -> dict[str, int]:
        """Fen by payee's letter, borne parts left out."""
        return _sums((line.payee, line) for line in self.lines if not line.is_borne)

    @property
    def borne_by(self) -> dict[str, int]:
        """Fen that parties bear of their own losses."""
        return _sums((line.payee, line) for line in self.lines if line.is_borne)

    def lines_of(self, payer: str) -> tuple[Line, ...]:
        """What one payer has to pay, e.g. `insurer:A`."""
        return tuple(line for line in self.lines if str(line.payer) == payer)


def _sums(pairs: Iterable[tuple[str, Line]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for key, line in pairs:
        totals[key] = totals.get(key, 0) + line.amount_fen
    return totals
