"""What every action on a claim begins and ends with."""

from uuid import UUID

from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.cases import deadlines, matters
from kuaichu.cases.locking import lock_case
from kuaichu.cases.models import Case, Matter
from kuaichu.cases.states import Stage
from kuaichu.claims.models import Claim
from kuaichu.claims.permissions import may_handle_claim
from kuaichu.claims.states import DECIDED, ClaimState
from kuaichu.errors import NotFound, Refused

MATTER = "claim"
CLOCKS = ("claim.documents_list", "claim.decide", "claim.refusal_notice", "claim.pay")


def lock_claim(claim_id: UUID, *, adjuster: Person | None = None) -> tuple[Case, Claim]:
    """The claim and its locked case. Raises NotFound, also for an adjuster of another insurer."""
    found = Claim.objects.filter(pk=claim_id).values_list("case_id", flat=True).first()
    if found is None:
        raise NotFound("claim.unknown", "没有找到这笔理赔")
    case = lock_case(found)
    claim = Claim.objects.select_related("party", "insurer").get(pk=claim_id)
    if adjuster is not None and not may_handle_claim(adjuster, claim):
        raise NotFound("claim.unknown", "没有找到这笔理赔")
    return case, claim


def require_open(case: Case) -> None:
    """Nothing is decided about money while liability is being determined anew or the case is closed."""
    if case.stage != Stage.CLAIMS:
        raise Refused("case.moved_on", "案件已经到了“%(stage)s”这一步，请刷新后再看", stage=Stage(case.stage).label)


def require_no_review(case: Case) -> None:
    """An open review may change who is liable: no approval and no money until it is decided."""
    if Matter.objects.filter(case=case, kind="review", settled_at__isnull=True).exists():
        raise Refused("claim.review_open", "事故认定正在复核，等复核结论出来再核赔、付款")


def require_undecided(case: Case) -> None:
    """Figures change until the first insurer has approved."""
    if Claim.objects.filter(case=case, state__in=DECIDED).exists():
        raise Refused("settlement.frozen", "已经有保险公司核赔，定损和计算不能再改")


def end_claim(case: Case, claim: Claim, state: ClaimState) -> None:
    """The claim is over: clocks stop, the matter is settled. The caller holds the lock and records its event."""
    claim.state = state
    claim.closed_at = clock.now()
    claim.save()
    running = set(CLOCKS) - ({"claim.refusal_notice"} if state == ClaimState.REFUSED else set())
    deadlines.settle(case, *sorted(running), subject=str(claim.pk))
    matters.settle_matter(case, MATTER, subject=str(claim.pk), outcome=str(state))
