"""Which platform a place works with: a row among the agencies, and without one nothing is ever sent."""

from uuid import UUID

from kuaichu.accounts.models import Agency, AgencyKind, Place
from kuaichu.links import actions as links
from kuaichu.links.models import Exchange

KIND = "national"
MOST_LEVELS = 6  # a county, its city, its province, the nation; a ring of places must not hold the worker


def platform_of(place_code: str) -> Agency | None:
    """The active platform of the place, or of the nearest place above that has one (one statement when none is set up
    at all).
    """
    found = Agency.objects.filter(kind=AgencyKind.NATIONAL, is_active=True).order_by("-code")
    platforms = {agency.place_id: agency for agency in found}
    code: str | None = place_code
    for _ in range(MOST_LEVELS if platforms else 0):
        if code is None or code in platforms:
            break
        code = Place.objects.filter(pk=code).values_list("parent_id", flat=True).first()
    return platforms.get(code or "")


def queue(platform: Agency, operation: str, *, subject_id: str, case_id: UUID) -> Exchange:
    """Write down what the platform is to be told or asked; the same subject is sent once."""
    return links.queue(
        kind=KIND,
        vendor=platform.vendor or "default",
        partner=platform.code,
        operation=operation,
        subject_id=subject_id,
        key=f"{operation}:{subject_id}",
        stream=case_id,
    )
