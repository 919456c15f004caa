"""The driver's first page: what a phone has to load, and how long until the button works on a poor line.

    ./kuaichu bench first_page

Bytes are those on the wire, headers included, with the compression that the server chose. The time is that of a real
Chromium with an empty cache, held to 250 kbit/s down and 125 up with 300 ms of delay, its processor six times slower;
usable means that the page is laid out, its scripts have run, and the button can be pressed.
"""

import gzip
import http.client
import os
import re
import shutil
import statistics
from urllib.parse import urljoin, urlsplit

import _lib

GOAL_BYTES = 20 * 1024
GOAL_S = 1.5
ROUNDS = 5
LINE = {"downloadThroughput": 250_000 / 8, "uploadThroughput": 125_000 / 8, "latency": 300, "offline": False}
SLOWER = 6
USABLE = """() => {
  const entry = performance.getEntriesByType("navigation")[0];
  return Math.max(entry.domContentLoadedEventEnd, performance.getEntriesByName("first-contentful-paint")[0].startTime);
}"""


def fetch(port: int, path: str) -> tuple[int, str, str]:
    """Bytes on the wire, the compression, and the text of an HTML page."""
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    wire.request("GET", path, headers={"Accept-Encoding": "gzip, br", "Accept-Language": "zh-CN"})
    response = wire.getresponse()
    body = response.read()
    assert response.status == 200, (path, response.status)
    headers = sum(len(name) + len(text) + 4 for name, text in response.getheaders())
    coding = response.headers.get("Content-Encoding", "")
    wire.close()
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return len(body) + headers, coding, ""
    return len(body) + headers, coding, (gzip.decompress(body) if coding == "gzip" else body).decode()


def weigh(port: int, path: str) -> list[tuple[str, int, str]]:
    """The page and everything that it names: scripts, style sheets, pictures, manifest (nothing is loaded twice)."""
    sent, coding, html = fetch(port, path)
    rows = [(path, sent, coding)]
    named = re.findall(r'<(?:script|img|link)\b[^>]*?(?:src|href)="([^"]+)"', html)
    for address in dict.fromkeys(named):
        target = urlsplit(urljoin(f"http://127.0.0.1:{port}{path}", address))
        if target.scheme.startswith("http") and target.port == port and "canonical" not in address:
            sent, coding, _ = fetch(port, target.path)
            rows.append((target.path, sent, coding))
    return rows


def browser() -> str:
    """The Chromium of this machine, or nothing."""
    from kuaichu.command.checks import find_browser

    return find_browser() or shutil.which("chromium") or ""


def seconds_until_usable(origin: str, path: str, executable: str) -> tuple[list[float], int]:
    """Of each round, in a fresh browser context; and the bytes that the browser says it got."""
    from playwright.sync_api import sync_playwright

    spent, received = [], [0]
    with sync_playwright() as tool:
        chromium = tool.chromium.launch(executable_path=executable, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        for _ in range(ROUNDS):
            context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
            page = context.new_page()
            session = context.new_cdp_session(page)
            session.send("Network.enable")
            session.send("Network.emulateNetworkConditions", LINE)
            session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            received[0] = 0
            session.on("Network.loadingFinished", lambda event: _add(received, event["encodedDataLength"]))
            page.goto(origin + path, wait_until="load")
            page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
            assert page.locator("button, .button, input[type=submit]").first.is_enabled()
            spent.append(page.evaluate(USABLE) / 1000)
            context.close()
        chromium.close()
    return spent, received[0]


def _add(total: list[int], size: float) -> None:
    total[0] += int(size)


def main() -> None:
    path = "/start/"
    with _lib.prepared("sqlite") as installation, _lib.serving(installation):
        rows = weigh(installation.port, path)
        total = sum(sent for _, sent, _ in rows)
        lines = [(name[-56:], f"{sent:>7} B on the wire, {coding or 'not compressed'}") for name, sent, coding in rows]
        verdict = "reached" if total <= GOAL_BYTES else "missed"
        lines.append(("everything", f"{total:>7} B; goal {GOAL_BYTES}: {verdict}"))
        _lib.table("The driver's first page", lines)
        executable = browser()
        if not executable:
            print("  (no Chromium on this machine: the time is not measured)")
            return
        spent, received = seconds_until_usable(installation.origin, path, executable)
    median = statistics.median(spent)
    verdict = "reached" if median <= GOAL_S else "missed"
    every = " ".join(f"{value:.2f}" for value in spent)
    _lib.table(
        f"On a poor line: 250 kbit/s, 300 ms, processor {SLOWER}x slower ({_lib.load_line()})",
        [
            ("until usable, median", f"{median:.2f} s of {every}; goal {GOAL_S} s: {verdict}"),
            ("received by the browser", f"{received} B"),
        ],
    )


if __name__ == "__main__":
    main()
