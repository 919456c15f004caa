"""A call-taker with nothing but a keyboard: two calls about one car, the second known as a repeat, handled and called
back."""

import os
import subprocess
import sys
import time

import pytest

from tests.journeys import house

MOST_SECONDS = 30
KEYS_A_SECOND = 3  # of somebody who types while listening
_MAP = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuaichu.settings")
import django
django.setup()
from kuaichu.demo.map.making import FOLDER
from kuaichu.governance import maps
for name in ("boundary", "roads"):
    maps.take(place_code="339900", path=FOLDER / f"{name}.geojson")
"""


class Keyboard:
    """Counts what is pressed."""

    def __init__(self, page):
        self.page, self.keys = page, 0

    def say(self, *texts):
        """Each text into its field, then on to the next."""
        for text in texts:
            self.page.keyboard.type(text)
            self.press("Enter")
            self.keys += len(text)

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1


@pytest.fixture
def taker(cast, the_house):
    subprocess.run([sys.executable, "-c", _MAP], check=True, cwd=house.ROOT, env=os.environ)
    return cast("calls")


def test_a_call_is_taken_with_the_keyboard_in_half_a_minute(taker):
    page = taker.page
    page.wait_for_url("**/calls/")
    assert page.evaluate("document.activeElement.id") == "caller_phone"
    taker.judge()
    taker.shot("empty")
    keyboard, begun = Keyboard(page), time.monotonic()
    keyboard.say("13800990777", "王小明", "小区门口有辆车堵住了出口，麻烦帮忙挪车")
    page.keyboard.type("解放路人民路")
    page.locator("#where.where--some").wait_for()
    keyboard.say("")
    keyboard.say("浙D0Z12A")
    page.locator("#classed [data-subclass=parking]").wait_for()
    taker.shot("typed")
    keyboard.press("Control+Enter")
    page.locator(".notice--success").wait_for()
    assert time.monotonic() - begun < MOST_SECONDS
    assert (keyboard.keys + len("解放路人民路")) / KEYS_A_SECOND < MOST_SECONDS
    assert page.evaluate("document.activeElement.id") == "caller_phone"
    assert page.input_value("#content") == ""
    taker.shot("next")

    again = Keyboard(page)
    again.say("13800990777", "王小明", "还是那辆车，堵住门口三天了没人管", "解放路与人民路路口")
    page.locator("[data-proposal]").first.wait_for()
    again.press("Alt+2", "Alt+2", "Alt+y")
    page.locator("#proposals input[value=yes]:checked").first.wait_for()
    assert page.locator("#subclass-blocking").is_checked()
    page.wait_for_load_state("networkidle")
    page.reload()
    assert page.input_value("#content") == "还是那辆车，堵住门口三天了没人管"
    assert page.locator("#subclass-blocking").is_checked()
    page.locator("[data-proposal]").first.wait_for()
    page.keyboard.press("Alt+y")
    taker.shot("repeat")
    taker.judge()
    page.keyboard.press("Control+Enter")
    page.locator(".notice--success").wait_for()
    number = page.locator(".notice--success").inner_text().split()[-1]
    handled(taker, number)
    in_english(taker, number)


def handled(taker, number):
    """Dispatched, arrived, closed, called back: by keys where a key does it."""
    page = taker.page
    page.goto(f"/calls/{number}/")
    assert "重复警情" in page.locator(".call-head").inner_text()
    assert "13800990777" not in page.content()
    for key, word in (("d", "已派警"), ("a", "已登记到场")):
        page.keyboard.press(key)
        page.locator(".notice--success", has_text=word).wait_for()
    taker.judge()
    taker.shot("call")
    page.keyboard.press("e")
    page.keyboard.type("已联系车主挪车，约定不再堵门")
    taker.send(page.locator("form[action$='/close/'] button"))
    page.locator("input[name=outcome][value=settled]").check()
    page.locator("input[name=satisfaction][value='5']").check(force=True)
    taker.shot("call-back")
    taker.send(page.locator("form[action*='/call-backs/'] button"))
    assert "满意度 5 分" in page.locator(".call-facts").inner_text()


def in_english(taker, number):
    """Every page of the desk once, with no Chinese left but what the caller said."""
    page = taker.page
    taker.is_abroad = True
    for name, address in (("call", f"/calls/{number}/"), ("entry", "/calls/"), ("import", "/calls/import/")):
        page.goto(f"{address}?lang=en")
        taker.shot(f"{name}-english")
        taker.judge()
    page.keyboard.press("/")
    page.keyboard.type("13800990777")
    page.keyboard.press("Enter")
    page.locator("table").wait_for()
    assert number in page.locator("table").inner_text()
    taker.shot("search-english")
    taker.judge()
    page.goto("/calls/?lang=zh-hans")
