"""The command desk over a million calls: first view, slider, a new call on the map.

    ./kuaichu bench desk [ROWS]

A real server on SQLite and on PostgreSQL, a real Chromium at 1440×900. Drawn means that the picture of the asked period
is on the canvas, its legend and count beside it. A new call is taken in another process by the product's own action;
its time runs from the end of that transaction to the stamp on the map.
"""

import os
import subprocess
import sys
import time

import _lib
from first_page import browser

ROWS = 1_000_000
STEPS, NEW_CALLS = 30, 6
GOAL_FIRST_S, GOAL_STEP_MS, GOAL_NEW_S = 2.0, 200, 1.0
SHOWN_AGAIN = """([last]) => new Promise((done) => {
  const root = document.getElementById("work"), time = document.getElementById("time"), begun = performance.now();
  const seen = new MutationObserver(() => {
    seen.disconnect();
    requestAnimationFrame(() => done(performance.now() - begun));
  });
  seen.observe(root, { attributeFilter: ["data-drawn"] });
  time.value = Number(time.max) - last;
  time.dispatchEvent(new Event("input"));
})"""
WATCH = """() => {
  window.stamped = [];
  const seen = new MutationObserver(() => window.stamped.push(Date.now() / 1000));
  seen.observe(document.getElementById("work"), { attributeFilter: ["data-stamps"] });
}"""


def first_view(page, address: str, drawn: str) -> float:
    started = time.perf_counter()
    page.goto(address)
    page.locator(drawn).wait_for()
    return time.perf_counter() - started


def steps(page) -> list[float]:
    """Milliseconds from the slider's event to the next frame with the new picture, at days all over three years."""
    return [page.evaluate(SHOWN_AGAIN, [(7 + number * 173) % 1000]) for number in range(STEPS)]


def news(page, installation: _lib.Installation) -> list[float]:
    """Seconds from the end of each transaction to the stamp."""
    page.locator("#to-today").click()
    page.wait_for_timeout(1500)
    page.evaluate(WATCH)
    taker = subprocess.Popen(
        [sys.executable, "bench/_desk_rows.py", "take"],
        cwd=_lib.ROOT,
        env=dict(installation.environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert taker.stdin is not None
    assert taker.stdout is not None
    taker.stdout.readline()
    spent = []
    for number in range(NEW_CALLS):
        taker.stdin.write("one\n")
        taker.stdin.flush()
        stored = float(taker.stdout.readline().split()[1])
        while page.evaluate("window.stamped.length") <= number:
            page.wait_for_timeout(50)
        spent.append(page.evaluate(f"window.stamped[{number}]") - stored)
        page.wait_for_timeout(370 * (number + 1))
    taker.stdin.close()
    taker.wait(20)
    return spent


def measure(installation: _lib.Installation, executable: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tool:
        chromium = tool.chromium.launch(executable_path=executable, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        page = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=installation.origin).new_page()
        page.goto("/")
        page.locator("form[action='/demo/enter/analyst/'] button").click()
        page.locator("#numbers .total").wait_for()
        page.wait_for_timeout(500)
        first_map = first_view(page, "/command/map/", "#work[data-drawn]")
        again = first_view(page, "/command/map/", "#work[data-drawn]")
        today = first_view(page, "/command/", "#numbers .total")
        wall = first_view(page, "/command/?wall=1", "#work[data-drawn]")
        page.goto("/command/map/")
        page.locator("#work[data-drawn]").wait_for()
        slid, came = steps(page), news(page, installation)
        chromium.close()
    rows = [
        ("map, first in this server's life, until drawn", f"{first_map:.2f} s; goal {GOAL_FIRST_S} s"),
        ("map, again", f"{again:.2f} s"),
        ("today", f"{today:.2f} s"),
        ("wall, until drawn", f"{wall:.2f} s"),
        ("slider step, median", f"{_lib.percentile(slid, 0.5):.0f} ms; goal {GOAL_STEP_MS} ms"),
        ("slider step, 95 %", f"{_lib.percentile(slid, 0.95):.0f} ms"),
        ("new call on the map, median", f"{_lib.percentile(came, 0.5):.2f} s; goal {GOAL_NEW_S} s"),
        ("new call on the map, longest", f"{max(came):.2f} s"),
    ]
    _lib.table(f"The desk on {installation.database} ({_lib.load_line()})", rows)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    executable = browser()
    for database in _lib.databases():
        with _lib.prepared(database) as installation:
            installation.run("bench/_desk_rows.py", str(rows))
            if not executable:
                print("  (no Chromium on this machine: nothing is measured in a browser)")
                continue
            with _lib.serving(installation):
                measure(installation, executable)


if __name__ == "__main__":
    main()
