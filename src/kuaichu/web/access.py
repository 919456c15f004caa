"""The one path from an address to an object: it returns the thing or refuses as if it did not exist."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import UUIDField
from django.http import HttpRequest

from kuaichu import clock, law
from kuaichu.accounts.models import Person
from kuaichu.cases import finding
from kuaichu.cases.actions.phones import device_digest
from kuaichu.cases.models import Case, Party
from kuaichu.cases.permissions import may_handle
from kuaichu.cases.tokens import party_token, token_digest
from kuaichu.errors import NotFound, Refused
from kuaichu.prepared import Prepared

DEVICE_COOKIE = "kc_device"
_CASE = Prepared(
    lambda case: Case.objects.filter(pk=case).select_related("unit", "place").order_by("pk")[:1], case=UUIDField()
)


@dataclass(frozen=True)
class PartyAccess:
    """A party as reached from one browser.

    `is_trusted`: neither the party nor its host has confirmed a phone yet, or this browser belongs to one of them.
    """

    party: Party
    case: Case
    is_trusted: bool


def find_party(request: HttpRequest, token: str) -> PartyAccess:
    """The party behind a link, trusted or not. Raises NotFound (unknown) or Refused("link.expired")."""
    party = party_behind(token)
    return PartyAccess(party, party.case, _is_trusted(request, party))


def party_behind(token: str) -> Party:
    """Like `find_party` without asking whose browser it is: for answers that say nothing personal. Two statements."""
    party = finding.party_by_token(token_digest(token))
    case = finding.case_by_id(party.case_id) if party else None
    if party is None or case is None:
        raise NotFound("party.unknown", "没有找到这个案件，请检查链接是否完整")
    party.case = case
    if party.link_expires_at <= clock.now() and not _is_in_hand(case):
        raise Refused("link.expired", "这个链接已过期。需要查看案件，请联系办案单位")
    return party


def _is_in_hand(case: Case) -> bool:
    """A case that is open needs its parties, however long it takes; whoever was in it can read how it ended as long as
    a new link would live (party.link)."""
    if case.closed_at is None:
        return True
    return clock.now() < law.due("party.link", started_at=case.closed_at, place=case.place_id).at


def party_of(request: HttpRequest, token: str) -> PartyAccess:
    """Like `find_party`, but raises Refused("link.other_device") when the browser has to prove the phone first."""
    access = find_party(request, token)
    if not access.is_trusted:
        raise Refused("link.other_device", "为了保护您的信息，请先用短信验证码确认是您本人")
    return access


def _is_trusted(request: HttpRequest, party: Party) -> bool:
    owners = [party.pk, party.host_id] if party.host_id else [party.pk]
    devices = finding.devices_of(owners)
    if party.phone_confirmed_at is None and not devices:
        return True
    known = {digest for _, digest in devices}
    secrets = request.COOKIES.get(DEVICE_COOKIE, "").split(".")[:8]
    return any(device_digest(secret) in known for secret in secrets if secret)


def case_for(person: Person, case_id: UUID) -> Case:
    """The case for an officer of the unit in charge. Raises NotFound for everybody else."""
    case = _CASE.first(case=case_id)
    if case is None or not may_handle(person, case):
        raise NotFound("case.unknown", "没有找到这个案件")
    return case


def link_of(party: Party) -> str:
    """The path of a party's own pages."""
    return f"/c/{party_token(party.pk)}/"
