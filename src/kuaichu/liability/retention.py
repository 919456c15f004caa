"""What the liability room deletes when a case's time is over."""

from uuid import UUID

from kuaichu.liability.models import Determination, Proposal, Review


def delete_case(case_id: UUID) -> None:
    """Reviews, determinations and proposals of the case; the caller holds its lock."""
    Review.objects.filter(determination__case_id=case_id).delete()
    for model in (Determination, Proposal):
        model.objects.filter(case_id=case_id).delete()
