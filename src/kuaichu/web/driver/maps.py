"""The small map of a place, where its base lines are at hand (a GeoJSON file among the static files)."""

from dataclasses import dataclass

from django.conf import settings
from django.templatetags.static import static

from kuaichu.accounts.models import Place

_FOLDER = settings.ROOT / "web" / "static" / "driver" / "maps"


@dataclass(frozen=True)
class PlaceMap:
    """`url` is empty where there are no base lines; the page then draws the point, its accuracy and a scale only."""

    url: str
    lon_wgs84: float | None
    lat_wgs84: float | None


def map_of(place: Place) -> PlaceMap:
    """The map of the place or of the nearest one above it."""
    codes = (place.code, place.code[:4] + "00", place.code[:2] + "0000")
    name = next((code for code in codes if (_FOLDER / f"{code}.json").exists()), "")
    return PlaceMap(static(f"driver/maps/{name}.json") if name else "", place.lon_wgs84, place.lat_wgs84)
