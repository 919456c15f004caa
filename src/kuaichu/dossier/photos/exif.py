"""What a photo's EXIF claims. Broken EXIF never stands in the way of a photo: what can't be read is left out."""

import logging
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from PIL import Image
from PIL.ExifTags import IFD, Base

from kuaichu.clock import BEIJING
from kuaichu.dossier.photos.facts import Claims

MAX_DEVICE = 80
YEARS = range(1990, 2100)  # outside: a camera whose clock was never set
NEAR_ZERO = 1e-4  # degrees; "null island" is what receivers without a fix write
_GPS_LAT_REF, _GPS_LAT, _GPS_LON_REF, _GPS_LON, _GPS_STATUS = 1, 2, 3, 4, 9
_MOMENT = re.compile(r"(\d{4})\D(\d{2})\D(\d{2})\D(\d{2})\D(\d{2})\D(\d{2})")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_log = logging.getLogger("kuaichu.dossier")

Tags = Mapping[int, Any]


def claims_of(image: Image.Image) -> tuple[Claims, int]:
    """The claims and the orientation (1..8) of an opened image."""
    try:
        exif = image.getexif()
        top: Tags = dict(exif)
        detail: Tags = dict(exif.get_ifd(IFD.Exif))
        gps: Tags = dict(exif.get_ifd(IFD.GPSInfo))
    except Exception:  # noqa: BLE001 - EXIF is written by thousands of programs, some of them wrongly
        _log.info("unreadable EXIF")
        return Claims(), 1
    taken_at, is_assumed = _taken_at(top, detail)
    lon, lat = _point(gps)
    return Claims(taken_at, is_assumed, lon, lat, _device(top)), _orientation(top)


def _taken_at(top: Tags, detail: Tags) -> tuple[datetime | None, bool]:
    for tags, moment, offset in (
        (detail, Base.DateTimeOriginal, Base.OffsetTimeOriginal),
        (detail, Base.DateTimeDigitized, Base.OffsetTimeDigitized),
        (top, Base.DateTime, Base.OffsetTime),
    ):
        zone = _zone(detail.get(offset) or top.get(offset))
        found = _moment(tags.get(moment), zone)
        if found:
            return found, zone is None
    return None, False


def _moment(raw: object, zone: timezone | None) -> datetime | None:
    match = _MOMENT.match(_text(raw))
    if match is None or int(match[1]) not in YEARS:
        return None
    try:
        return datetime(*map(int, match.groups()), tzinfo=zone or BEIJING).astimezone(UTC)  # type: ignore[misc, arg-type]
    except ValueError:
        return None


def _zone(raw: object) -> timezone | None:
    match = _OFFSET.match(_text(raw))
    if match is None or int(match[2]) > 14 or int(match[3]) > 59:
        return None
    length = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-length if match[1] == "-" else length)


def _point(gps: Tags) -> tuple[float | None, float | None]:
    """Longitude and latitude in degrees, both or neither."""
    lat = _degrees(gps.get(_GPS_LAT), _text(gps.get(_GPS_LAT_REF)), "NS", most=90)
    lon = _degrees(gps.get(_GPS_LON), _text(gps.get(_GPS_LON_REF)), "EW", most=180)
    if lat is None or lon is None or _text(gps.get(_GPS_STATUS)).startswith("V"):  # V: the receiver had no fix
        return None, None
    if abs(lat) < NEAR_ZERO and abs(lon) < NEAR_ZERO:
        return None, None
    return lon, lat


def _degrees(raw: object, reference: str, names: str, *, most: int) -> float | None:
    sign = {names[0]: 1, names[1]: -1}.get(reference[:1].upper())
    if sign is None or not isinstance(raw, tuple | list) or len(raw) != 3:
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in raw)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if min(degrees, minutes, seconds) < 0 or max(minutes, seconds) > 60 or not math.isfinite(value) or value > most:
        return None
    return sign * round(value, 7)


def _device(top: Tags) -> str:
    make, model = _text(top.get(Base.Make)), _text(top.get(Base.Model))
    name = model if model.lower().startswith(make.lower()) else f"{make} {model}"
    return name.strip()[:MAX_DEVICE]


def _orientation(top: Tags) -> int:
    value = top.get(Base.Orientation)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _text(raw: object) -> str:
    """Printable text, whatever type the tag came in."""
    text = raw.decode("utf-8", "ignore") if isinstance(raw, bytes) else str(raw) if isinstance(raw, str | int) else ""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
