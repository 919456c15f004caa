"""Who calls: a party by the token of its link, an insurer by its signature.

A party sends `Authorization: Bearer <token>`, and once its phone is confirmed the device's secret as well, in
`Kuaichu-Device`. An insurer signs as `links.signing` says, over

    <timestamp> "." <METHOD> " " <path with query> "\\n" <Idempotency-Key, empty for GET> "\\n" <body>

so that a signature copied from one call opens no other.
"""

from dataclasses import dataclass

from django.http import HttpRequest
from ninja.security import APIKeyHeader, HttpBearer

from kuaichu import rows
from kuaichu.accounts.models import Agency, AgencyKind, Person, Role
from kuaichu.errors import NotFound, Refused
from kuaichu.links.signing import KEY_HEADER, SIGNATURE_HEADER, BadSignature, check
from kuaichu.web.access import DEVICE_COOKIE, PartyAccess, find_party
from kuaichu.web.api.problems import Forbidden, Malformed, Unknown

DEVICE_HEADER = "Kuaichu-Device"


class PartyToken(HttpBearer):
    """A party on a device that is its own (or before any phone was confirmed)."""

    needs_trust = True

    def authenticate(self, request: HttpRequest, token: str) -> PartyAccess:
        """Raises Unknown, Forbidden("link.other_device")."""
        # Cookies don't count here: a page elsewhere could make a browser send them.
        request.COOKIES = {DEVICE_COOKIE: request.headers.get(DEVICE_HEADER, "")}
        try:
            access = find_party(request, token)
        except NotFound:
            raise Unknown("token.unknown", "令牌不对，请重新加入案件") from None
        except Refused as refusal:
            raise Unknown(refusal.code, refusal.message) from None
        if self.needs_trust and not access.is_trusted:
            raise Forbidden("link.other_device", "为了保护您的信息，请先用短信验证码确认是您本人")
        return access


class PartyTokenOnAnyDevice(PartyToken):
    """A party whose device may still have to be confirmed: only the phone's code can be asked for and typed."""

    needs_trust = False


class InsurerSignature(APIKeyHeader):
    """An insurer's system."""

    param_name = SIGNATURE_HEADER

    def authenticate(self, request: HttpRequest, key: str | None) -> Agency:
        """Raises Unknown: signature.*, agency.unknown."""
        try:
            code = check(request.headers, signed_part(request))
        except BadSignature as fault:
            raise Unknown(fault.code, "签名不对，请核对机构代码、时间和密钥") from None
        agency = rows.find(Agency, code=code, kind=AgencyKind.INSURER, is_active=True)
        if agency is None:
            raise Unknown("agency.unknown", "没有这家保险公司")
        return agency


def signed_part(request: HttpRequest) -> bytes:
    """The bytes that an insurer signs for this request."""
    key = request.headers.get(KEY_HEADER, "") if request.method == "POST" else ""
    return signed_bytes(method=request.method or "", path=request.get_full_path(), key=key, body=request.body)


def signed_bytes(*, method: str, path: str, key: str, body: bytes) -> bytes:
    """The same for the caller's side: hand this to `links.signing.signed_headers` as the body."""
    return f"{method} {path}\n{key}\n".encode() + body


def adjuster_of(agency: Agency, username: str) -> Person:
    """The insurer's own adjuster who answers for a decision. Raises Malformed("adjuster.unknown")."""
    person = Person.objects.filter(username=username, agency=agency, role=Role.ADJUSTER, is_active=True).first()
    if person is None:
        raise Malformed("adjuster.unknown", "没有这位理赔员，请填写本公司理赔员的用户名")
    return person


@dataclass(frozen=True)
class Caller:
    """The name under which a caller's keys are kept apart from everybody else's."""

    name: str
    is_named: bool


def caller_of(request: HttpRequest) -> Caller:
    """Whoever the request's authentication found."""
    who = getattr(request, "auth", None)
    if isinstance(who, PartyAccess):
        return Caller(f"party:{who.party.pk}", True)
    if isinstance(who, Agency):
        return Caller(f"agency:{who.pk}", True)
    return Caller("anyone", False)
