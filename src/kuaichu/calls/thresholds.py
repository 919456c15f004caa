"""What a city has set for its calls, read once a question: law/national/calls.yaml."""

from dataclasses import dataclass
from datetime import timedelta

from kuaichu import clock, law


@dataclass(frozen=True)
class Thresholds:
    """When a call repeats an earlier one. Distances in metres."""

    repeat_within: timedelta
    repeat_radius_m: int
    repeat_min: int
    event_within: timedelta
    event_radius_m: int


def thresholds_of(place_code: str) -> Thresholds:
    """The settings in force today."""
    return Thresholds(
        repeat_within=timedelta(days=_number("calls.repeat_days", place_code)),
        repeat_radius_m=_number("calls.repeat_radius", place_code),
        repeat_min=_number("calls.repeat_min", place_code),
        event_within=timedelta(minutes=_number("calls.event_minutes", place_code)),
        event_radius_m=_number("calls.event_radius", place_code),
    )


def call_back_within(place_code: str) -> timedelta:
    return timedelta(hours=_number("calls.call_back", place_code))


def call_back_tries(place_code: str) -> int:
    return _number("calls.call_back_tries", place_code)


def _number(key: str, place_code: str) -> int:
    return law.value(key, on=clock.today(), place=place_code).number
