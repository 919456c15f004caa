"""Calls made through the product's own actions."""

from dataclasses import replace
from datetime import timedelta

from kuaichu import clock
from kuaichu.calls import actions
from kuaichu.calls.actions import Intake

PLACE = "339900"
MIDDLE = (120.5012, 29.9987)


def intake(**more) -> Intake:
    """A car that blocks a gate, just reported by phone."""
    plain = Intake(
        place_code=PLACE,
        received_at=clock.now() - timedelta(minutes=1),
        caller_name="王小明",
        caller_phone="138 0099 0001",
        content="小区门口有辆车堵住了出口，打电话没人接，麻烦帮忙挪车",
        location="滨河路98号门前",
        lon_wgs84=MIDDLE[0],
        lat_wgs84=MIDDLE[1],
        plates="浙D·0Z12A",
    )
    return replace(plain, **more)


def call(taker, **more):
    """A stored call."""
    return actions.take_call(taker=taker, intake=intake(**more)).call
