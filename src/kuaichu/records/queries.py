"""Reading records and checks of vehicles."""

from uuid import UUID

from django.db.models import UUIDField

from kuaichu.cases.models import Party
from kuaichu.prepared import Prepared
from kuaichu.records.actions.checking import is_of
from kuaichu.records.models import Record, VehicleCheck

_NEWEST = Prepared(lambda case: Record.objects.filter(case_id=case).order_by("-revision")[:1], case=UUIDField())
_CHECKS = Prepared(lambda case: VehicleCheck.objects.filter(party__case_id=case).order_by("pk"), case=UUIDField())


def newest_record(case_id: UUID) -> Record | None:
    """The record of the last closing (one statement)."""
    return _NEWEST.first(case=case_id)


def checks_of(case_id: UUID, parties: "tuple[Party, ...] | list[Party]") -> dict[str, VehicleCheck]:
    """By the party's letter, of the vehicles that the parties name now (one statement)."""
    by_party = {check.party_id: check for check in _CHECKS.all(case=case_id)}
    found = {party.letter: by_party[party.pk] for party in parties if party.pk in by_party}
    named = {party.letter: party for party in parties}
    return {letter: check for letter, check in found.items() if is_of(check, named[letter])}
