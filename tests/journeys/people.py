"""The people of a journey, acting through their own browsers only."""

import re
import time
from copy import copy
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page

from tests.journeys import looking

PATIENCE_MS = 20_000
SAFE = {
    "injured": "no",
    "left": "no",
    "drink_drugs": "no",
    "overloaded": "no",
    "deliberate": "no",
    "facility": "no",
    "dangerous_goods": "no",
    "movable": "yes",
    "licence": "yes",
    "plate": "yes",
    "marks": "yes",
    "agreed": "yes",
}
_NO_PICTURE = "Unable to capture screenshot"
_CODE = re.compile(r"验证码\D{0,4}(\d{6})")


class Person:
    """Somebody with a browser. `shots` collects screenshots under the person's name."""

    def __init__(self, browser: Browser, *, origin: str, name: str, shots: Path | None, **context: object) -> None:
        said = {"locale": "zh-CN", "base_url": origin, "reduced_motion": "reduce"} | context
        self.context: BrowserContext = browser.new_context(**said)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.name, self.shots, self.origin = name, shots, origin
        self.faults: list[str] = []
        self.is_abroad = False
        self._count = 0
        self.page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def shot(self, what: str) -> None:
        """Keep a picture of the page as it stands."""
        if self.is_abroad:
            self.faults += looking.foreign(self.page) + looking.too_wide(self.page)
        if self.shots is not None:
            self._count += 1
            self._take_picture(self.shots / f"{self.name}-{self._count:02d}-{what}.png")

    def _take_picture(self, path: Path) -> None:
        """A picture shows the reader what a test saw; a browser that for once can't draw it says nothing of the page.

        Chromium refuses a capture now and then on a busy machine ("Unable to capture screenshot"), and takes it when
        asked again."""
        for pause_ms in (0, 200, 1_000):
            self.page.wait_for_timeout(pause_ms)
            try:
                self.page.screenshot(path=path, full_page=True)
            except Error as error:
                if _NO_PICTURE not in str(error):
                    raise
            else:
                return
        print(f"no picture: {path.name}")

    def judge(self) -> None:
        """Nothing on this page may stand in the way of somebody with a screen reader."""
        self.faults += looking.barriers(self.page)

    def send(self, button: Locator) -> None:
        """Press `button` and wait until its form has been answered and the next page is there."""
        with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            button.click()
        self.page.wait_for_load_state()

    def newest_code(self, seen: str) -> str:
        """The code in the newest text message of the simulated carrier, once it is another than `seen`."""
        limit = time.monotonic() + PATIENCE_MS / 1000
        while time.monotonic() < limit:
            code = self.peek_code()
            if code and code != seen:
                return code
            self.page.wait_for_timeout(150)
        raise AssertionError("no new code came")

    def peek_code(self) -> str:
        """The newest code now, or nothing."""
        found = _CODE.search(self.context.request.get("/demo/outbox/").text())
        return found[1] if found else ""


class Driver(Person):
    """A driver with a phone."""

    def __init__(self, browser: Browser, *, scripts: bool = True, is_abroad: bool = False, **more: object) -> None:
        """`is_abroad`: in English, in the dark, on the narrowest phone; every page is then looked at for faults."""
        if is_abroad:
            more |= {"locale": "en-GB", "color_scheme": "dark"}
        super().__init__(
            browser,
            viewport={"width": 320 if is_abroad else 390, "height": 844},
            has_touch=True,
            is_mobile=True,
            device_scale_factor=2,
            java_script_enabled=scripts,
            **more,  # type: ignore[arg-type]
        )
        self.has_scripts, self.is_abroad = scripts, is_abroad
        self.base = ""

    def main(self) -> None:
        """Tap the one main button."""
        self.page.locator("main .main:visible").first.click()

    def report(self) -> None:
        self.go("/start/?lang=en" if self.is_abroad else "/start/")
        self.shot("start")
        asked = self.page.locator("select[name=place]")
        if asked.count():
            asked.select_option(index=1)
        self.page.locator("button.giant").click()
        self.page.wait_for_url("**/c/**")
        self._take_base()
        self.shot("safety")
        self.main()

    def _take_base(self) -> None:
        found = re.search(r"/c/[\w-]+/", self.page.url)
        assert found, self.page.url
        self.base = found[0]

    def screen(self, **answers: str) -> None:
        """Answer until the questions end."""
        given = SAFE | answers
        for _ in range(20):
            found = re.search(r"/screening/(\w+)/", self.page.url)
            if not found:
                break
            self.shot(f"question-{found[1]}")
            before = self.page.url
            self.page.locator(f"button[name=answer][value={given[found[1]]}]").click()
            self.page.wait_for_url(lambda url, before=before: url != before)
        self.shot("result")

    def locate(self) -> None:
        self.main()
        self.page.wait_for_url("**/place/**")
        self.page.locator("#location").fill("人民路与解放路路口")
        self.page.locator(".choice", has=self.page.locator("input[name=weather]")).first.click()
        self.shot("place")
        self.main()
        self.page.wait_for_url("**/invite/**")

    def invitation(self) -> str:
        """The six digits, also when they are folded away."""
        self.go(self.base + "invite/")
        self.shot("invite")
        return re.sub(r"\D", "", self.page.locator("p.code").text_content() or "")

    def join(self, digits: str, kind: str = "motor") -> None:
        self.go("/join/")
        self.page.locator("input[name=code]").fill(digits)
        self._pick("kind", kind)
        self.shot("join")
        self.main()
        self.page.wait_for_url("**/c/**")
        self._take_base()
        self.shot("joined")
        self.main()

    def _pick(self, name: str, value: str) -> None:
        self.page.locator(".choice", has=self.page.locator(f"input[name={name}][value={value}]")).first.click()

    def add(self, phone_mode: str, kind: str = "motor") -> "Driver":
        """The other side without a phone of its own, as somebody who uses this phone too."""
        self.go(self.base + "invite/")
        self.page.locator("details", has=self.page.locator("button[value=shared]")).locator("summary").click()
        self._pick("kind", kind)
        self.shot(f"add-{phone_mode}")
        self.send(self.page.locator(f"button[value={phone_mode}]"))
        guest = copy(self)
        guest.base, guest.name = "", f"{self.name}-guest"
        return guest

    def hand_over(self, guest: "Driver") -> None:
        """Give the phone to the other side, where the page asks for it."""
        self.open("hand-over")
        self.shot("hand-over")
        self.main()
        guest._take_base()

    def number(self) -> str:
        """The case's number, from the page that shows its progress."""
        found = re.search(r"\d{20}", self.context.request.get(self.base + "timeline/").text())
        assert found
        return found[0]

    def photograph(self) -> None:
        self.go(self.base + "photos/")
        self.shot("photos-empty")
        self.page.locator("form[action$='samples/'] button").click()
        self.page.locator("#submit").wait_for()
        self.shot("photos")
        self.page.locator("#submit").click()
        self.page.wait_for_url("**/wait/**")
        self.shot("waiting-for-check")

    def may_leave(self, *, by_itself: bool = False) -> None:
        """The page turns green, by itself or when it is opened again."""
        if by_itself:
            self.page.wait_for_url("**/leave/**")
        else:
            self.open("leave")
        self.shot("leave")
        self.main()

    def identify(self) -> None:
        """Phone, code, particulars."""
        self.go(self.base + "phone/")
        if "/phone/" not in self.page.url:  # nobody's phone: nothing to confirm
            return self._particulars()
        seen = self.peek_code()
        self.shot("phone")
        self.main()
        self.page.locator("input[name=code]").fill(self.newest_code(seen))
        self.shot("phone-code")
        self.main()
        self.page.wait_for_url("**/particulars/**")
        return self._particulars()

    def _particulars(self) -> None:
        self.page.locator("button[name=example]").click()
        self.page.locator("#name:not([value=''])").wait_for()
        self.shot("particulars")
        self.main()
        self.page.wait_for_url(lambda url: "particulars" not in url)

    def tell(self, *conducts: str, part: str) -> None:
        """Own conduct, the others' in turn, the part, the form of the collision, own words."""
        self.go(self.base + "account/")
        for value in conducts:
            self._tick(value)
        self._tick(part)
        self._tick("1")
        self.shot("account-words")
        self.page.locator("textarea").fill("I saw it all." if self.is_abroad else "我正常行驶，看得很清楚。")
        self.main()
        self.page.wait_for_url(lambda url: "/account/" not in url)

    def _tick(self, value: str) -> None:
        before = self.page.url
        self.page.locator(".choice", has=self.page.locator(f"input[value='{value}']")).first.click()
        self.shot(f"account-{value}")
        self.main()
        self.page.wait_for_url(lambda url: url != before)

    def choose(self, choice: str) -> None:
        self.open("proposal")
        self.shot("proposal")
        self.send(self.page.locator(f"button[name=choice][value={choice}]"))

    def sign(self) -> None:
        self.open("sign")
        self.shot("document")
        seen = self.peek_code()
        self.main()
        self.page.locator("#code").fill(self.newest_code(seen))
        if self.has_scripts:
            self._draw()
        else:
            self.page.locator("#typed_name").fill(self.typed_name())
        self.page.locator("input[name=has_read]").check()
        self.shot("signing")
        self.main()
        self.page.wait_for_url(lambda url: "/sign/" not in url)

    def typed_name(self) -> str:
        text = self.page.locator("article.paper").inner_text()
        names = re.findall(r"姓名\s*(\S+)", text)
        return names["AB".index(self.name[-1].upper())]

    def _draw(self) -> None:
        pad = self.page.locator("#pad")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box
        for row in (0.3, 0.6):
            self.page.mouse.move(box["x"] + box["width"] * 0.15, box["y"] + box["height"] * row)
            self.page.mouse.down()
            for step in range(1, 9):
                bend = 0.12 if step % 2 else -0.12
                x = box["x"] + box["width"] * (0.15 + 0.08 * step)
                self.page.mouse.move(x, box["y"] + box["height"] * (row + bend), steps=3)
            self.page.mouse.up()

    def go(self, path: str) -> None:
        """Open a page. A waiting page that moves on by itself in the same moment is let go first, then asked again."""
        for _ in range(5):
            try:
                self.page.goto(path)
            except Error as fault:
                if "interrupted by another navigation" not in str(fault):
                    raise
                self.page.wait_for_load_state()
            else:
                return
        raise AssertionError(f"{self.page.url} never let go for {path}")

    def open(self, what: str) -> None:
        """Go where the case wants this party to be, and wait until that is `what`."""
        limit = time.monotonic() + PATIENCE_MS / 1000
        while time.monotonic() < limit:
            self.go(self.base)
            if f"/{what}/" in self.page.url:
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"{self.name} is at {self.page.url}, not at {what}")

    def name_account(self) -> None:
        self.go(self.base + "money/?example=1")
        self.shot("account-for-money")
        self.send(self.page.locator("main .main:visible").first)

    def paper(self) -> bytes:
        """The sealed document that the page of progress links to."""
        self.sees("打开 PDF")
        link = self.page.locator("a[href*='/files/']").first.get_attribute("href")
        assert link
        return self.context.request.get(link).body()

    def sees(self, text: str, *, path: str = "timeline/") -> None:
        """`text` appears on the page, on its own or after reloading it."""
        limit = time.monotonic() + 3 * PATIENCE_MS / 1000
        while time.monotonic() < limit:
            self.go(self.base + path)
            if text in self.page.locator("main").inner_text():
                self.shot("sees")
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"{text!r} is not on {self.page.url}: {self.page.locator('main').inner_text()[:800]}")
