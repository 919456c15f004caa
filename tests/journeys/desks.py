"""The people at the desks: officers and adjusters, each signed in with one click."""

import time

from playwright.sync_api import Browser

from tests.journeys.people import PATIENCE_MS, Person


class Staff(Person):
    """Somebody at a desk."""

    def __init__(self, browser: Browser, *, username: str, **more: object) -> None:
        super().__init__(browser, viewport={"width": 1440, "height": 900}, name=username, **more)  # type: ignore[arg-type]
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.page.goto("/")
        self.page.locator(f"form[action='/demo/enter/{username}/'] button").click()
        self.page.wait_for_url(lambda url: "/demo/" not in url and not url.endswith(f"{self.origin}/"))


class Officer(Staff):
    """An officer at the police desk."""

    def take(self, queue: str, number: str) -> None:
        """Open the case with `number` in `queue`, waiting until it is there."""
        limit = time.monotonic() + PATIENCE_MS / 1000
        while time.monotonic() < limit:
            self.page.goto(f"/police/?queue={queue}")
            row = self.page.locator("#rows a.row", has_text=number[-6:])
            if row.count():
                self.shot(f"queue-{queue}")
                row.first.click()
                self.page.locator("article.case").wait_for()
                self.shot(f"case-{queue}")
                return
            self.page.wait_for_timeout(150)
        raise AssertionError(f"{number} is not in {queue}")

    def press(self, action: str) -> None:
        """Send the form whose address ends with `action`."""
        self.send(self.page.locator(f"form[action$='/{action}/']").first.locator("button").last)
        self.shot(action.replace("/", "-"))

    def determine(self) -> None:
        """Issue what the proposal and the form say."""
        self.send(self.page.locator(".determine button.btn--main").last)
        self.shot("determined")

    def decide_review(self, outcome: str, conclusion: str) -> None:
        self.page.locator(f"input[name=outcome][value={outcome}]").check()
        self.page.locator("#conclusion").fill(conclusion)
        self.press("review")


class Adjuster(Staff):
    """An adjuster at an insurer's desk."""

    def take(self, number: str) -> None:
        """Open this insurer's claim in the case with `number`."""
        limit = time.monotonic() + 3 * PATIENCE_MS / 1000
        while time.monotonic() < limit:
            self.page.goto(f"/insurer/search/?q={number}")
            row = self.page.locator("#rows a.row")
            if row.count():
                row.first.click()
                self.page.locator("article.case").wait_for()
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"no claim for {number}")

    def until(self, number: str, selector: str) -> None:
        """Open the claim again and again until `selector` is there."""
        limit = time.monotonic() + 4 * PATIENCE_MS / 1000
        while time.monotonic() < limit:
            self.take(number)
            if self.page.locator(selector).count():
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"{selector} did not come: {self.page.locator('aside').inner_text()[:600]}")

    def assess(self, number: str, yuan: str) -> None:
        self.until(number, "form[data-sheet]")
        self.shot("assess")
        self.page.locator("input[data-amount]").first.fill(yuan)
        self.page.locator("form[data-sheet] input.item").first.fill("保险杠皮更换")
        self.send(self.page.locator("form[data-sheet] button.btn--wide[value=save]"))
        self.shot("assessed")

    def approve(self, number: str) -> None:
        self.until(number, "form[action$='/approve/']")
        self.shot("settlement")
        self.send(self.page.locator("form[action$='/approve/'] button"))

    def pay_all(self, number: str) -> None:
        """Order every payment that may be ordered."""
        for _ in range(4):
            self.until(number, "form[action*='/payments/'], .payment--ordered, .payment--confirmed")
            form = self.page.locator("form[action*='/payments/'] button")
            if not form.count():
                break
            self.send(form.first)
        self.shot("paid")
