"""From what people ticked to what each party did, and the contradictions that only a person can resolve."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from kuaichu.law import codes
from kuaichu.law.national.liability.shapes import SPECIAL, UNFIT, LiabilityError, LiabilityFacts, PartyFacts
from kuaichu.law.national.liability.table import Act, table
from kuaichu.law.national.settlement.shapes import Kind

_MOVING = frozenset({"A01", "A02", "A03", "A04", "A14", "C01", "C07", "C09"})
_REAR_END = "A01"
RUNNING_INTO = frozenset({"A01", "C07"})
_FRONT = frozenset({"front", "front_left", "front_right"})
_REAR = frozenset({"rear", "rear_left", "rear_right"})
# Head-on, side against the direction, right angle, opposite scrape: no rear-end looks like these.
_NO_REAR_END_FORMS = frozenset({"2", "4", "5", "8"})
STANDING = frozenset({"parked_lawfully", "stopped_in_traffic"})
FAULTLESS = "no_fault"
_SIDES = {"left_lane": "left", "right_lane": "right"}


@dataclass(frozen=True, slots=True)
class Conduct:
    """One party's listed behaviours and weighing circumstances; `refusal` is a reason for an officer, or empty.

    `side`: `left` or `right` lane of two that merge, empty when nobody can tell.
    """

    facts: PartyFacts
    listed: frozenset[str]
    weighing: frozenset[str]
    is_standing: bool
    is_standing_proven: bool
    refusal: str
    side: str = ""
    all: frozenset[str] = field(init=False, compare=False)  # listed and weighing
    acts: tuple[Act, ...] = field(init=False, compare=False)
    special: frozenset[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Worked out once: every rule asks for these."""
        codes_of_all = self.listed | self.weighing
        object.__setattr__(self, "all", codes_of_all)
        object.__setattr__(self, "acts", tuple(table().acts[code] for code in sorted(codes_of_all)))
        object.__setattr__(self, "special", frozenset(self.facts.special))

    @property
    def is_unfit(self) -> bool:
        return bool(self.special & UNFIT)

    @property
    def is_proven_faultless(self) -> bool:
        return FAULTLESS in self.facts.circumstances

    @property
    def letter(self) -> str:
        return self.facts.letter

    def without_running_into(self) -> "Conduct":
        """As one that was only pushed or hit: then having stood is no contradiction either."""
        listed = self.listed - RUNNING_INTO
        is_resolved = self.refusal == "contradiction" and not listed & _MOVING
        return replace(self, listed=listed, refusal="" if is_resolved else self.refusal)


@lru_cache(maxsize=8192)
def read(party: PartyFacts) -> Conduct:
    """Raises LiabilityError for unknown codes."""
    known = table()
    listed, refusal = set(), ""
    for code in party.situations:
        if code == "stopped":
            continue
        if code == "other":
            refusal = refusal or "other"
        elif code in known.box_codes:
            row = known.boxes[party.kind].get(code)
            refusal = refusal or ("" if row else "unknown_row")
            listed |= {row} if row else set()
        else:
            row = code if known.act(code).kind is party.kind else known.counterpart(code, party.kind)
            refusal = refusal or ("" if row else "unknown_row")
            listed.add(row or code)
    circumstances = {known.act(code) for code in party.circumstances}
    for code in party.damaged_parts:
        if not codes.holds("damaged_part", code):
            raise LiabilityError("unknown_part", "没有这个车损部位", f"unknown damaged part {code!r}")
    is_standing = "stopped" in party.situations or party.is_stopped is True or bool(STANDING & set(party.circumstances))
    if (is_standing and listed & _MOVING) or (FAULTLESS in party.circumstances and listed):
        refusal = refusal or "contradiction"
    if set(party.special) - SPECIAL:
        raise LiabilityError("unknown_special", "没有这个特殊情形代码", f"unknown special; known: {sorted(SPECIAL)}")
    return Conduct(
        facts=party,
        listed=frozenset(listed),
        weighing=frozenset(act.code for act in circumstances if not act.is_neutral),
        is_standing=is_standing,
        is_standing_proven=bool(STANDING & set(party.circumstances)) or party.is_stopped is True,
        refusal=refusal,
        side=_side(party),
    )


def _side(party: PartyFacts) -> str:
    """As said, else by the damage: who is scraped on the right only was on the left."""
    said = [_SIDES[code] for code in party.circumstances if code in _SIDES]
    if said:
        return said[0] if len(set(said)) == 1 else ""
    sides = {side for part in party.damaged_parts for side in ("left", "right") if side in part}
    return {"left": "right", "right": "left"}[sides.pop()] if len(sides) == 1 else ""


def check(facts: LiabilityFacts) -> None:
    """Raises LiabilityError for facts that can't be read at all."""
    letters = [party.letter for party in facts.parties]
    if not letters or len(set(letters)) != len(letters):
        raise LiabilityError(
            "parties", "至少要有一方，各方代号不能重复", "there must be parties with different letters"
        )
    if facts.collision_form and not codes.holds("collision_form", facts.collision_form):
        raise LiabilityError("unknown_form", "没有这个碰撞形态", "unknown form of collision")
    for impact in facts.impacts:
        for _, part in impact.parts:
            if not codes.holds("damaged_part", part):
                raise LiabilityError("unknown_part", "没有这个车损部位", f"unknown damaged part {part!r}")
        if impact.hitter not in letters or impact.hit not in letters or impact.hitter == impact.hit:
            raise LiabilityError("impacts", "碰撞里的代号不对", "an impact names an unknown party or one twice")


def contradiction(conducts: tuple[Conduct, ...], collision_form: str) -> str:
    """The reason why the statements can't all be true, or empty."""
    refusals = [conduct.refusal for conduct in conducts if conduct.refusal]
    if refusals:
        return sorted(refusals)[0]
    rear_enders = [conduct for conduct in conducts if _REAR_END in conduct.listed]
    if rear_enders and collision_form in _NO_REAR_END_FORMS:
        return "form"
    if len(conducts) == 2 and len(rear_enders) == 1:
        hitter = rear_enders[0]
        ahead = next(conduct for conduct in conducts if conduct is not hitter)
        if not _touches(hitter, _FRONT) or not (_touches(ahead, _REAR) or ahead.facts.kind is Kind.PEDESTRIAN):
            return "parts"
    return ""


def _touches(conduct: Conduct, parts: frozenset[str]) -> bool:
    """Whether any damaged part lies there; nothing entered fits everything."""
    return not conduct.facts.damaged_parts or bool(parts & set(conduct.facts.damaged_parts))
