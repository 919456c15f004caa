"""What is known of a call when it is taken, and whether it can be true."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from kuaichu import clock, law
from kuaichu.calls.classes import CLASSES
from kuaichu.calls.states import Position, Source
from kuaichu.errors import FieldErrors, Refused
from kuaichu.law.divisions import NATION
from kuaichu.privacy import blind_index

CLOCK_TOLERANCE = timedelta(minutes=5)
MOST_PLATES = 5
MOST_PEOPLE = 999
PHONE = "call.phone"  # the purpose of the index of callers' phones
LONGEST = {"number": 40, "caller_name": 60, "caller_phone": 30, "content": 4000, "location": 160, "road": 60,
           "plates": 60}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Intake:
    """A call as it comes in. Coordinates are WGS-84 degrees; `plates`: at most five, separated by spaces; `subclass`
    None: to be found by the text; `number` None: given here; `position` empty: exact with coordinates."""

    place_code: str
    received_at: datetime
    source: str = Source.PHONE
    caller_name: str = ""
    caller_phone: str = ""
    content: str = ""
    location: str = ""
    road: str = ""
    lon_wgs84: float | None = None
    lat_wgs84: float | None = None
    position: str = ""
    plates: str = ""
    subclass: str | None = None
    injured: int = 0
    dead: int = 0
    trapped: int = 0
    is_hit_and_run: bool = False
    unit_id: UUID | None = None
    number: str | None = None


def phone_of(text: str) -> str:
    """A phone number as it is compared: digits only, without the country code of China."""
    digits = "".join(char for char in text if char.isascii() and char.isdigit())
    if digits.startswith("0086") and len(digits) > 11:
        digits = digits[4:]
    elif digits.startswith("86") and len(digits) == 13:
        digits = digits[2:]
    return digits


def phone_index_of(phone: str) -> str:
    """The blind index of a number as `phone_of` gives it; empty stays empty."""
    return blind_index(phone, purpose=PHONE) if phone else ""


def plates_of(text: str) -> str:
    """Plates in capitals, without marks inside, once each, separated by one space."""
    parts = (
        text.upper().replace("·", "").replace(".", "").replace("，", " ").replace("、", " ").replace(",", " ").split()
    )
    return " ".join(list(dict.fromkeys(parts))[:MOST_PLATES])


def cleaned(intake: Intake) -> Intake:
    """The intake in the form in which it is stored. Raises FieldErrors beside the fields at fault."""
    intake = replace(
        intake,
        caller_name=intake.caller_name.strip(),
        caller_phone=phone_of(intake.caller_phone) if intake.caller_phone.strip() else "",
        content=intake.content.strip(),
        location=intake.location.strip(),
        road=intake.road.strip(),
        plates=plates_of(intake.plates),
        position=intake.position or (Position.EXACT if intake.lon_wgs84 is not None else Position.NONE),
        number=intake.number.strip() if intake.number is not None else None,
    )
    faults = _faults(intake)
    if faults:
        raise FieldErrors(faults)
    return intake


def _faults(intake: Intake) -> dict[str, Refused]:
    faults = {
        name: Refused("text.too_long", "写得太长了，请不要超过 %(most)s 个字", most=most)
        for name, most in LONGEST.items()
        if len(getattr(intake, name) or "") > most
    }
    if intake.received_at > clock.now() + CLOCK_TOLERANCE:
        faults["received_at"] = Refused("call.future", "报警时间还没到，请核对")
    elif intake.received_at < oldest():
        faults["received_at"] = Refused("call.too_old", "报警时间太早，请核对")
    if not (intake.content or intake.location or intake.subclass):
        faults["content"] = Refused("call.empty", "请写下报警内容")
    if intake.source not in Source.values:
        faults["source"] = Refused("call.unknown_source", "没有这种报警方式")
    if intake.position not in Position.values:
        faults["position"] = Refused("call.unknown_position", "没有这种定位方式")
    if intake.subclass is not None and intake.subclass not in CLASSES:
        faults["subclass"] = Refused("call.unknown_class", "没有这个警情类别，请从列表中选择")
    if intake.number == "":
        faults["number"] = Refused("call.no_number", "请填写接警编号")
    if any(not 0 <= count <= MOST_PEOPLE for count in (intake.injured, intake.dead, intake.trapped)):
        faults["injured"] = Refused("call.bad_count", "人数不对，请核对")
    if not _is_point(intake.lon_wgs84, intake.lat_wgs84):
        faults["location"] = Refused("call.bad_point", "定位不对，请在地图上重新点选")
    return faults


def oldest() -> datetime:
    """Calls received earlier are a typing error (law: calls.oldest_imported)."""
    now = clock.now()
    years = law.value("calls.oldest_imported", on=clock.local_day(now), place=NATION).number
    return now.replace(year=now.year - years, month=1, day=1)


def _is_point(lon: float | None, lat: float | None) -> bool:
    if lon is None or lat is None:
        return lon is None and lat is None
    return -180 <= lon <= 180 and -90 <= lat <= 90
