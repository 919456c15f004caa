"""Beyond the compulsory insurance: the share of each debtor, out of its commercial cover, then its own pocket."""

from fractions import Fraction

from kuaichu.law.citations import Citation
from kuaichu.law.national.settlement.ledger import Ledger, Open, head_names
from kuaichu.law.national.settlement.rounding import split
from kuaichu.law.national.settlement.shapes import Cover, Grade, Head, Kind, PartyInput, Payer

_TERMS = Citation("commercial_terms_2020")
_DIRECT = Citation("insurance_law", "65(1)")
_OWN = Citation("insurance_law", "60(2)")

Shares = dict[str, Fraction]
Debt = tuple[Open, int, Fraction]  # a loss, the part of it that is owed, and the share that the part comes from


def pay_by_share(ledger: Ledger, shares: Shares) -> None:
    """民法典 1213, 道交法 76: what is left of each loss falls on all by their shares; the owner's share stays with it."""
    owed: dict[str, list[Debt]] = {}
    own: list[tuple[Open, int]] = []
    for entry in ledger.open_losses():
        of_loss = shares_of_loss(entry, _debtors(ledger, entry), shares)
        debtors = [party for party in _debtors(ledger, entry) if of_loss[party.letter] > 0]
        weights = [of_loss[party.letter] for party in debtors]
        parts = split(entry.unpaid_fen, [*weights, 100 - sum(weights, Fraction(0))])
        for party, part in zip(debtors, parts, strict=False):
            owed.setdefault(party.letter, []).append((entry, part, of_loss[party.letter]))
        own.append((entry, parts[-1]))
    for letter, entries in sorted(owed.items()):
        _pay_debts(ledger, ledger.party(letter), entries)
    for entry, part in own:
        _bear(ledger, entry, part)


def shares_of_loss(entry: Open, debtors: list[PartyInput], shares: Shares) -> Shares:
    """76(1).2 lets a motor side without fault bear a part of a rider's or pedestrian's loss; it is no share of its own
    damage, for which who is fully liable owes all by general tort law (民法典 1165).
    """
    if entry.owner.kind is Kind.MOTOR and entry.owner.grade is Grade.NONE:
        return shares | {party.letter: Fraction(100) for party in debtors if party.grade is Grade.FULL}
    return shares


def _debtors(ledger: Ledger, entry: Open) -> list[PartyInput]:
    """Who owes a share of this loss. A rider or pedestrian owes a motor vehicle only where that is claimed."""
    others = [party for party in ledger.entered.parties if party.letter != entry.owner.letter]
    if entry.owner.kind is Kind.MOTOR and not ledger.entered.claims_from_nonmotor:
        others = [party for party in others if party.kind is Kind.MOTOR]
    return sorted(others, key=lambda party: (-_order(party), party.letter))


def _order(party: PartyInput) -> int:
    """Insured debtors come first where a single fen has to go to somebody."""
    return party.tpl_limit_fen


def _pay_debts(ledger: Ledger, debtor: PartyInput, owed: list[Debt]) -> None:
    """示范条款: min(owed, limit) x (1 - optional deductible), the limit once per accident; the rest is the debtor's own."""
    total = sum(part for _, part, _ in owed)
    covered = 0
    if debtor.grade is not Grade.NONE:
        covered = min(total, debtor.tpl_limit_fen) * (100 - debtor.tpl_deductible_percent) // 100
    by_insurer = split(covered, [Fraction(part) for _, part, _ in owed]) if total and covered else [0] * len(owed)
    for (entry, part, share), insured in zip(owed, by_insurer, strict=True):
        percent = f"{float(share):g}%"
        zh, en = head_names[entry.loss.head]
        a, b = debtor.letter, entry.owner.letter
        fault = ledger.fault_citation(entry, debtor)
        ledger.pay(
            entry,
            payer=Payer("insurer", a),
            cover=Cover.TPL,
            amount_fen=insured,
            citations=(ledger.tort_citation(), fault, _DIRECT, _TERMS),
            why=(
                f"交强险不够的部分，{a} 方按 {percent} 承担 {b} 方的{zh}，由 {a} 方的商业三者险赔",
                f"Beyond the compulsory insurance {a} owes {percent} of {b}'s {en}; its commercial cover pays",
            ),
        )
        ledger.pay(
            entry,
            payer=Payer("party", a),
            cover=Cover.PARTY,
            amount_fen=part - insured,
            citations=(ledger.tort_citation(), fault),
            why=_own_pocket(debtor, entry, percent),
        )


def _own_pocket(debtor: PartyInput, entry: Open, percent: str) -> tuple[str, str]:
    zh, en = head_names[entry.loss.head]
    a, b = debtor.letter, entry.owner.letter
    if debtor.kind is not Kind.MOTOR:
        reason_zh, reason_en = "", ""
    elif debtor.grade is Grade.NONE:
        reason_zh, reason_en = "（无责任时商业三者险不赔）", " (commercial cover pays nothing without liability)"
    elif debtor.tpl_limit_fen:
        reason_zh, reason_en = "（超出商业三者险限额或免赔的部分）", " (beyond the limit or the deductible)"
    else:
        reason_zh, reason_en = "（没有商业三者险）", " (no commercial cover)"
    return (
        f"{a} 方按 {percent} 承担 {b} 方的{zh}，由 {a} 方自己付{reason_zh}",
        f"{a} owes {percent} of {b}'s {en} and pays in person{reason_en}",
    )


def _bear(ledger: Ledger, entry: Open, part: int) -> None:
    """The owner's own share: own-damage cover for the vehicle, the rest is borne."""
    owner, name = entry.owner, head_names[entry.loss.head]
    letter = owner.letter
    if entry.loss.head is Head.VEHICLE and owner.kind is Kind.MOTOR and owner.has_own_damage:
        amount = part * (100 - owner.own_damage_deductible_percent) // 100
        ledger.pay(
            entry,
            payer=Payer("insurer", letter),
            cover=Cover.OWN_DAMAGE,
            amount_fen=amount,
            citations=(_TERMS, _OWN),
            why=(
                f"{letter} 方自己承担的车损，由自己的车损险赔",
                f"{letter}'s own share of its vehicle damage is paid by its own-damage cover",
            ),
        )
        part -= amount
    ledger.pay(
        entry,
        payer=Payer("party", letter),
        cover=Cover.SELF,
        amount_fen=part,
        citations=(ledger.tort_citation(),),
        why=(f"{letter} 方自己承担的{name[0]}", f"{letter} bears this part of its own {name[1]}"),
    )
