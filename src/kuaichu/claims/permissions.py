"""Who may work on a claim."""

from kuaichu.accounts.models import Person
from kuaichu.accounts.permissions import may_work_at_insurer_desk
from kuaichu.claims.models import Claim


def may_handle_claim(person: Person, claim: Claim) -> bool:
    """Adjusters of the claim's own insurer."""
    return may_work_at_insurer_desk(person) and person.agency_id == claim.insurer_id
