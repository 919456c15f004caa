"""What the case does when a clock runs out."""

from kuaichu.cases.actions.officers import call_officer_when_late
from kuaichu.cases.models import Deadline


def signature_ran_out(deadline: Deadline) -> None:
    """Somebody did not sign in time: an officer takes the case up."""
    call_officer_when_late(deadline, reason="signature_timeout")


def details_ran_out(deadline: Deadline) -> None:
    """Somebody never gave the details or never chose: an officer takes the case up."""
    call_officer_when_late(deadline, reason="details_timeout")
