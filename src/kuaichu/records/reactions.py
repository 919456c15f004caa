"""What is filed, asked or forgotten when something happens to a case."""

from uuid import UUID

from kuaichu.journal.models import Event
from kuaichu.records import actions


def file_record(event: Event) -> None:
    """case.closed: the record goes to the platform."""
    actions.file_record(case_id=event.stream)


def drop_failed(event: Event) -> None:
    """case.closed: what the platform would not say of a vehicle is not asked again."""
    actions.drop_failed(case_id=event.stream)


def recall_record(event: Event) -> None:
    """case.reopened: what has not left yet stays here."""
    actions.recall_record(case_id=event.stream)


def look_up(event: Event) -> None:
    """particulars.given: the platform is asked for the vehicle."""
    actions.look_up(party_id=UUID(event.actor_id))


def forget_checks(event: Event) -> None:
    """case.withdrawn: nothing stays of the vehicles that were looked up."""
    actions.forget_checks(case_id=event.stream)
