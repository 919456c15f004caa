"""The money as the parties see it: which insurer pays whom, how far each payment is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import UUIDField
from django.utils.translation import get_language, gettext

from kuaichu import rows
from kuaichu.cases.models import Case, Party
from kuaichu.claims.actions.settling import consent_each_pays_own
from kuaichu.claims.models import Claim, OwnPayConsent, Payment, Settlement
from kuaichu.claims.rechecking import due_anew
from kuaichu.claims.states import ClaimState, PaymentState
from kuaichu.prepared import Prepared
from kuaichu.web.driver import words

_CLAIMS = Prepared(
    lambda case: Claim.objects.filter(case=case).select_related("insurer").order_by("party__letter"), case=UUIDField()
)
_PAYMENTS = Prepared(
    lambda settlement: Payment.objects.filter(settlement=settlement).select_related("claim__insurer"),
    settlement=UUIDField(),
)


@dataclass(frozen=True)
class PaymentLine:
    """One sum on its way to one party."""

    payer: str
    payee_letter: str
    payee: str
    amount_fen: int
    state: str
    is_done: bool
    done_at: datetime | None


@dataclass(frozen=True)
class ClaimLine:
    """How far one insurer is."""

    insurer: str
    phone: str
    side: str
    report_number: str
    sentence: str


@dataclass(frozen=True)
class Money:
    """`own_pay` offers 互碰自赔 where all but the parties' wish is there; `wishing` are the letters that wish it."""

    claims: tuple[ClaimLine, ...]
    payments: tuple[PaymentLine, ...]
    borne_fen: int
    steps: tuple[str, ...]
    may_own_pay: bool
    wishing: tuple[str, ...]
    is_rechecked: bool
    due_anew: tuple["DueLine", ...]

    @property
    def is_all_paid(self) -> bool:
        """Nothing is open any more: a new determination may have changed what is due since the money came."""
        return not self.is_rechecked and bool(self.payments) and all(payment.is_done for payment in self.payments)


@dataclass(frozen=True)
class DueLine:
    """What an insurer is to pay a party by the determination that came after the money."""

    payer: str
    payee_letter: str
    payee: str
    amount_fen: int


def of(case: Case, parties: Sequence[Party]) -> Money:
    """The claims, the payments of the settlement in force, and who wishes what (four statements)."""
    letters = {party.pk: party.letter for party in parties}
    claims = _CLAIMS.all(case=case)
    settlement = rows.find(Settlement, case=case, voided_at=None)
    payments = _PAYMENTS.all(settlement=settlement) if settlement else []
    wishing = OwnPayConsent.objects.filter(party__in=letters).values_list("party_id", flat=True)
    return Money(
        claims=tuple(_claim(claim, letters[claim.party_id]) for claim in claims),
        payments=tuple(_payment(payment, letters[payment.payee_id]) for payment in payments),
        borne_fen=settlement.borne_fen if settlement else 0,
        steps=tuple(_said(step) for step in settlement.steps) if settlement else (),
        may_own_pay=bool(settlement and settlement.may_each_pay_own),
        wishing=tuple(sorted(letters[pk] for pk in wishing)),
        is_rechecked=any(claim.flagged_at for claim in claims),
        due_anew=tuple(
            DueLine(due.insurer, due.payee_letter, words.side(due.payee_letter), due.amount_fen)
            for due in (due_anew(case) if any(claim.flagged_at for claim in claims) else ())
        ),
    )


def wish_own_pays(party_id: UUID) -> None:
    """This party wishes that each insurer pays its own car."""
    consent_each_pays_own(party_id=party_id)


def _claim(claim: Claim, letter: str) -> ClaimLine:
    sentence = {
        ClaimState.NOTIFIED: gettext("资料已送到，等保险公司受理"),
        ClaimState.ACCEPTED: gettext("已受理，等待定损"),
        ClaimState.ASSESSED: gettext("损失已定，等待核赔"),
        ClaimState.APPROVED: gettext("已核定，正在付款"),
        ClaimState.PAID: gettext("已付清"),
        ClaimState.SETTLED: gettext("不需要付款，已办结"),
        ClaimState.REFUSED: gettext("不赔，理由已书面通知"),
    }[ClaimState(claim.state)]
    insurer = claim.insurer
    return ClaimLine(insurer.short_name, insurer.phone, words.side(letter), claim.report_number, sentence)


def _payment(payment: Payment, letter: str) -> PaymentLine:
    state = {
        PaymentState.PLANNED: gettext("等待付款"),
        PaymentState.ORDERED: gettext("付款中"),
        PaymentState.CONFIRMED: gettext("已到账"),
        PaymentState.FAILED: gettext("没有成功，正在处理"),
    }[PaymentState(payment.state)]
    return PaymentLine(
        payer=payment.claim.insurer.short_name,
        payee_letter=letter,
        payee=words.side(letter),
        amount_fen=payment.amount_fen,
        state=state,
        is_done=payment.state == PaymentState.CONFIRMED,
        done_at=payment.confirmed_at,
    )


def _said(step: dict[str, str]) -> str:
    return str(step.get("en" if (get_language() or "").startswith("en") else "zh", ""))
