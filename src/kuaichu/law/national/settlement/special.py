"""Persons whom the compulsory insurance treats apart, and who may claim back from whom.

条例 21(2), 道交法 76(2): who caused the accident deliberately gets nothing for itself. 条例 22: no licence, drunk, stolen or
deliberate: the insurer pays no property loss. 法释 15: people's loss it must pay within the limits (also for drugs and a
wrong class), and may claim it back from the driver. What commercial terms exclude then is for the insurer to say.
"""

from kuaichu.law.citations import Citation
from kuaichu.law.national.settlement.ledger import Ledger, Open, is_property
from kuaichu.law.national.settlement.shapes import UNFIT, Cover, Head, Kind, PartyInput, Payer, SettlementError, Step

_VICTIM = Citation("compulsory_regulation", "21(2)")
_MOTOR_FREE = Citation("road_safety_law", "76(2)")
_NO_PROPERTY = Citation("compulsory_regulation", "22(2)")
_RECOVERY = Citation("injury_interpretation", "15(2)")
_PEOPLE = Citation("injury_interpretation", "15(1)")
_FLED = Citation("civil_code", "1216")
_SUBROGATION = Citation("insurance_law", "60(1)")
# 条例 22(1); of a deliberate motorist too. Drugs and a wrong class stand in 法释 15 only, which is about people.
_WITHOUT_PROPERTY = frozenset({"drunk", "no_licence", "deliberate"})
_PEOPLE_ONLY = UNFIT | {"deliberate"}
_UNCLEAR = frozenset({"drink", "drugs", "wrong_class"})


def check_special(party: PartyInput) -> None:
    """Raises SettlementError where the answer hangs on a policy's terms or on a degree nobody has entered."""
    if not party.special or (party.kind is not Kind.MOTOR and set(party.special) <= {"deliberate"}):
        return
    has_terms = party.tpl_limit_fen > 0 or party.has_own_damage
    if has_terms or "drink" in party.special or "forged" in party.special:
        raise SettlementError(
            "special_person",
            f"{party.letter} 方有酒驾、无证、逃逸等情形，商业险赔不赔要看条款，要由理赔人员核定"
            "（商业险确定不赔的，请把限额填 0；醉酒的请填 drunk）",
            f"Drink, no licence or flight of {party.letter}: whether commercial cover pays is for an adjuster "
            "(enter 0 where it refuses, and drunk instead of drink above that limit)",
        )


def refuses(payer: PartyInput, entry: Open) -> bool:
    """Whether this vehicle's compulsory insurance does not answer for the loss because of its driver or the victim."""
    if "deliberate" in entry.owner.special:
        return True
    if not payer.has_ctpl or not is_property(entry):
        return False
    if set(payer.special) & _UNCLEAR:
        raise SettlementError(
            "special_person",
            f"{payer.letter} 方交强险是否赔财产损失，法律没有写明，要由理赔人员核定",
            f"Whether {payer.letter}'s compulsory insurance pays property is not said; an adjuster has to settle it",
        )
    return bool(set(payer.special) & _WITHOUT_PROPERTY)


def bear_deliberate(ledger: Ledger) -> None:
    """Who caused it deliberately bears its own loss."""
    for entry in ledger.open_losses():
        if "deliberate" in entry.owner.special:
            letter = entry.owner.letter
            why = (
                f"{letter} 方故意造成事故，自己的损失自己承担",
                f"{letter} caused it deliberately and bears its own loss",
            )
            payer = Payer("party", letter)
            ledger.pay(
                entry,
                payer=payer,
                cover=Cover.SELF,
                amount_fen=entry.unpaid_fen,
                citations=(_VICTIM, _MOTOR_FREE),
                why=why,
            )


def explain_special(ledger: Ledger) -> None:
    """Sentences on what insurers refuse and what they may claim back."""
    for party in sorted((party for party in ledger.motors if party.special), key=lambda party: party.letter):
        letter = party.letter
        paid = [line for line in ledger.lines if line.payer == Payer("insurer", letter) and line.cover is Cover.CTPL]
        if set(party.special) & _WITHOUT_PROPERTY and party.has_ctpl:
            zh = f"{letter} 方无证、醉酒或者故意，交强险不赔财产损失，由 {letter} 方自己赔"
            en = f"Without licence, drunk or deliberate, {letter}'s compulsory insurance pays no property loss"
            ledger.steps.append(Step(zh, en, (_NO_PROPERTY,)))
        if set(party.special) & _PEOPLE_ONLY and paid:
            zh = f"对人身损害，{letter} 方的交强险仍在限额内赔，赔付后可以向 {letter} 方追偿"
            en = f"For people {letter}'s compulsory insurance still pays within its limits and may claim it back"
            ledger.steps.append(Step(zh, en, (_PEOPLE, _RECOVERY)))
        if "fled" in party.special and paid:
            zh = f"{letter} 方逃逸，已投保交强险的，保险公司仍在限额内赔"
            ledger.steps.append(
                Step(zh, f"{letter} fled; its compulsory insurance still pays within its limits", (_FLED,))
            )
    _explain_subrogation(ledger)


def _explain_subrogation(ledger: Ledger) -> None:
    """保险法 60(1): the own-damage insurer may pay first and take over the claim against the liable person."""
    owing: dict[str, set[str]] = {}
    for line in ledger.lines:
        if line.cover is Cover.PARTY and line.head is Head.VEHICLE and ledger.party(line.payee).has_own_damage:
            owing.setdefault(line.payee, set()).add(line.payer.letter)
    for payee, debtors in sorted(owing.items()):
        names = "、".join(sorted(debtors))
        zh = f"{names} 方没有付的，{payee} 方可以先请自己的车损险赔，由保险公司再向 {names} 方追偿"
        en = f"If {names} does not pay, {payee} may ask its own-damage cover, which then claims from {names}"
        ledger.steps.append(Step(zh, en, (_SUBROGATION,)))
