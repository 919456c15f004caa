"""Reading claims: the money of a case, an insurer's queues, one claim with all that belongs to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, UUIDField

from kuaichu.accounts.models import Agency
from kuaichu.cases.models import Case, Deadline, Matter, Party
from kuaichu.claims.models import Approval, Assessment, Claim, OwnPayConsent, Payment, Settlement, SettlementLine
from kuaichu.claims.responsibility import assessing_claims
from kuaichu.claims.states import DECIDED, ClaimState
from kuaichu.liability.queries import Grades, grades_in_force
from kuaichu.prepared import Prepared, how_many

MOST_ROWS = 100
_RUNNING = ("claim.documents_list", "claim.decide", "claim.pay", "claim.refusal_notice")


@dataclass(frozen=True)
class PartyMoney:
    """One side of the books; amounts in fen. `owed` are lines that this party pays in person, `borne` its own share."""

    party: Party
    claim: Claim | None
    assessing_claim: Claim | None
    assessment: Assessment | None
    received: tuple[SettlementLine, ...]
    owed: tuple[SettlementLine, ...]
    borne: tuple[SettlementLine, ...]
    payments: tuple[Payment, ...]
    wishes_own_pay: bool

    @property
    def loss_fen(self) -> int | None:
        """None while nobody has assessed."""
        return self.assessment.total_fen if self.assessment else None

    @property
    def received_fen(self) -> int:
        """What others pay this party, insurers and persons."""
        return sum(line.amount_fen for line in self.received)

    @property
    def owed_fen(self) -> int:
        return sum(line.amount_fen for line in self.owed)

    @property
    def borne_fen(self) -> int:
        return sum(line.amount_fen for line in self.borne)

    @property
    def confirmed_fen(self) -> int:
        """What insurers have already paid out to this party."""
        return sum(payment.amount_fen for payment in self.payments if payment.confirmed_at)


@dataclass(frozen=True)
class Money:
    """The books of a case. `settlement` is None until every vehicle is assessed; `lines` are all of its lines in
    order.
    """

    case: Case
    grades: Grades | None
    settlement: Settlement | None
    lines: tuple[SettlementLine, ...]
    parties: tuple[PartyMoney, ...]
    claims: tuple[Claim, ...]
    approvals: tuple[Approval, ...]
    payments: tuple[Payment, ...]
    is_review_open: bool

    @property
    def is_frozen(self) -> bool:
        """Whether an insurer has approved: figures no longer change."""
        return any(claim.state in DECIDED for claim in self.claims)

    @property
    def may_wish_own_pay(self) -> bool:
        """Whether the parties may still choose 互碰自赔."""
        return self.settlement is not None and self.settlement.may_each_pay_own and not self.is_frozen

    def of(self, party_id: UUID) -> PartyMoney:
        """The side of one party."""
        return next(side for side in self.parties if side.party.pk == party_id)


def money_of(case: Case) -> Money:
    """Everything about the money of a case (twelve statements at most, however many parties)."""
    parties = list(case.parties.select_related("insurer"))
    claims = tuple(Claim.objects.filter(case=case).select_related("party", "insurer").order_by("party__letter"))
    settlement = Settlement.objects.filter(case=case, voided_at__isnull=True).first()
    lines, approvals, payments = _books(settlement)
    assessments = {
        row.party_id: row
        for row in Assessment.objects.filter(case=case, replaced_at__isnull=True)
        .select_related("adjuster")
        .prefetch_related("lines")
    }
    wishing = set(OwnPayConsent.objects.filter(party__case=case).values_list("party_id", flat=True))
    grades = grades_in_force(case.pk)
    assessing = assessing_claims(parties, claims, grades) if grades else {}
    own = {claim.party_id: claim for claim in claims}
    return Money(
        case=case,
        grades=grades,
        settlement=settlement,
        lines=lines,
        parties=tuple(
            PartyMoney(
                party=party,
                claim=own.get(party.pk),
                assessing_claim=assessing.get(party.pk),
                assessment=assessments.get(party.pk),
                received=tuple(line for line in lines if line.payee_id == party.pk and line.cover != "self"),
                owed=tuple(line for line in lines if line.payer_party_id == party.pk and line.cover != "self"),
                borne=tuple(line for line in lines if line.payee_id == party.pk and line.cover == "self"),
                payments=tuple(payment for payment in payments if payment.payee_id == party.pk),
                wishes_own_pay=party.pk in wishing,
            )
            for party in parties
        ),
        claims=claims,
        approvals=approvals,
        payments=payments,
        is_review_open=Matter.objects.filter(case=case, kind="review", settled_at__isnull=True).exists(),
    )


def _books(
    settlement: Settlement | None,
) -> tuple[tuple[SettlementLine, ...], tuple[Approval, ...], tuple[Payment, ...]]:
    if settlement is None:
        return (), (), ()
    lines = settlement.lines.select_related("payer_claim__party", "payer_claim__insurer", "payer_party", "payee")
    approvals = settlement.approvals.select_related("adjuster", "claim")
    payments = settlement.payments.select_related("claim__insurer", "claim__party", "payee", "ordered_by")
    return tuple(lines), tuple(approvals), tuple(payments.order_by("claim__party__letter", "payee__letter"))


@dataclass(frozen=True)
class QueueRow:
    """One claim in a queue, with the clock that runs on it."""

    claim: Claim
    plates: str
    since_at: datetime
    due_at: datetime | None
    is_troubled: bool


@dataclass(frozen=True)
class Queue:
    """A tab of the insurer's desk. `label` and `empty` are msgids."""

    name: str
    label: str
    empty: str
    filter: Q


QUEUES = (
    Queue(
        "assess",
        "待定损",
        "文书一生效，理赔就会自动出现在这里。",
        Q(state__in=[ClaimState.NOTIFIED, ClaimState.ACCEPTED]),
    ),
    Queue(
        "approve", "待核赔", "各方车辆都定损、报案都受理后，赔款自动算好，在这里核赔。", Q(state=ClaimState.ASSESSED)
    ),
    Queue("pay", "待付款", "核赔后的付款在这里下达和跟踪。", Q(state=ClaimState.APPROVED)),
    Queue("recheck", "需复查", "付款之后责任又重新认定的理赔会出现在这里，由人来核对。", Q(flagged_at__isnull=False)),
    Queue(
        "done",
        "已办结",
        "付清、无需赔付和拒赔的理赔。",
        Q(state__in=[ClaimState.PAID, ClaimState.SETTLED, ClaimState.REFUSED]),
    ),
)
BY_NAME = {queue.name: queue for queue in QUEUES}


def queue_of(claim: Claim) -> Queue:
    """The queue in which a claim lies by its state."""
    by_state = {ClaimState.NOTIFIED: "assess", ClaimState.ACCEPTED: "assess", ClaimState.ASSESSED: "approve"}
    by_state |= {ClaimState.APPROVED: "pay"}
    return BY_NAME[by_state.get(ClaimState(claim.state), "done")]


def counts(agency: Agency) -> dict[str, int]:
    """How many claims of an insurer lie in each queue (one statement)."""
    return dict(zip(BY_NAME, _COUNTS.tuples(insurer=agency)[0], strict=True))


def _counts_of(insurer: UUID) -> QuerySet[Agency]:
    found = [Claim.objects.filter(queue.filter, insurer=insurer) for queue in QUEUES]
    return Agency.objects.filter(pk=insurer).values_list(*map(how_many, found))


_COUNTS = Prepared(_counts_of, insurer=UUIDField())


def rows(agency: Agency, queue: Queue) -> list[QueueRow]:
    """The claims of one queue, nearest deadline first, done ones newest first (three statements)."""
    claims = Claim.objects.filter(queue.filter, insurer=agency)
    order = "-closed_at" if queue.name == "done" else "opened_at"
    return _rows(claims.order_by(order, "pk"), key=_newest if queue.name == "done" else _nearest)


def search(agency: Agency, text: str) -> list[QueueRow]:
    """Claims of an insurer by any part of case number, report number or plate (three statements)."""
    wanted = "".join(text.split()).upper()
    if len(wanted) < 2:
        return []
    found = Q(case__number__contains=wanted) | Q(report_number__contains=wanted)
    found |= Q(case__parties__plate__contains=wanted)
    return _rows(Claim.objects.filter(found, insurer=agency).order_by("-opened_at").distinct(), key=_newest)


def _rows(claims: QuerySet[Claim], *, key: Callable[[QueueRow], tuple[float, str]]) -> list[QueueRow]:
    troubled = Payment.objects.filter(claim=OuterRef("pk")).exclude(problem_code="")
    claims = claims.annotate(has_payment_trouble=Exists(troubled))
    found = list(claims.select_related("case", "party", "insurer").prefetch_related("case__parties")[:MOST_ROWS])
    running = Deadline.objects.filter(clock__in=_RUNNING, settled_at__isnull=True, case__in=[c.case_id for c in found])
    clocks = {deadline.subject: deadline for deadline in running.order_by("-due_at")}
    made = [_row(claim, clocks.get(str(claim.pk))) for claim in found]
    return sorted(made, key=key)


def _row(claim: Claim, deadline: Deadline | None) -> QueueRow:
    return QueueRow(
        claim=claim,
        plates=" / ".join(party.plate or party.get_kind_display() for party in claim.case.parties.all()),
        since_at=deadline.started_at if deadline else claim.closed_at or claim.opened_at,
        due_at=deadline.due_at if deadline else None,
        is_troubled=bool(claim.notify_failed_at or claim.flagged_at or claim.has_payment_trouble),  # type: ignore[attr-defined]
    )


def _nearest(row: QueueRow) -> tuple[float, str]:
    return ((row.due_at or row.since_at).timestamp(), str(row.claim.pk))


def _newest(row: QueueRow) -> tuple[float, str]:
    return (-row.since_at.timestamp(), str(row.claim.pk))
