"""The command centre's morning: the map, a call that comes in while somebody looks, hot spots that can be repeated."""

import os
import subprocess
import sys
from datetime import timedelta

from kuaichu import clock
from tests.journeys import house

ROAD = "人民路"
# Somebody at another desk: calls of the last week around one crossing, then, on demand, one more.
_CALLS = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuaichu.settings")
import django
django.setup()
from datetime import timedelta
from kuaichu import clock
from kuaichu.accounts.models import Person
from kuaichu.calls.actions import Intake, take_call
from kuaichu.demo.map.making import FOLDER
from kuaichu.governance import maps
for name in ("boundary", "roads"):
    maps.take(place_code="339900", path=FOLDER / f"{name}.geojson")
taker = Person.objects.get(username="calls")
def take(number, lon, lat, at):
    take_call(taker=taker, intake=Intake(place_code="339900", received_at=at, content="两车追尾，没有人受伤",
              road="ROAD", lon_wgs84=lon, lat_wgs84=lat, number=f"STORY-{number}"))
for number in range(24):
    at = clock.now() - timedelta(days=1, hours=number)
    take(number, 120.50 + number % 5 * 0.0009, 30.0 + number % 3 * 0.0009, at)
print("ready", flush=True)
sys.stdin.readline()
take(99, 120.5403, 29.9806, clock.now())
print("taken", flush=True)
""".replace("ROAD", ROAD)


def desk_elsewhere() -> "subprocess.Popen[str]":
    """The other desk as a process of its own; answers "ready", and "taken" after a line on its input."""
    pipe = subprocess.PIPE
    other = subprocess.Popen(
        [sys.executable, "-c", _CALLS], cwd=house.ROOT, stdin=pipe, stdout=pipe, text=True, env=os.environ
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "ready\n"
    return other


def test_a_call_appears_on_the_living_map(cast):
    other = desk_elsewhere()
    analyst = cast("analyst")
    page = analyst.page
    page.goto("/command/map/")
    page.locator("#work[data-drawn]").wait_for()
    before = int(page.locator("#caption-a").get_attribute("data-count"))  # with today's accidents of other stories
    assert before >= 24
    analyst.judge()
    other.stdin.write("now\n")
    other.stdin.flush()
    assert other.stdout.readline() == "taken\n"
    page.locator(f"#caption-a[data-count='{before + 1}']").wait_for(timeout=3000)
    assert page.locator("#news-calls .call").first.inner_text().endswith(ROAD)
    assert page.locator(".pulse").count() == 1
    analyst.shot("new-call")
    other.wait(10)

    page.keyboard.press("ArrowLeft")  # a week that ended yesterday
    page.locator("#caption-a[data-count='24']").wait_for()
    page.locator("#compare").click()
    page.locator("#caption-b[data-count='0']").wait_for()
    analyst.shot("before-and-after")

    page.goto("/command/")
    assert page.locator(".figures .total .big").inner_text() == str(before - 24 + 1)
    analyst.shot("today")
    analyst.judge()
    page.goto("/command/hotspots/")
    first = (clock.today() - timedelta(days=9)).isoformat()
    page.locator("input[name=first]").fill(first)
    analyst.send(page.locator("main form button.btn--main"))
    page.locator(".run-words").wait_for()
    page.locator(".run-facts summary").click()
    analyst.send(page.locator(".run-facts form button"))
    page.locator(".notice--success", has_text="可复现").wait_for()
    analyst.shot("repeated")
    page.goto("/command/?wall=1&lang=en")
    page.locator("#work[data-drawn]").wait_for()
    analyst.judge()
    analyst.shot("wall")
