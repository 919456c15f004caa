"""An invented call as the desk takes it down."""

from random import Random

from kuaichu.accounts.models import Agency
from kuaichu.calls.intake import Intake
from kuaichu.calls.states import Source
from kuaichu.demo.life.days import LivedCall

BY_TEXT = 0.25  # share of calls whose class the clerk leaves to the text


def intake_of(place_code: str, call: LivedCall, dice: Random) -> Intake:
    """What the clerk types."""
    unit = Agency.objects.filter(code=call.unit).first()
    return Intake(
        place_code=place_code,
        received_at=call.at,
        source=Source.PHONE,
        caller_name=call.name,
        caller_phone=call.phone,
        content=call.content,
        location=call.location,
        road=call.road,
        lon_wgs84=call.lon,
        lat_wgs84=call.lat,
        plates=call.plates,
        subclass=None if dice.random() < BY_TEXT else call.subclass,
        injured=call.injured,
        unit_id=unit.pk if unit else None,
    )
