"""What the claims room deletes when a case's time is over."""

from uuid import UUID

from kuaichu.claims.models import Assessment, Claim, Payment, Settlement
from kuaichu.links.models import Exchange


def delete_case(case_id: UUID) -> None:
    """Claims, assessments, settlements and payments of the case, and what insurers have sent about them; the caller
    holds its lock."""
    about = [*Claim.objects.filter(case_id=case_id).values_list("pk", flat=True)]
    about += Payment.objects.filter(claim__case_id=case_id).values_list("pk", flat=True)
    Exchange.objects.filter(direction="in", subject_id__in=[str(pk) for pk in about]).delete()
    Payment.objects.filter(claim__case_id=case_id).delete()
    for model in (Settlement, Assessment, Claim):
        model.objects.filter(case_id=case_id).delete()
