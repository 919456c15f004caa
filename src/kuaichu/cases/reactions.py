"""What the case does when a clock runs out, and which text messages go out when something happens."""

from uuid import UUID

from kuaichu.cases.actions.officers import call_officer_when_late
from kuaichu.cases.models import Deadline, Party
from kuaichu.journal.models import Event
from kuaichu.links import actions as links


def send_link(event: Event) -> None:
    """A phone was confirmed: the party's own link goes to it, so that a closed page is found again."""
    party_id = UUID(event.actor_id)
    links.queue(
        kind="sms",
        vendor="default",
        operation="link.send",
        subject_id=str(party_id),
        key=f"link.send:{party_id}",
        stream=event.stream,
    )


def send_progress(event: Event) -> None:
    """The parties with a confirmed phone are told, once each; an agreement tells them itself, on the page."""
    if event.name == "instrument.served" and event.facts.get("kind") != "determination":
        return
    for letter in Party.objects.filter(case_id=event.stream, phone_confirmed_at__isnull=False).values_list(
        "letter", flat=True
    ):
        links.queue(
            kind="sms",
            vendor="default",
            operation="progress.send",
            subject_id=f"{event.pk}:{letter}",
            key=f"progress.send:{event.stream}:{event.seq}:{letter}",
            stream=event.stream,
        )


def signature_ran_out(deadline: Deadline) -> None:
    """Somebody did not sign in time: an officer takes the case up."""
    call_officer_when_late(deadline, reason="signature_timeout")


def details_ran_out(deadline: Deadline) -> None:
    """Somebody never gave the details or never chose: an officer takes the case up."""
    call_officer_when_late(deadline, reason="details_timeout")
