"""What the claims room deletes when a case's time is over."""

from uuid import UUID

from kuaichu.claims.models import Assessment, Claim, Payment, Settlement


def delete_case(case_id: UUID) -> None:
    """Claims, assessments, settlements and payments of the case; the caller holds its lock."""
    Payment.objects.filter(claim__case_id=case_id).delete()
    for model in (Settlement, Assessment, Claim):
        model.objects.filter(case_id=case_id).delete()
