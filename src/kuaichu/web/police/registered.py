"""What the national platform has of a case and says of its vehicles, as the desk shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kuaichu import clock
from kuaichu.cases.models import Case, Party
from kuaichu.journal.models import Event
from kuaichu.links.models import Exchange
from kuaichu.records.comparing import Difference, differences, shared_code
from kuaichu.records.models import Record, VehicleCheck
from kuaichu.records.queries import checks_of, newest_record
from kuaichu.records.states import CheckState, RecordState


@dataclass(frozen=True)
class VehicleView:
    """A party's vehicle beside what was told. `state`: waiting, found, unknown, failed; `marks`: differences;
    `kind` is a code of 交通方式 or empty.
    """

    check: VehicleCheck
    state: str
    kind: str
    marks: frozenset[str]


@dataclass(frozen=True)
class RecordView:
    """The record of the last closing. `state`: waiting, recorded, failed (may be sent again), lost, recalled."""

    record: Record
    state: str


def vehicles(case: Case, parties: Sequence[Party], troubles: Sequence[Event | Exchange]) -> Mapping[str, VehicleView]:
    """By the party's letter (one statement)."""
    day = clock.local_day(case.occurred_at or case.created_at)
    unsent = _subjects(troubles)
    found = checks_of(case.pk, list(parties))
    return {
        party.letter: _vehicle(check, differences(check, party, on=day), is_unsent=str(check.pk) in unsent)
        for party in parties
        if (check := found.get(party.letter)) is not None
    }


def _vehicle(check: VehicleCheck, marks: Sequence[Difference], *, is_unsent: bool) -> VehicleView:
    is_sent_again = check.state == CheckState.FAILED and not is_unsent
    return VehicleView(
        check=check,
        state=str(CheckState.WAITING if is_sent_again else check.state),
        kind=shared_code(check.vehicle_kind),
        marks=frozenset(mark.value for mark in marks),
    )


def record(case: Case, troubles: Sequence[Event | Exchange]) -> RecordView | None:
    """None when nothing was filed (one statement)."""
    filed = newest_record(case.pk)
    if filed is None:
        return None
    state = str(filed.state)
    if state == RecordState.FAILED and str(filed.pk) not in _subjects(troubles):
        state = str(RecordState.WAITING) if filed.closed_at == case.closed_at else "lost"
    return RecordView(filed, state)


def _subjects(troubles: Sequence[Event | Exchange]) -> set[str]:
    """What the messages that came to nothing were about; those not among them are on their way again."""
    return {trouble.subject_id for trouble in troubles if isinstance(trouble, Exchange)}
