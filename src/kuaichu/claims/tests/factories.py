"""Cases whose liability is settled, ready for insurers; and what insurers answer."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction

from kuaichu import clock
from kuaichu.accounts.models import Agency, Person
from kuaichu.cases.models import Case, Party
from kuaichu.cases.states import Path, Stage
from kuaichu.cases.tokens import party_token, token_digest
from kuaichu.claims import actions
from kuaichu.claims.models import Claim, Payment, Settlement, SettlementLine
from kuaichu.claims.reactions import open_claims
from kuaichu.dossier.models import Instrument, InstrumentFile
from kuaichu.dossier.states import InstrumentKind, InstrumentState
from kuaichu.journal.actions import record
from kuaichu.journal.actors import SYSTEM
from kuaichu.liability.models import Determination
from kuaichu.links.insurer.protocol import Acceptance, PaymentNews, Policy

FULL = ({"A": "full", "B": "none"}, {"A": 100, "B": 0})
PRIMARY = ({"A": "primary", "B": "secondary"}, {"A": 70, "B": 30})
EQUAL = ({"A": "equal", "B": "equal"}, {"A": 50, "B": 50})
COVERED = Policy(True, True, 200_000_000, 0, True, 0)
ONLY_CTPL = Policy(True, True, 0, 0, False, 0)
CARD = "6217000000000000000"
NAMES = {"A": "王小明", "B": "李𬱟", "C": "司马光"}


def determine(case: Case, officer: Person, liability: tuple[dict[str, str], dict[str, int]]) -> Instrument:
    """A completed determination with its sealed file; earlier ones are superseded."""
    now = clock.now()
    Determination.objects.filter(case=case, superseded_at__isnull=True).update(superseded_at=now)
    Instrument.objects.filter(case=case).update(state=InstrumentState.SUPERSEDED)
    number = f"{case.number}R{case.instruments.count() + 1}"
    instrument = Instrument.objects.create(
        case=case,
        kind=InstrumentKind.DETERMINATION,
        number=number,
        state=InstrumentState.COMPLETED,
        unit=case.unit,
        issued_by=officer,
        content="{}",
        content_digest="0" * 64,
        verify_code=uuid.uuid4().hex[:12],
        created_at=now,
        completed_at=now,
    )
    grades, shares = liability
    Determination.objects.create(
        case=case,
        instrument=instrument,
        officer=officer,
        grades=grades,
        shares=shares,
        facts_text="甲方追尾乙方。",
        is_override=False,
        issued_at=now,
    )
    InstrumentFile.objects.create(
        instrument=instrument, edition="signed", sha256=uuid.uuid4().hex * 2, size=1, sealed_at=now
    )
    return instrument


def new_party(case: Case, letter: str, insurer: Agency | None, kind: str = "motor", card: str = CARD) -> Party:
    party_id = uuid.uuid4()
    now = clock.now()
    return Party.objects.create(
        id=party_id,
        case=case,
        letter=letter,
        kind=kind,
        token_digest=token_digest(party_token(party_id)),
        link_expires_at=now + timedelta(days=30),
        joined_at=now,
        name=NAMES[letter],
        phone=f"1380013800{ord(letter) % 10}",
        phone_confirmed_at=now,
        plate=f"浙D1234{ord(letter) % 10}" if kind == "motor" else "",
        plate_kind="02" if kind == "motor" else "",
        insurer=insurer,
        policy_number="PDZA202633990000012345" if insurer else "",
        damaged_parts=["front"] if letter == "A" else ["rear"],
        payout_account=card,
    )


def settled_case(
    unit: Agency,
    officer: Person,
    insurers: list[Agency | None],
    *,
    liability: tuple[dict[str, str], dict[str, int]] = FULL,
    kinds: tuple[str, ...] = ("motor", "motor", "motor"),
    card: str = CARD,
) -> Case:
    """A case at CLAIMS with parties A, B (C), one for each of `insurers` (None: uninsured)."""
    now = clock.now()
    case = Case.objects.create(
        number=f"339900{uuid.uuid4().int % 10**14:014d}",
        place_id="339900",
        unit=unit,
        stage=Stage.CLAIMS,
        path=Path.ONLINE,
        created_at=now,
        occurred_at=now - timedelta(minutes=40),
        location="人民路与解放路路口",
        weather="1",
        collision_form="1",
    )
    for letter, insurer, kind in zip("ABC", insurers, kinds, strict=False):
        new_party(case, letter, insurer, kind, card)
    determine(case, officer, liability)
    return case


def complete(case: Case) -> Case:
    """What happens when everybody has signed."""
    with transaction.atomic():
        event = record("instrument.completed", stream=case.pk, actor=SYSTEM)
    open_claims(event)
    case.refresh_from_db()
    return case


def accept_all(case: Case, policy: Policy = COVERED) -> dict[str, Claim]:
    for claim in Claim.objects.filter(case=case, state="notified"):
        actions.accept(claim_id=claim.pk, acceptance=Acceptance(f"R{claim.pk.hex[:10]}", policy))
    return claims_of(case)


def claims_of(case: Case) -> dict[str, Claim]:
    rows = Claim.objects.filter(case=case).select_related("party", "insurer").order_by("party__letter")
    return {claim.party.letter: claim for claim in rows}


def assess(case: Case, adjusters: list[Person], **yuan: int) -> Any:
    """Assess each party's vehicle at whole yuan, by whichever adjuster has to."""
    for letter, amount in yuan.items():
        party = case.parties.get(letter=letter)
        line = actions.LossLine(part="front", item="", work="repair", amount_fen=amount * 100)
        assess_one(party, adjusters, [line] if amount else [])
    return settlement_of(case)


def assess_one(party: Party, adjusters: list[Person], lines: list[actions.LossLine]) -> None:
    from kuaichu.errors import NotFound

    for adjuster in adjusters:
        try:
            actions.record_assessment(party_id=party.pk, adjuster=adjuster, lines=lines)
        except NotFound:
            continue
        return
    raise AssertionError("nobody may assess this vehicle")


def settlement_of(case: Case) -> Any:
    return Settlement.objects.filter(case=case, voided_at__isnull=True).first()


def lines_of(case: Case) -> list[tuple[str, str, str, int]]:
    """(payer, payee, cover, yuan), in the order of the settlement."""
    settlement = settlement_of(case)
    assert settlement is not None
    return [
        (
            _payer(line),
            line.payee.letter,
            line.cover,
            line.amount_fen // 100,
        )
        for line in settlement.lines.select_related("payer_claim__party", "payer_party", "payee")
    ]


def _payer(line: SettlementLine) -> str:
    if line.payer_claim:
        return f"insurer:{line.payer_claim.party.letter}"
    assert line.payer_party
    return f"party:{line.payer_party.letter}"


def ready_to_pay(case: Case, adjusters: list[Person], *, policy: Policy = COVERED, **yuan: int) -> list[Payment]:
    """Opened, accepted, assessed and approved by everybody who pays."""
    complete(case)
    accept_all(case, policy)
    settlement = assess(case, adjusters, **yuan)
    assert settlement is not None
    for claim in claims_of(case).values():
        if settlement.lines.filter(payer_claim=claim).exists():
            actions.approve(claim_id=claim.pk, adjuster=adjuster_of(claim, adjusters), version=settlement.version)
    return list(Payment.objects.filter(settlement=settlement).order_by("claim__party__letter", "payee__letter"))


def adjuster_of(claim: Claim, adjusters: list[Person]) -> Person:
    return next(person for person in adjusters if person.agency_id == claim.insurer_id)


def pay(payment: Payment, adjusters: list[Person]) -> None:
    """Ordered and confirmed."""
    actions.order_payment(payment_id=payment.pk, adjuster=adjuster_of(payment.claim, adjusters))
    confirm(payment)


def confirm(payment: Payment, **changes: Any) -> bool:
    facts: dict[str, Any] = {
        "is_paid": True,
        "amount_fen": payment.amount_fen,
        "partner_reference": "P1",
        "reason_code": "",
    } | changes
    return actions.confirm_payment(
        payment_id=payment.pk, agency_code=payment.claim.insurer.code, news=PaymentNews(**facts)
    )
