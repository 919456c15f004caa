"""The settlement: compulsory insurance, commercial cover, own damage, own pocket, to the fen and with articles."""

from datetime import date

from kuaichu.law.citations import Citation
from kuaichu.law.national.settlement.commercial import pay_by_share
from kuaichu.law.national.settlement.compulsory import explain_recovery, pay_compulsory, pay_for_no_fault
from kuaichu.law.national.settlement.ledger import Ledger
from kuaichu.law.national.settlement.own_pays import pay_own, reasons_against
from kuaichu.law.national.settlement.shapes import (
    PROPERTY,
    Grade,
    Kind,
    PartyInput,
    Settlement,
    SettlementError,
    SettlementInput,
    Step,
)
from kuaichu.law.national.settlement.shares import shares_of
from kuaichu.law.national.settlement.special import bear_deliberate, check_special, explain_special
from kuaichu.money import yuan_text

_ORDER = Citation("road_safety_law", "76(1)")


def settle(entered: SettlementInput, *, on: date, place: str) -> Settlement:
    """Who pays whom what. `on` is the day of the accident (it decides the limits), `place` six digits.

    Raises SettlementError where the input contradicts itself or an adjuster has to compute by hand.
    """
    _check(entered)
    ledger = Ledger(entered, on, place)
    shares, share_steps = shares_of(entered.parties, on=on, place=place)
    against = reasons_against(ledger)
    if not against:
        mode, reasons = "each_pays_own", pay_own(ledger)
    else:
        mode, reasons = "ordinary", against
        ledger.steps.append(_order_step(ledger))
        ledger.steps.extend(_limit_steps(ledger))
        ledger.steps.extend(share_steps)
        explain_recovery(ledger)
        bear_deliberate(ledger)
        pay_for_no_fault(ledger)
        pay_compulsory(ledger)
        pay_by_share(ledger, shares)
        explain_special(ledger)
    return Settlement(
        mode=mode,
        mode_reasons=reasons,
        steps=tuple(ledger.steps),
        lines=tuple(ledger.lines),
        shares=tuple(sorted(shares.items())),
        total_loss_fen=sum(loss.amount_fen for party in entered.parties for loss in party.losses),
    )


def _check(entered: SettlementInput) -> None:
    letters = [party.letter for party in entered.parties]
    ids = [loss.id for party in entered.parties for loss in party.losses]
    if not letters or len(set(letters)) != len(letters) or len(set(ids)) != len(ids):
        raise SettlementError(
            "parties",
            "至少要有一方，各方代号和各项损失编号不能重复",
            "There must be a party, and letters and loss ids must differ",
        )
    for party in entered.parties:
        _check_party(party)


def _check_party(party: PartyInput) -> None:
    percents = (party.tpl_deductible_percent, party.own_damage_deductible_percent)
    if party.tpl_limit_fen < 0 or any(not 0 <= percent <= 100 for percent in percents):
        raise SettlementError(
            "cover",
            f"{party.letter} 方的限额或免赔率不对，请核对",
            f"Please check the limit and deductible of {party.letter}",
        )
    if any(loss.amount_fen < 0 for loss in party.losses):
        raise SettlementError("amount", "损失金额不能小于 0，请核对", "Amounts can't be below zero. Please check them")
    check_special(party)
    has_cover = party.has_ctpl or party.tpl_limit_fen or party.has_own_damage
    if party.kind is not Kind.MOTOR and has_cover:
        raise SettlementError(
            "cover_of_nonmotor",
            f"{party.letter} 方不是机动车，没有交强险和车险，请核对",
            f"{party.letter} is no motor vehicle and has none of these covers. Please check",
        )


def _order_step(ledger: Ledger) -> Step:
    return Step(
        "先由交强险在限额内赔，不够的按责任比例由商业三者险赔，再不够由责任人自己赔；自己承担的车损由自己的车损险赔",
        "Compulsory insurance pays first, then commercial cover by share, then the liable person; "
        "the own share of damage goes to the own-damage cover",
        (_ORDER, ledger.tort_citation()),
    )


def _limit_steps(ledger: Ledger) -> tuple[Step, ...]:
    """The limits on the day of the accident, once with and once without liability as far as they matter."""
    steps = []
    for grade_zh, grade_en, side, is_used in (
        ("有责任", "with liability", "liable", bool(ledger.motors_at_fault)),
        ("无责任", "without liability", "no_fault", any(party.grade is Grade.NONE for party in ledger.motors)),
    ):
        if is_used:
            value = ledger.value(f"ctpl.{side}.{PROPERTY}")
            amount = yuan_text(value.number)
            steps.append(
                Step(
                    f"按事故当天的规定，{grade_zh}车辆的交强险财产损失限额是 {amount} 元",
                    f"On the day of the accident the property limit {grade_en} was {amount} yuan",
                    (value.citation,),
                    value.mark_zh,
                    value.mark_en,
                )
            )
    return tuple(steps)
