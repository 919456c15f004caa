"""Calls put straight into the table, for tests of what is counted and drawn."""

from datetime import datetime, timedelta

from django.conf import settings

from kuaichu.accounts.models import Agency
from kuaichu.calls.models import Call, CallChange
from kuaichu.clock import BEIJING

MAP = settings.ROOT / "demo" / "map"  # the invented city's boundary.geojson and roads.geojson
NOON = datetime(2026, 11, 18, 12, tzinfo=BEIJING)
_numbers = iter(range(10**9))


def call(**fields) -> Call:
    """An accident at noon in the middle of the city, unless `fields` say otherwise."""
    values = {
        "number": f"J{next(_numbers):09d}",
        "place_id": "339900",
        "district": "339902",
        "source": "phone",
        "received_at": NOON,
        "stored_at": NOON + timedelta(minutes=1),
        "lon_wgs84": 120.5,
        "lat_wgs84": 30.0,
        "position": "exact",
        "category": "accident",
        "subclass": "vehicles",
        "intake_subclass": "vehicles",
        "classed_by": "person",
    }
    return Call.objects.create(**(values | fields))


def changed(call: Call, **fields) -> None:
    """The call with other fields, and the note that it was changed."""
    Call.objects.filter(pk=call.pk).update(**fields)
    CallChange.objects.create(call=call, at=NOON)


def squadron(superior: Agency, code: str = "339900010100") -> Agency:
    return Agency.objects.create(
        code=code, kind="police", name=f"中队{code}", short_name="中队", place_id="339900", superior=superior
    )
