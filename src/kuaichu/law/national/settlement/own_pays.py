"""互碰自赔: each car's own insurer pays its own car, when every condition of the industry's rules holds."""

from kuaichu.law.citations import Citation
from kuaichu.law.national.settlement.ledger import Ledger
from kuaichu.law.national.settlement.shapes import Cover, Grade, Head, Kind, Payer, Step

_RULES = Citation("each_pays_own_rules")
_ON_BOARD = (Head.VEHICLE, Head.GOODS)


def reasons_against(ledger: Ledger) -> tuple[Step, ...]:
    """Every condition that fails; empty means that it may be used."""
    return tuple(Step(zh, en, (_RULES,)) for is_failed, zh, en in _conditions(ledger) if is_failed)


def _conditions(ledger: Ledger) -> list[tuple[bool, str, str]]:
    parties = ledger.entered.parties
    losses = [loss for party in parties for loss in party.losses]
    max_loss = ledger.value("each_pays_own.max_loss").number
    over = [party.letter for party in parties if sum(loss.amount_fen for loss in party.losses) > max_loss]
    limit = f"{max_loss // 100:,}"
    least = ledger.value("each_pays_own.min_vehicles").number
    return [
        (
            any(party.kind is not Kind.MOTOR for party in parties),
            "有非机动车或行人",
            "A rider or pedestrian is involved",
        ),
        (len(parties) < least, "少于两辆车", "There are fewer than two cars"),
        (any(not party.has_ctpl for party in parties), "有车没有交强险", "A car has no compulsory insurance"),
        (
            any(loss.head not in _ON_BOARD for loss in losses),
            "有人伤或车外财产损失",
            "There is injury or outside property",
        ),
        (
            bool(over),
            f"{'、'.join(over)} 方的损失超过 {limit} 元",
            f"The loss of {', '.join(over)} is above {limit} yuan",
        ),
        (any(party.grade is Grade.NONE for party in parties), "有一方没有责任", "A party is without liability"),
        (not ledger.entered.all_agree_own_pays, "没有全部同意互碰自赔", "Not all have agreed to it"),
    ]


def pay_own(ledger: Ledger) -> tuple[Step, ...]:
    """Pays every loss by the owner's own compulsory insurer; returns the reasons."""
    for entry in ledger.open_losses():
        letter = entry.owner.letter
        ledger.pay(
            entry,
            payer=Payer("insurer", letter),
            cover=Cover.EACH_PAYS_OWN,
            amount_fen=entry.unpaid_fen,
            citations=(_RULES,),
            why=(
                f"互碰自赔：{letter} 方的车由自己的交强险保险公司赔",
                f"Each pays own: {letter}'s car is paid by its own compulsory insurer",
            ),
        )
    return (
        Step(
            "各车都有交强险、只有车损且都不超过限额、各方都有责任并且都同意，可以互碰自赔：各找各的保险公司，最快",
            "All cars insured, only small vehicle damage, all liable and all agree: each insurer pays its own car",
            (_RULES,),
        ),
    )
