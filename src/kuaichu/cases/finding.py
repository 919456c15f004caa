"""The rows that every request on a case needs. Unless it says so, each returns None (or nothing) for an unknown key."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

from kuaichu import rows
from kuaichu.accounts.models import Agency
from kuaichu.cases.models import Case, Party, PartyDevice
from kuaichu.errors import NotFound


def case_by_id(case_id: UUID, *, is_locked: bool = False) -> Case | None:
    """A case; with `is_locked` its row is locked until the transaction ends."""
    return rows.find(Case, is_locked=is_locked, pk=case_id)


def locked_case_of(party_id: UUID) -> Case | None:
    """The case of a party, locked."""
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    condition = "id = (SELECT case_id FROM cases_party WHERE id = %s)"
    return next(iter(rows.where(Case, condition, [rows.key(Party, party_id)], after=lock)), None)


def party_by_id(party_id: UUID) -> Party | None:
    return rows.find(Party, pk=party_id)


def party_with_case(party_id: UUID) -> Party:
    """A party that knows its case. Raises NotFound."""
    party = party_by_id(party_id)
    case = case_by_id(party.case_id) if party else None
    if party is None or case is None:
        raise NotFound("party.unknown", "没有找到这个案件")
    party.case = case
    return party


def party_by_token(token_digest: str) -> Party | None:
    return rows.find(Party, token_digest=token_digest)


def parties_of(case: Case) -> tuple[Party, ...]:
    """All sides by letter, each knowing its case, its host and its insurer. Two statements at most."""
    found = rows.select(Party, order_by="letter", case=case)
    by_id = {party.pk: party for party in found}
    insurers = _agencies({party.insurer_id for party in found if party.insurer_id})
    for party in found:
        party.case = case
        if party.host_id:
            party.host = by_id[party.host_id]
        if party.insurer_id:
            party.insurer = insurers[party.insurer_id]
    return tuple(found)


def _agencies(ids: Collection[UUID]) -> dict[UUID, Agency]:
    if not ids:
        return {}
    marks = ", ".join(["%s"] * len(ids))
    found = rows.where(Agency, f"id IN ({marks})", [rows.key(Agency, agency_id) for agency_id in ids])
    return {agency.pk: agency for agency in found}


def devices_of(party_ids: Collection[UUID]) -> list[tuple[UUID, str]]:
    """The trusted browsers of some parties, as (party, digest of the browser's secret)."""
    marks = ", ".join(["%s"] * len(party_ids))
    found = rows.where(PartyDevice, f"party_id IN ({marks})", [rows.key(Party, party_id) for party_id in party_ids])
    return [(device.party_id, device.secret_digest) for device in found]
