"""The phone's side of uploads in a real browser: nothing is lost offline, over a reload or a cut, nothing is
doubled.
"""

import base64
import gzip
import os
from pathlib import Path
from shutil import which

import pytest
from django.contrib.staticfiles import finders
from PIL import Image

from kuaichu.dossier import storage
from kuaichu.dossier.models import Photo, Upload
from kuaichu.dossier.tests.pictures import encoded, scene, scene_jpeg
from tests import factories

CHROMIUM = os.environ.get("KUAICHU_CHROMIUM") or which("chromium") or which("google-chrome")
OPEN = """async address => {
    const {openOutbox} = await import("/static/driver/upload.js");
    window.seen = [];
    const onchange = item => seen.push([item.slot, item.state, item.sent, item.text, item.photo, item.hints.join()]);
    window.outbox = await openOutbox({address, csrf: document.querySelector("[name=token]").value, onchange});
}"""
ADD = """async ([slot, text]) => {
    const bytes = Uint8Array.from(atob(text), char => char.charCodeAt(0));
    await outbox.add(slot, new File([bytes], "x.jpg", {lastModified: 1772323200000}), {lon: 120.5, lat: 30.1});
}"""


def test_the_script_is_small():
    path = finders.find("driver/upload.js")
    assert isinstance(path, str)
    assert len(gzip.compress(Path(path).read_bytes())) <= 2048


class PhonePage:
    """A page of party A with its outbox open."""

    def __init__(self, context, origin: str, token: str) -> None:
        self.context, self.token = context, token
        self.page = context.new_page()
        self.page.goto(f"{origin}/c/{token}/empty/")
        self.open()

    def open(self) -> None:
        self.page.evaluate(OPEN, f"/c/{self.token}/uploads/")

    def add(self, slot: str, data: bytes) -> None:
        self.page.evaluate(ADD, [slot, base64.b64encode(data).decode()])

    def wait_for(self, state: str) -> list:
        """The last word of the outbox, which must say `state`."""
        self.page.wait_for_function("state => seen.length && seen[seen.length - 1][1] === state", arg=state)
        return self.page.evaluate("seen[seen.length - 1]")


@pytest.fixture
def phone(transactional_db, unit, insurers, live_server, settings, tmp_path, monkeypatch):
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop in this thread
    settings.FILES = tmp_path
    token = factories.two_parties().tokens["A"]
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield PhonePage(browser.new_context(bypass_csp=True), live_server.url, token)
        browser.close()


def large_jpeg(number: int) -> bytes:
    """More than two requests long."""
    picture = scene(number, (1600, 1200))
    return encoded(Image.blend(picture, Image.effect_noise(picture.size, 90).convert("RGB"), 0.4), "JPEG", quality=96)


@pytest.mark.browser
@pytest.mark.urls("kuaichu.web.tests.photo_urls")
def test_photos_reach_the_server_once_whatever_the_network_does(phone):
    taken_offline, cut_off, dark = scene_jpeg(1), large_jpeg(2), scene(3).point(lambda value: value // 9)

    phone.context.set_offline(True)
    phone.add("scene_front", taken_offline)
    phone.wait_for("waiting")
    phone.context.set_offline(False)
    phone.page.route("**/uploads/**", lambda route: route.abort())  # the page comes back before the network does
    phone.page.reload()
    phone.open()
    assert phone.wait_for("waiting")[0] == "scene_front"
    phone.page.unroute("**/uploads/**")
    first = phone.wait_for("done")

    cuts = iter([False, False, True, False])  # begin, part, the line breaks at the next part
    phone.page.route("**/uploads/**", lambda route: route.abort() if next(cuts, False) else route.continue_())
    phone.add("impact", cut_off)
    second = phone.wait_for("done")

    phone.add("extra1", b"MZ" + bytes(500))
    assert phone.wait_for("refused")[3].startswith("这个文件不是照片")
    phone.add("extra1", encoded(dark, "JPEG"))
    assert phone.wait_for("done")[5] == "太暗了，换个角度再拍一张"
    assert phone.page.evaluate("outbox.items()") == []

    kept = {str(photo.pk): storage.original_path(photo.sha256).read_bytes() for photo in Photo.objects.all()}
    assert (kept[first[4]], kept[second[4]], len(kept)) == (taken_offline, cut_off, 3)
    assert set(Photo.objects.values_list("claimed_lon_wgs84", flat=True)) == {120.5}
    assert Upload.objects.filter(photo=None).count() == 0
