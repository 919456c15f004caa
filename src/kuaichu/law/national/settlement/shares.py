"""Shares in percent: as entered, or the default of grade and place. Liability and share are two separate values."""

from datetime import date
from fractions import Fraction

from kuaichu import law
from kuaichu.law.national.settlement.shapes import Grade, Kind, PartyInput, SettlementError, Step
from kuaichu.law.national.settlement.towards import share_to_nonmotor
from kuaichu.law.values import Value

_PAIRS = (
    {Grade.FULL: 1},
    {Grade.PRIMARY: 1, Grade.SECONDARY: 1},
    {Grade.EQUAL: 2},
)


def shares_of(parties: tuple[PartyInput, ...], *, on: date, place: str) -> tuple[dict[str, Fraction], tuple[Step, ...]]:
    """Percent by letter, summing to 100, and the steps that explain it. Raises SettlementError."""
    _check_grades(parties)
    entered = [party for party in parties if party.share_percent is not None]
    if entered:
        shares = _entered(parties)
        return shares, (_step_entered(parties), *_range_steps(parties, shares, on=on, place=place))
    values = _default_values(parties, on, place)
    shares = {letter: Fraction(percent) for letter, (percent, _) in values.items()}
    steps = tuple(_step_default(letter, percent, value) for letter, (percent, value) in sorted(values.items()))
    return shares, (*steps, *_range_steps(parties, shares, on=on, place=place))


def _range_steps(
    parties: tuple[PartyInput, ...], shares: dict[str, Fraction], *, on: date, place: str
) -> tuple[Step, ...]:
    """Where the place gives a range for the motor side, say so: within it the share is for people to choose."""
    motors = [party for party in parties if party.kind is Kind.MOTOR]
    people = [party for party in parties if party.kind in (Kind.NONMOTOR, Kind.PEDESTRIAN)]
    if len(motors) != 1 or not people or motors[0].grade in (Grade.FULL, Grade.NONE):
        return ()
    key = f"share_to_nonmotor.{motors[0].grade}"
    least, most = (law.find(f"{key}_{end}", on=on, place=place) for end in ("least", "most"))
    if least is None or most is None:
        return ()
    letter, share = motors[0].letter, shares[motors[0].letter]
    fits = least.number <= share <= most.number
    zh = f"当地规定 {letter} 方承担 {least.number}% 至 {most.number}%"
    en = f"Here {letter} owes {least.number} to {most.number} percent"
    if fits:
        return (Step(f"{zh}，在这个范围内由各方约定或者法院确定", f"{en}; within it people choose", (least.citation,)),)
    return (Step(f"{zh}，填写的比例不在这个范围内，请核对", f"{en}; the share entered is outside", (least.citation,)),)


def default_percent(grade: Grade, *, on: date, place: str) -> Value:
    """The usual share of a grade between motor vehicles."""
    return law.value(f"share.{grade}", on=on, place=place)


def _check_grades(parties: tuple[PartyInput, ...]) -> None:
    at_fault = [party.grade for party in parties if party.grade is not Grade.NONE]
    if not at_fault:
        raise SettlementError(
            "all_without_fault",
            "各方都没有责任（意外），怎么赔要由理赔人员人工核定",
            "Nobody is at fault. An adjuster has to settle this by hand",
        )
    if any(party.kind is Kind.OWNER and (party.grade is not Grade.NONE or party.share_percent) for party in parties):
        raise SettlementError(
            "owner_is_never_liable",
            "被撞设施的所有人没有责任，也不分担赔偿，请核对",
            "The owner of a facility that was hit is never liable and owes no share. Please check",
        )
    if Grade.FULL in at_fault and len(at_fault) > 1:
        raise SettlementError(
            "full_is_alone",
            "一方负全部责任时，其他方只能是无责任，请核对责任",
            "Where one party has full liability the others have none. Please check the liabilities",
        )
    if Grade.FULL not in at_fault and len(at_fault) == 1:
        raise SettlementError(
            "partial_is_not_alone",
            "只有一方有责任时，应为全部责任，请核对责任",
            "Where only one party is liable, its liability is full. Please check the liabilities",
        )


def _entered(parties: tuple[PartyInput, ...]) -> dict[str, Fraction]:
    shares = {party.letter: Fraction(party.share_percent or 0) for party in parties}
    if any(share < 0 for share in shares.values()) or sum(shares.values()) != 100:
        raise SettlementError(
            "shares_not_100",
            "各方赔偿比例加起来应是 100%，请核对",
            "The shares of all parties must add up to 100 percent. Please check them",
        )
    for party in parties:
        if party.kind is Kind.MOTOR and party.grade is Grade.NONE and shares[party.letter] and _only_motors(parties):
            raise SettlementError(
                "share_without_fault",
                f"{party.letter} 方无责任，对其他机动车不承担比例赔偿，请核对",
                f"{party.letter} is without liability and owes other motor vehicles no share. Please check",
            )
        if party.kind in (Kind.NONMOTOR, Kind.PEDESTRIAN) and party.grade is Grade.NONE and shares[party.letter]:
            raise SettlementError(
                "share_without_fault",
                f"{party.letter} 方无责任，不承担比例赔偿，请核对",
                f"{party.letter} is without liability and owes no share. Please check",
            )
    return shares


def _only_motors(parties: tuple[PartyInput, ...]) -> bool:
    return all(party.kind is Kind.MOTOR for party in parties)


def _default_values(parties: tuple[PartyInput, ...], on: date, place: str) -> dict[str, tuple[int, Value]]:
    motors = [party for party in parties if party.kind is Kind.MOTOR]
    people = [party for party in parties if party.kind in (Kind.NONMOTOR, Kind.PEDESTRIAN)]
    if motors and people:
        return _towards_people(motors, people, parties, on=on, place=place)
    grades = [party.grade for party in parties if party.grade is not Grade.NONE]
    if {grade: grades.count(grade) for grade in grades} not in _PAIRS:
        raise _needs_shares()
    found = {party.letter: law.value(f"share.{party.grade}", on=on, place=place) for party in parties}
    return {letter: (value.number, value) for letter, value in found.items()}


def _towards_people(
    motors: list[PartyInput], people: list[PartyInput], parties: tuple[PartyInput, ...], *, on: date, place: str
) -> dict[str, tuple[int, Value]]:
    """76(1).2: one motor vehicle, any number of riders and pedestrians of whom one at most is at fault: the place's
    share for the vehicle, the rest for the one at fault. Several vehicles, nobody else at fault: as between vehicles.
    """
    at_fault = [party for party in people if party.grade is not Grade.NONE]
    if len(motors) > 1 and not at_fault:
        grades = [party.grade for party in motors if party.grade is not Grade.NONE]
        if {grade: grades.count(grade) for grade in grades} not in _PAIRS:
            raise _needs_shares()
        values = {party.letter: law.value(f"share.{party.grade}", on=on, place=place) for party in parties}
        return {letter: (value.number, value) for letter, value in values.items()}
    if len(motors) > 1 or len(at_fault) > 1:
        raise _needs_shares()
    motor = motors[0]
    value = share_to_nonmotor(str(motor.grade), is_parked=motor.is_parked_lawfully, on=on, place=place)
    found = {party.letter: (0, value) for party in parties}
    found[motor.letter] = (value.number, value)
    if at_fault:
        found[at_fault[0].letter] = (100 - value.number, value)
    elif value.number != 100:
        raise _needs_shares()
    return found


def _needs_shares() -> SettlementError:
    return SettlementError(
        "shares_needed",
        "三方以上有责任（或既有机动车又有非机动车、行人有责任）时，法律没有统一比例，请填写民警认定或各方约定的比例",
        "With more than two liable parties the law fixes no shares. Please enter those of the officer or agreement",
    )


def _step_entered(parties: tuple[PartyInput, ...]) -> Step:
    listed = "、".join(f"{party.letter} {float(party.share_percent or 0):g}%" for party in parties)
    return Step(f"赔偿比例按填写的：{listed}", f"Shares as entered: {listed}")


def _step_default(letter: str, percent: int, value: Value) -> Step:
    return Step(
        f"{letter} 方按 {percent}% 承担交强险以外的部分",
        f"{letter} owes {percent}% beyond the compulsory insurance",
        (value.citation,),
        value.mark_zh,
        value.mark_en,
    )
