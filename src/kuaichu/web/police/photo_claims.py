"""What a photo claims beside what was reported: how far apart, how much earlier or later. Claims are not truths."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from kuaichu.cases.models import Case
from kuaichu.dossier import storage
from kuaichu.dossier.models import Photo
from kuaichu.dossier.photos.intake import THUMB_EDGES
from kuaichu.dossier.queries_photos import hint_texts

EARTH_RADIUS_M = 6_371_000
FAR_M = 300  # beyond this, or OFF_BY, a claim is pointed out to the officer
OFF_BY = timedelta(minutes=30)
RINGS_M = (50, 100, 200, 500, 1000, 2000, 5000)
MAP_RADIUS = 90  # of the picture, in its own units


@dataclass(frozen=True)
class PhotoView:
    """A photo at the desk. `key` is its number on the keyboard; `distance_m` from the reported place and `offset` from
    the reported time are None where either side is unknown; `hints` are sentences on what could be better."""

    key: int
    photo: Photo
    distance_m: int | None
    offset: timedelta | None
    hints: tuple[str, ...] = ()

    @property
    def is_far(self) -> bool:
        return self.distance_m is not None and self.distance_m > FAR_M

    @property
    def is_off(self) -> bool:
        return self.offset is not None and abs(self.offset) > OFF_BY

    @property
    def offset_minutes(self) -> int | None:
        return None if self.offset is None else round(self.offset.total_seconds() / 60)


@dataclass(frozen=True)
class Dot:
    """A photo's claimed position on the small map, in its units (x to the east, y down)."""

    key: int
    x: float
    y: float
    is_outside: bool


@dataclass(frozen=True)
class SmallMap:
    """The reported place in the middle, two rings (metres), and where the photos claim to be taken."""

    ring_m: int
    half_ring_m: int
    dots: tuple[Dot, ...]


def photo_views(case: Case, photos: Sequence[Photo]) -> list[PhotoView]:
    """The photos in order, each with what its claims differ by."""
    return [
        PhotoView(
            key=number,
            photo=photo,
            distance_m=_distance(case, photo),
            offset=photo.claimed_taken_at - case.occurred_at if photo.claimed_taken_at and case.occurred_at else None,
            hints=hint_texts(photo) if storage.thumb_path(photo.sha256, THUMB_EDGES[0]).exists() else (),
        )
        for number, photo in enumerate(photos, 1)
    ]


def small_map(case: Case, views: Sequence[PhotoView]) -> SmallMap | None:
    """None when the case has no coordinates."""
    if case.lon_wgs84 is None or case.lat_wgs84 is None:
        return None
    farthest = max([view.distance_m for view in views if view.distance_m is not None], default=0)
    ring = next((ring for ring in RINGS_M if ring >= farthest), RINGS_M[-1])
    offsets = [(view.key, _offset_m(case, view.photo)) for view in views if view.distance_m is not None]
    return SmallMap(ring, ring // 2, tuple(_dot(key, east, north, ring) for key, (east, north) in offsets))


def _dot(key: int, east: float, north: float, ring: int) -> Dot:
    length = math.hypot(east, north)
    is_outside = length > ring
    scale = MAP_RADIUS / (length if is_outside else ring)
    return Dot(key, round(east * scale, 1), round(-north * scale, 1), is_outside)


def _distance(case: Case, photo: Photo) -> int | None:
    if None in (case.lon_wgs84, case.lat_wgs84, photo.claimed_lon_wgs84, photo.claimed_lat_wgs84):
        return None
    return round(math.hypot(*_offset_m(case, photo)))


def _offset_m(case: Case, photo: Photo) -> tuple[float, float]:
    """Metres to the east and north of the reported place (equirectangular: far below 1 % off within a city)."""
    assert case.lon_wgs84 is not None
    assert case.lat_wgs84 is not None
    assert photo.claimed_lon_wgs84 is not None
    assert photo.claimed_lat_wgs84 is not None
    east = math.radians(photo.claimed_lon_wgs84 - case.lon_wgs84) * math.cos(math.radians(case.lat_wgs84))
    north = math.radians(photo.claimed_lat_wgs84 - case.lat_wgs84)
    return east * EARTH_RADIUS_M, north * EARTH_RADIUS_M
