"""Calls of other systems: 110, 12345, the county next door. A police unit or a department signs as an insurer does."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from ninja import Router
from ninja.security import APIKeyHeader

from kuaichu.accounts.models import Agency, AgencyKind
from kuaichu.calls import actions, linking
from kuaichu.calls.states import Source
from kuaichu.law.identifiers.coordinates import wgs84_from_gcj02
from kuaichu.links.signing import SIGNATURE_HEADER, BadSignature, check
from kuaichu.web.api import schemas_calls as calls
from kuaichu.web.api.callers import signed_part
from kuaichu.web.api.problems import Malformed, Unknown
from kuaichu.web.api.routing import changes

router = Router(tags=["calls"])
SENDERS = (AgencyKind.POLICE, AgencyKind.DEPARTMENT)


class AgencySignature(APIKeyHeader):
    """The system of a police unit or of a department."""

    param_name = SIGNATURE_HEADER

    def authenticate(self, request: HttpRequest, key: str | None) -> Agency:
        """Raises Unknown: signature.*, agency.unknown."""
        try:
            code = check(request.headers, signed_part(request))
        except BadSignature as fault:
            raise Unknown(fault.code, "签名不对，请核对机构代码、时间和密钥") from None
        agency = Agency.objects.filter(code=code, kind__in=SENDERS, is_active=True).first()
        if agency is None:
            raise Unknown("agency.unknown", "没有这个单位")
        return agency


@dataclass(frozen=True)
class _Point:
    lon: float | None
    lat: float | None


@changes(router, "/calls", gives=calls.StoredCall, status=201, summary="推送一条警情 · send a call")
def send_call(request: HttpRequest, payload: calls.NewCall) -> calls.StoredCall:
    """One call with its class and the earlier calls that it may be about. The same `number` again is refused with
    call.number_taken."""
    agency = request.auth  # type: ignore[attr-defined]
    assert isinstance(agency, Agency)
    if payload.place_code[:4] != agency.place_id[:4]:
        raise Malformed("place.foreign", "只能推送本地的警情")
    point = _point_of(payload)
    taken = actions.take_call(
        taker=agency,
        intake=actions.Intake(
            place_code=payload.place_code,
            received_at=payload.received_at,
            source=Source.PARTNER,
            caller_name=payload.caller_name,
            caller_phone=payload.caller_phone,
            content=payload.content,
            location=payload.location,
            road=payload.road,
            lon_wgs84=point.lon,
            lat_wgs84=point.lat,
            plates=" ".join(payload.plates),
            subclass=payload.subclass or None,
            injured=payload.injured,
            dead=payload.dead,
            trapped=payload.trapped,
            is_hit_and_run=payload.is_hit_and_run,
            unit_id=_unit_of(payload.unit_code),
            number=payload.number,
        ),
    )
    return _stored(taken)


def _point_of(payload: calls.NewCall) -> _Point:
    if payload.lon is None or payload.lat is None or payload.datum == "wgs84":
        return _Point(payload.lon, payload.lat)
    return _Point(*wgs84_from_gcj02(payload.lon, payload.lat))


def _unit_of(code: str) -> UUID | None:
    if not code:
        return None
    unit = Agency.objects.filter(code=code, kind=AgencyKind.POLICE, is_active=True).values_list("pk", flat=True).first()
    if unit is None:
        raise Malformed("unit.unknown", "没有这个管辖单位")
    return unit


def _stored(taken: actions.Taken) -> calls.StoredCall:
    call = taken.call
    return calls.StoredCall(
        number=call.number,
        category=call.category,
        subclass=call.subclass,
        confidence=call.confidence,
        stored_at=call.stored_at,
        links=[
            calls.ProposedLink(
                number=link.earlier.number,
                notion=link.notion,
                score=link.score,
                evidence=list(linking.sentences(link.evidence)),
            )
            for link in taken.links
        ],
    )
