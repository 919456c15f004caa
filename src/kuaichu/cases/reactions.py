"""What the case does when a clock runs out, and which text messages go out when something happens."""

from uuid import UUID

from kuaichu.calls.actions.online import OnlineReport, close_case, forget_case, note_case
from kuaichu.cases.actions.officers import call_officer_when_late
from kuaichu.cases.models import Case, Deadline, Party, PartyKind, ScreeningAnswer
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


def enter_call(event: Event) -> None:
    """Time and place are known: the accident stands among the calls, and follows what is corrected or added."""
    case = Case.objects.get(pk=event.stream)
    if not case.is_open or case.occurred_at is None:
        return
    first = Party.objects.filter(case=case, letter="A").first()
    note_case(
        OnlineReport(
            number=case.number,
            place_code=case.place_id,
            unit_id=case.unit_id,
            reported_at=case.created_at,
            location=case.location,
            lon_wgs84=case.lon_wgs84,
            lat_wgs84=case.lat_wgs84,
            phone=first.phone if first else "",
            subclass=_subclass_of(case),
        )
    )


def _subclass_of(case: Case) -> str:
    """The class of calls: somebody hurt, a bicycle or e-bike in it, three vehicles or more, else two cars."""
    if ScreeningAnswer.objects.filter(case=case, question="injured", answer="yes").exists():
        return "injury"
    kinds = list(Party.objects.filter(case=case).values_list("kind", flat=True))
    if PartyKind.NONMOTOR in kinds:
        return "nonmotor"
    return "multi" if len(kinds) > 2 else "two_cars"


def close_call(event: Event) -> None:
    """The case was closed: its call is handled."""
    close_case(case_number=Case.objects.values_list("number", flat=True).get(pk=event.stream))


def forget_call(event: Event) -> None:
    """The report was given up: its call doesn't count and holds nothing of anybody."""
    forget_case(case_number=Case.objects.values_list("number", flat=True).get(pk=event.stream))


def signature_ran_out(deadline: Deadline) -> None:
    """Somebody did not sign in time: an officer takes the case up."""
    call_officer_when_late(deadline, reason="signature_timeout")


def details_ran_out(deadline: Deadline) -> None:
    """Somebody never gave the details or never chose: an officer takes the case up."""
    call_officer_when_late(deadline, reason="details_timeout")
