"""The second factor: codes of an authenticator app (RFC 6238) and one-time recovery codes, kept by allauth.mfa."""

import base64
import hmac
from dataclasses import dataclass

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.db import transaction

from kuaichu import clock, privacy
from kuaichu.accounts import throttle
from kuaichu.accounts.models import Person
from kuaichu.accounts.throttle import Rate
from kuaichu.errors import Refused

CODE_TRIES = Rate(burst=6, per_hour=20)
STEP_SECONDS = 30
DRIFT = 1  # steps by which a phone's clock may differ (RFC 6238, 5.2)


class SealedSecrets(DefaultMFAAdapter):
    """Keeps the shared secrets encrypted in the database (`settings.MFA_ADAPTER`)."""

    def encrypt(self, text: str) -> str:
        return privacy.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return privacy.decrypt(encrypted_text)


@dataclass(frozen=True)
class Setup:
    """What a person needs to set the app up: the secret to type, or the same as a QR picture (SVG, data URI)."""

    secret: str
    qr_uri: str

    @property
    def spaced_secret(self) -> str:
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


def new_secret() -> str:
    """A fresh shared secret (base32, 160 bits)."""
    return generate_totp_secret()


def setup_for(person: Person, secret: str) -> Setup:
    """How to show `secret` to `person`."""
    url = SealedSecrets().build_totp_url(person, secret)
    svg = segno.make(url, error="m", micro=False).svg_inline(border=2, scale=4, dark="#000", light="#fff")
    return Setup(secret, "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode())


def is_set_up(person: Person) -> bool:
    """Whether the person has an authenticator app."""
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()


def activate(*, person: Person, secret: str, typed: str) -> tuple[str, ...]:
    """Tie the app to the person once its first code is right; returns the recovery codes, to be shown this once.

    Raises Refused: factor.wrong_code, factor.already_set_up, rate.exceeded.
    """
    throttle.take("factor", str(person.pk), CODE_TRIES)
    step = _step_of(secret, _digits(typed))
    if step is None:
        raise Refused("factor.wrong_code", "动态码不对，请看手机上的最新 6 位数字，再输一次")
    with transaction.atomic():
        Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if is_set_up(person):
            raise Refused("factor.already_set_up", "这个账号已经绑定过验证器")
        row = TOTP.activate(person, secret).instance
        row.data["last_step"] = step
        row.save(update_fields=["data"])
        Authenticator.objects.filter(user=person, type=Authenticator.Type.RECOVERY_CODES).delete()
        return tuple(RecoveryCodes.activate(person).get_unused_codes())


def check(*, person: Person, typed: str) -> str:
    """Which factor `typed` passes: totp or recovery. Raises Refused("factor.wrong_code") or ("rate.exceeded")."""
    throttle.take("factor", str(person.pk), CODE_TRIES)
    code = _digits(typed)
    with transaction.atomic():
        rows = {row.type: row for row in Authenticator.objects.select_for_update().filter(user=person)}
        totp, recovery = rows.get(Authenticator.Type.TOTP), rows.get(Authenticator.Type.RECOVERY_CODES)
        if totp is not None and _passes(totp, code):
            return "totp"
        if recovery is not None and RecoveryCodes(recovery).validate_code(code):
            return "recovery"
    raise Refused("factor.wrong_code", "动态码不对，请看手机上的最新 6 位数字，再输一次")


def _passes(row: Authenticator, code: str) -> bool:
    """Whether the code is right and newer than the last one used, so that an overheard code is worth nothing."""
    step = _step_of(privacy.decrypt(row.data["secret"]), code)
    if step is None or step <= row.data.get("last_step", 0):
        return False
    row.data["last_step"] = step
    row.save(update_fields=["data"])
    return True


def _step_of(secret: str, code: str) -> int | None:
    """The time step that the code belongs to, if it is one of those around now."""
    now = int(clock.now().timestamp()) // STEP_SECONDS
    steps = range(now - DRIFT, now + DRIFT + 1)
    return next(
        (step for step in steps if hmac.compare_digest(format_hotp_value(hotp_value(secret, step)), code)), None
    )


def forget(person: Person) -> None:
    """Remove the person's factors (the phone is lost): the next sign-in asks to set up a new one."""
    Authenticator.objects.filter(user=person).delete()


def _digits(typed: str) -> str:
    return "".join(character for character in typed if character.isascii() and character.isdigit())
