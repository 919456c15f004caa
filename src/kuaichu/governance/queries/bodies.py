"""Who can be put in charge in a place: its units and departments, and those of its districts."""

from django.db.models import Q, QuerySet

from kuaichu.accounts.models import Agency, AgencyKind, Person, Role


def units_of(place_code: str) -> QuerySet[Agency]:
    """Police units, by code (superior units first)."""
    return _agencies(place_code).filter(kind=AgencyKind.POLICE)


def bodies_of(place_code: str) -> QuerySet[Agency]:
    """Departments, towns and police units: those who can lead or help with a task order."""
    return _agencies(place_code).filter(kind__in=(AgencyKind.DEPARTMENT, AgencyKind.POLICE))


def leaders_of(place_code: str) -> QuerySet[Person]:
    """Leaders of the place's police units."""
    found = Person.objects.filter(role=Role.LEADER, is_active=True, agency__in=units_of(place_code))
    return found.select_related("agency").order_by("agency__code", "name")


def _agencies(place_code: str) -> QuerySet[Agency]:
    return Agency.objects.filter(Q(place_id=place_code) | Q(place__parent_id=place_code), is_active=True).order_by(
        "code"
    )
