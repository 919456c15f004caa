"""What the intake finds out about a photo."""

from dataclasses import dataclass
from datetime import date, datetime

from kuaichu import law


@dataclass(frozen=True)
class Limits:
    """How much of a photo is accepted: bytes of the file, pixels of the picture."""

    max_bytes: int
    max_pixels: int


def limits_at(*, on: date, place: str) -> Limits:
    """The limits in force on that day in that place."""
    return Limits(
        law.value("photos.max_bytes", on=on, place=place).number,
        law.value("photos.max_pixels", on=on, place=place).number,
    )


@dataclass(frozen=True)
class Claims:
    """What the file or the sender says; nobody has checked it. Degrees are WGS-84.

    `is_zone_assumed`: the file names no time zone, so `taken_at` is read as China's civil time.
    """

    taken_at: datetime | None = None
    is_zone_assumed: bool = False
    lon_wgs84: float | None = None
    lat_wgs84: float | None = None
    device: str = ""

    def or_else(self, other: "Claims") -> "Claims":
        """These claims, with the other's in the place of missing ones (a position is taken whole)."""
        time = self if self.taken_at else other
        point = self if self.lon_wgs84 is not None and self.lat_wgs84 is not None else other
        device = self.device or other.device
        return Claims(time.taken_at, time.is_zone_assumed, point.lon_wgs84, point.lat_wgs84, device)


@dataclass(frozen=True)
class PhotoFacts:
    """`width` and `height` in pixels as seen, after `orientation` (1..8, as in EXIF) is applied; `hints` are codes."""

    media_type: str
    width: int
    height: int
    orientation: int
    claims: Claims
    hints: tuple[str, ...] = ()
