"""The compulsory insurance (交强险): first the vehicles without fault, then all who owe, each within its limits."""

from fractions import Fraction

from kuaichu.law.citations import Citation
from kuaichu.law.national.settlement.ledger import Ledger, Open, head_names, is_property
from kuaichu.law.national.settlement.rounding import round_matrix, split
from kuaichu.law.national.settlement.shapes import PROPERTY, Cover, Grade, Head, Kind, PartyInput, Payer, Step
from kuaichu.law.national.settlement.special import refuses

_PAYS = Citation("compulsory_regulation", "21(1)")
_LIMITS = Citation("compulsory_regulation", "23(1)")
_PRACTICE = Citation("compulsory_claims_guide")
_OWNER_PAYS = Citation("injury_interpretation", "16(1)")
_BY_LIMITS = Citation("injury_interpretation", "18(1)")
_INSURED_FIRST = Citation("injury_interpretation", "18(3)")
_BY_LOSSES = Citation("injury_interpretation", "19")


def pay_for_no_fault(ledger: Ledger) -> None:
    """无责代赔 (交强险理赔实务规程): what vehicles without fault owe for the damage of vehicles at fault is paid by the
    latter's own insurer, in a limit of its own: vehicles without fault x limit / vehicles at fault, for vehicles only.

    A vehicle without fault counts as insured. Where the vehicle at fault has no compulsory insurance, those without
    fault pay it themselves.
    """
    at_fault, without = ledger.motors_at_fault, ledger.motors_without_fault
    if not at_fault or not without:
        return
    limit = ledger.value(f"ctpl.no_fault.{PROPERTY}").number
    sub_limit = len(without) * limit // len(at_fault)
    for party in sorted(at_fault, key=lambda party: party.letter):
        room = sub_limit
        for entry in ledger.open_losses():
            if entry.owner is party and entry.loss.head is Head.VEHICLE:
                amount = min(room, entry.unpaid_fen)
                room -= amount
                _pay_no_fault_lines(ledger, entry, amount)


def _pay_no_fault_lines(ledger: Ledger, entry: Open, amount: int) -> None:
    without = sorted(ledger.motors_without_fault, key=lambda party: party.letter)
    owner = entry.owner
    citations: tuple[Citation, ...]
    for party, part in zip(without, split(amount, [Fraction(1)] * len(without)), strict=True):
        a, b = owner.letter, party.letter
        if owner.has_ctpl:
            payer, cover, citations = Payer("insurer", a), Cover.CTPL_NO_FAULT, (_LIMITS, _PRACTICE)
            why = (
                f"{b} 方没有责任，它的交强险仍要赔一点 {a} 方的车损；由 {a} 方的保险公司代为支付（无责代赔）",
                f"Without fault, {b}'s compulsory insurance still owes some of {a}'s damage; {a}'s own insurer pays it",
            )
        elif party.has_ctpl:
            payer, cover, citations = Payer("insurer", b), Cover.CTPL_NO_FAULT, (_LIMITS,)
            why = (
                f"{b} 方没有责任，它的交强险在无责限额内赔 {a} 方的车损（{a} 方没有交强险，不能代赔）",
                f"Without fault, {b}'s compulsory insurance pays {a}'s damage within the lower limit",
            )
        else:
            payer, cover, citations = Payer("party", b), Cover.PARTY, (_OWNER_PAYS,)
            why = (
                f"{b} 方没有交强险，由 {b} 方在无责限额内自己赔 {a} 方的车损",
                f"{b} has no compulsory insurance and pays within the lower limit in its place",
            )
        ledger.pay(entry, payer=payer, cover=cover, amount_fen=part, citations=citations, why=why, on_behalf_of=b)


def pay_compulsory(ledger: Ledger) -> None:
    """条例 21, 23; 法释 18(1): each loss goes to those who owe it in proportion to their limits; 法释 19: a limit that
    does not suffice is shared by the losses; what is left of a limit serves those not yet whole. 法释 18(3), 16: where
    only some are insured their insurers come first, then the uninsured owners up to the same limits.
    """
    for is_insured in (True, False):
        payers = {party.letter: party for party in ledger.motors if party.has_ctpl is is_insured}
        buckets: dict[str, list[Open]] = {}
        for entry in ledger.open_losses() if payers else ():
            buckets.setdefault(entry.bucket, []).append(entry)
        for bucket, entries in buckets.items():
            limits = {letter: ledger.limit(party, bucket).number for letter, party in payers.items()}
            owed_by = {
                entry.loss.id: [letter for letter, party in payers.items() if _owes(ledger, party, entry)]
                for entry in entries
            }
            exact = _one_by_one(entries, owed_by, limits) or _allocate(entries, owed_by, limits)
            _write(ledger, entries, round_matrix(exact))


def _one_by_one(
    entries: list[Open], owed_by: dict[str, list[str]], limits: dict[str, int]
) -> dict[tuple[str, str], Fraction | int]:
    """The plain case, each loss owed by one payer at most: all of it, or by losses within the limit. Else empty."""
    if any(len(letters) > 1 for letters in owed_by.values()):
        return {}
    asked: dict[str, int] = {}
    for entry in entries:
        for letter in owed_by[entry.loss.id]:
            asked[letter] = asked.get(letter, 0) + entry.unpaid_fen
    return {
        (letter, entry.loss.id): entry.unpaid_fen
        if asked[letter] <= limits[letter]
        else Fraction(entry.unpaid_fen * limits[letter], asked[letter])
        for entry in entries
        for letter in owed_by[entry.loss.id]
    }


def _allocate(
    entries: list[Open], owed_by: dict[str, list[str]], whole_limits: dict[str, int]
) -> dict[tuple[str, str], Fraction | int]:
    """Exact amounts by (payer's letter, loss id). Each round satisfies everybody or exhausts a limit, so it ends."""
    limits = {letter: Fraction(limit) for letter, limit in whole_limits.items()}
    left = dict(limits)
    unpaid = {entry.loss.id: Fraction(entry.unpaid_fen) for entry in entries}
    paid: dict[tuple[str, str], Fraction | int] = {}
    while True:
        asked = _ask(unpaid, owed_by, limits, left)
        if not asked:
            return paid
        for letter in limits:
            wanted = {key: amount for key, amount in asked.items() if key[0] == letter}
            total = sum(wanted.values(), Fraction(0))
            if not total:
                continue
            factor = min(Fraction(1), left[letter] / total)
            for key, amount in wanted.items():
                paid[key] = paid.get(key, Fraction(0)) + amount * factor
                unpaid[key[1]] -= amount * factor
            left[letter] -= total * factor


def _ask(
    unpaid: dict[str, Fraction], owed_by: dict[str, list[str]], limits: dict[str, Fraction], left: dict[str, Fraction]
) -> dict[tuple[str, str], Fraction]:
    """What each loss asks of each payer that has something left, in proportion to the limits."""
    asked = {}
    for loss_id, amount in unpaid.items():
        able = [letter for letter in owed_by[loss_id] if left[letter] > 0]
        whole = sum((limits[letter] for letter in able), Fraction(0))
        for letter in able if amount > 0 else ():
            asked[letter, loss_id] = amount * limits[letter] / whole
    return asked


def _owes(ledger: Ledger, payer: PartyInput, entry: Open) -> bool:
    """Whether this vehicle's compulsory insurance answers for the loss at all: never for its own side (条例 3, 21).

    A vehicle without fault answers for people: those outside vehicles and those in vehicles at fault. For property it
    answers only where no motor vehicle is at fault; for vehicles at fault it already has (无责代赔).
    """
    if payer.letter == entry.owner.letter or refuses(payer, entry):
        return False
    if payer.grade is not Grade.NONE:
        return True
    if is_property(entry):
        return entry.owner.kind is not Kind.MOTOR and not ledger.motors_at_fault
    return entry.owner.kind is not Kind.MOTOR or entry.owner.grade is not Grade.NONE


def _write(ledger: Ledger, entries: list[Open], amounts: dict[tuple[str, str], int]) -> None:
    by_id = {entry.loss.id: entry for entry in entries}
    for (letter, loss_id), amount in sorted(amounts.items(), key=lambda item: (item[0][1], item[0][0])):
        _write_one(ledger, by_id[loss_id], ledger.party(letter), amount, _citations(ledger, amounts, letter, loss_id))


def _citations(ledger: Ledger, amounts: dict[tuple[str, str], int], letter: str, loss_id: str) -> tuple[Citation, ...]:
    """The base, and the rule of sharing where several pay one loss or one limit serves several."""
    several_payers = sum(1 for payer, loss in amounts if loss == loss_id) > 1
    several_losses = sum(1 for payer, loss in amounts if payer == letter) > 1
    rules = ((_BY_LIMITS,) if several_payers else ()) + ((_BY_LOSSES,) if several_losses else ())
    return (_PAYS, ledger.tort_citation(), *rules)


def _write_one(ledger: Ledger, entry: Open, party: PartyInput, amount: int, citations: tuple[Citation, ...]) -> None:
    zh, en = head_names[entry.loss.head]
    a, b = party.letter, entry.owner.letter
    low_zh, low_en = ("无责", " lower (no-fault)") if party.grade is Grade.NONE else ("", "")
    if party.has_ctpl:
        why = (
            f"{a} 方的交强险先在{low_zh}限额内赔 {b} 方的{zh}",
            f"{a}'s compulsory insurance first pays {b}'s {en} within its{low_en} limit",
        )
        ledger.pay(entry, payer=Payer("insurer", a), cover=Cover.CTPL, amount_fen=amount, citations=citations, why=why)
        return
    why = (
        f"{a} 方没有交强险，本应由交强险赔的部分由 {a} 方自己赔 {b} 方的{zh}",
        f"{a} has no compulsory insurance and pays in its place for {b}'s {en}",
    )
    ledger.pay(entry, payer=Payer("party", a), cover=Cover.PARTY, amount_fen=amount, citations=(_OWNER_PAYS,), why=why)


def explain_recovery(ledger: Ledger) -> None:
    """法释 18(3): an insurer that paid for an uninsured vehicle as well may claim that part back."""
    at_fault = ledger.motors_at_fault
    insured = [party.letter for party in at_fault if party.has_ctpl]
    uninsured = [party.letter for party in at_fault if not party.has_ctpl]
    if insured and uninsured and len(ledger.entered.parties) > len(insured) + 1:
        ledger.steps.append(
            Step(
                f"{'、'.join(uninsured)} 方没有交强险：已投保车辆的保险公司先在限额内赔，多赔的部分可以向 {'、'.join(uninsured)} 方追偿",
                f"{', '.join(uninsured)} has no compulsory insurance: the others' insurers pay first and may claim it",
                (_INSURED_FIRST,),
            )
        )
