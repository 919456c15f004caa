"""Makes the pictures of the READMEs anew, by walking one case through a running demonstration in a real browser.

    ./kuaichu demo --home /path/of/a/fresh/folder        (in another terminal)
    ./kuaichu test --fast                                (once: installs the tools)
    PYTHONPATH=src:. .venv/bin/python docs/images/make.py http://127.0.0.1:8000

Only the demonstration's own photos and invented people are ever in the pictures.
"""

import io
import os
import sys
from pathlib import Path

import django
from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import Browser, Page, sync_playwright

from kuaichu.command.checks import find_browser

os.environ |= {"KUAICHU_TESTING": "1", "DJANGO_SETTINGS_MODULE": "kuaichu.settings"}  # the walkers know the demo's rows
django.setup()

from tests.journeys.desks import Adjuster, Officer  # noqa: E402
from tests.journeys.people import Driver  # noqa: E402

Area = tuple[int, int, int, int]  # left, top, right, bottom, in pixels
HERE = Path(__file__).parent
MOST_BYTES = 120 * 1024
PHONE_POSES = {
    "start": "phone-start",
    "photos": "phone-photos",
    "leave": "phone-leave",
    "proposal": "phone-proposal",
    "signing": "phone-sign",
}
# 陈安, ten units high
NAME_STROKES = (
    ((0.3, 0.6), (0, 10)),
    ((0.3, 0.8), (3, 0.4), (1.4, 3), (3.1, 4.6), (1.2, 6)),
    ((4.6, 1.6), (10, 1)),
    ((7.4, 0), (5, 4.4), (10.2, 4)),
    ((8, 2.8), (7.9, 9.6), (6.9, 8.8)),
    ((6.2, 5.8), (4.9, 8)),
    ((9.2, 5.6), (10.6, 7.6)),
    ((16.8, 0), (17.2, 1)),
    ((13.2, 3), (13.4, 1.6), (21.2, 1.2), (20.6, 2.8)),
    ((16.4, 2.8), (14.6, 6.4), (19.6, 10)),
    ((19.2, 3.4), (17.4, 7.2), (13.6, 10)),
    ((12.4, 5.4), (22, 4.8)),
)


class Poser(Driver):
    """A driver whose page is photographed where the READMEs want it, as the screen shows it."""

    def shot(self, what: str) -> None:
        if what in PHONE_POSES:
            keep(self.page, PHONE_POSES[what])

    def _draw(self) -> None:
        """Write a name rather than a zigzag."""
        pad = self.page.locator("#pad")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box
        unit = box["height"] / 14
        left, top = box["x"] + box["width"] / 2 - 11 * unit, box["y"] + 2 * unit
        for stroke in NAME_STROKES:
            points = [(left + x * unit, top + y * unit) for x, y in stroke]
            self.page.mouse.move(*points[0])
            self.page.mouse.down()
            for x, y in points[1:]:
                self.page.mouse.move(x, y, steps=4)
            self.page.mouse.up()


def keep(page: Page, name: str) -> None:
    """Save the visible part of the page as a PNG of at most MOST_BYTES, with as many colours as fit."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    areas = _photos_in(page, picture)
    for softness, colours in (
        (0.0, 256),
        (0.6, 256),
        (0.8, 256),
        (0.8, 192),
        (1.0, 192),
        (1.2, 128),
        (1.5, 96),
        (1.5, 64),
        (1.5, 40),
    ):
        data = _png(_softened(picture, areas, softness), colours)
        if len(data) <= MOST_BYTES:
            (HERE / f"{name}.png").write_bytes(data)
            print(f"{name}.png  {len(data) // 1024} KB  {colours} colours, softened by {softness}")
            return
    raise SystemExit(f"{name} does not fit into {MOST_BYTES} bytes")


def keep_part(page: Page, selector: str, name: str) -> None:
    """Save one part of the page, as tall as it is."""
    size = page.viewport_size
    page.set_viewport_size({"width": 1440, "height": 1500})
    page.wait_for_timeout(400)
    picture = Image.open(io.BytesIO(page.locator(selector).first.screenshot())).convert("RGB")
    (HERE / f"{name}.png").write_bytes(_png(picture.crop(_filled(picture)), 128))
    if size:
        page.set_viewport_size(size)


def _filled(picture: Image.Image) -> Area:
    """Without the empty rows at the bottom."""
    plain = Image.new("RGB", picture.size, picture.getpixel((picture.width // 2, picture.height - 1)))
    box = ImageChops.difference(picture, plain).crop((4, 0, picture.width - 4, picture.height)).getbbox()
    return (0, 0, picture.width, min(picture.height, box[3] + 14) if box else picture.height)


def _png(picture: Image.Image, colours: int) -> bytes:
    buffer = io.BytesIO()
    small = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, kmeans=2, dither=Image.Dither.NONE)
    small.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _softened(picture: Image.Image, areas: list[Area], softness: float) -> Image.Image:
    """Take away the grain of photos, which PNG can't compress; letters and lines stay sharp."""
    done = picture.copy()
    for area in areas:
        done.paste(picture.crop(area).filter(ImageFilter.GaussianBlur(softness)), area)
    return done


def _photos_in(page: Page, picture: Image.Image) -> list[Area]:
    scale = picture.width / page.evaluate("innerWidth")
    found = []
    for box in page.locator("img").evaluate_all(_BOXES):
        left, top, right, bottom = (round(edge * scale) for edge in box)
        area = (max(0, left), max(0, top), min(picture.width, right), min(picture.height, bottom))
        if area[2] > area[0] and area[3] > area[1]:
            found.append(area)
    return found


_BOXES = "all => all.map(one => one.getBoundingClientRect()).map(box => [box.left, box.top, box.right, box.bottom])"


def tell(a: Driver, b: Driver, officer: Officer) -> str:
    """A rear-end collision, from the first tap to the proposal; returns the case's number."""
    a.report()
    a.screen()
    a.locate()
    b.join(a.invitation())
    a.photograph()
    number = a.number()
    officer.take("photos", number)
    officer.press("photos/pass")
    a.may_leave()
    b.may_leave()
    a.identify()
    b.identify()
    a.tell("rear_end", "-", part="front")
    b.tell("-", "rear_end", part="rear")
    return number


def agree_and_be_paid(browser: Browser, origin: str, officer: Officer) -> None:
    """Both sign the agreement, both insurers do their part, the money arrives."""
    a = Poser(browser, origin=origin, name="driver-a", shots=None)
    b = Driver(browser, origin=origin, name="driver-b", shots=None)
    number = tell(a, b, officer)
    a.choose("agree")
    b.choose("agree")
    a.sign()
    b.sign()
    a.name_account()
    b.name_account()
    first = Adjuster(browser, origin=origin, username="adjuster-a", shots=None)
    second = Adjuster(browser, origin=origin, username="adjuster-b", shots=None)
    assess(first, number, item="前保险杠皮", yuan="3600")
    assess(second, number, item="后保险杠、尾门", yuan="4850")
    first.until(number, "form[action$='/approve/']")
    keep(first.page, "desk-insurer")
    first.page.locator(".settlement details.article").nth(1).evaluate("one => { one.open = true; }")
    keep_part(first.page, ".settlement", "law-settlement")
    first.approve(number)
    first.pay_all(number)
    for _ in range(120):
        b.page.goto(b.base + "money/")
        if b.page.locator("main").inner_text().count("已到账") == 2:
            break
        b.page.wait_for_timeout(1000)
    keep(b.page, "phone-money")


def assess(adjuster: Adjuster, number: str, *, item: str, yuan: str) -> None:
    """One line in the loss sheet: a part replaced."""
    adjuster.until(number, "form[data-sheet]")
    sheet = adjuster.page.locator("form[data-sheet]").first
    sheet.locator("select[name$=work]").first.select_option("replace")
    sheet.locator("input.item").first.fill(item)
    sheet.locator("input[data-amount]").first.fill(yuan)
    sheet.locator("button.btn--wide[value=save]").click()
    adjuster.page.wait_for_timeout(400)


def ask_the_police(browser: Browser, origin: str, officer: Officer) -> None:
    """Both ask for a determination; the officer's desk shows photos, both accounts and the proposal."""
    a = Driver(browser, origin=origin, name="driver-a", shots=None)
    b = Driver(browser, origin=origin, name="driver-b", shots=None)
    number = tell(a, b, officer)
    a.choose("police")
    b.choose("police")
    officer.take("online", number)
    keep(officer.page, "desk-determination")
    officer.page.locator(".proposal details.article").first.evaluate("one => { one.open = true; }")
    keep_part(officer.page, "aside.column--decision", "law-why")


def show_the_law(browser: Browser, origin: str) -> None:
    """Who is liable, on a phone; who pays whom, at a desk."""
    page = browser.new_page(viewport={"width": 390, "height": 844}, base_url=origin, locale="zh-CN")
    page.goto("/law/liability/A14/?me=B&place=330600&on=2026-03-01")
    keep(page, "phone-liability")
    page = browser.new_page(viewport={"width": 1440, "height": 900}, base_url=origin, locale="zh-CN")
    page.goto("/law/compensation/?kind_A=motor&liability_A=primary&kind_B=motor&liability_B=secondary&on=2026-03-01")
    for name, text in (("vehicle_A", "5000"), ("vehicle_B", "8000"), ("commercial_A", "100"), ("commercial_B", "100")):
        page.fill(f"#{name}", text)
    page.locator("[name=own_damage_A]").check()
    page.locator(".buttons .main").click()
    page.locator(".result").wait_for()
    keep(page, "desk-compensation")


def show_the_city(browser: Browser, origin: str) -> None:
    """The command desk's map over the lived weeks."""
    leader = Officer(browser, origin=origin, username="leader", shots=None)
    leader.page.goto("/command/map/")
    leader.page.wait_for_timeout(2500)  # the map draws itself
    keep_small(leader.page.screenshot(), "desk-map")


def show_the_desk(browser: Browser, origin: str) -> None:
    """The officer's desk of the living city, some minutes after a start: queues with work, photos to check."""
    officer = Officer(browser, origin=origin, username="officer", shots=None)
    officer.page.goto("/police/?queue=photos")
    officer.page.locator("a.row").last.click()
    officer.page.wait_for_timeout(2500)
    keep(officer.page, "desk-photos")


def keep_small(shot: bytes, name: str) -> None:
    """A page full of shades, three quarters as wide: PNG can't compress them."""
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    picture = picture.resize((picture.width * 3 // 4, picture.height * 3 // 4), Image.Resampling.LANCZOS)
    for colours in (128, 96, 64, 48):
        data = _png(picture, colours)
        if len(data) <= MOST_BYTES:
            (HERE / f"{name}.png").write_bytes(data)
            print(f"{name}.png  {len(data) // 1024} KB  {colours} colours")
            return
    raise SystemExit(f"{name} does not fit into {MOST_BYTES} bytes")


def main(origin: str) -> None:
    """The walks, against the demonstration at `origin`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        officer = Officer(browser, origin=origin, username="officer", shots=None)
        agree_and_be_paid(browser, origin, officer)
        ask_the_police(browser, origin, officer)
        show_the_law(browser, origin)
        show_the_city(browser, origin)
        show_the_desk(browser, origin)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8000")
