"""Proposing earlier calls while a call is typed: milliseconds with a month of a city's calls in memory.

    ./kuaichu bench proposals                          1,066 calls a day for 30 days, on SQLite
    ./kuaichu bench proposals --database postgresql

The calls are generated with known truth (_calls.py). Told are: making the recogniser ready (compiling apart), one
question in the process, the same over HTTP at the call-taker's desk (session, page and all), and of the last 2,000
calls, each judged by what came before it, how often the event that was meant is proposed, and proposed first.
"""

import argparse
import http.cookiejar
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
GOAL_MS = 100.0
PLACE, MIDDLE = "339900", (120.5, 30.0)
KINDS = {"车车财损": "two_cars", "车与非机动车": "nonmotor", "伤人": "injury", "违停": "parking", "挪车": "parking",
         "噪声": "noise", "拥堵": "jam"}  # fmt: skip
ASKED = 400
WARMING_S = 15  # the web process makes its recogniser ready beside the requests


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options.add_argument("--days", type=float, default=30.0)
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.inside:
        return inside(given.days)
    from _lib import load_line, prepared, serving

    with prepared(given.database) as installation:
        print(f"{given.database}, {load_line()}", flush=True)
        command = [sys.executable, __file__, "--inside", "--days", str(given.days)]
        found = subprocess.run(command, env=dict(installation.environment), cwd=ROOT, check=False).returncode
        with serving(installation):
            over_http(installation.origin)
    return found


def inside(days: float) -> int:
    """In the installation's own process: fill, make ready, ask."""
    import django

    django.setup()
    event, rows = fill(days)
    from dataclasses import replace

    from kuaichu import clock
    from kuaichu.calls import linking, recent
    from kuaichu.calls.queries import propose

    memory = recent.recent_of(PLACE)
    typed = [replace(row, received_at=clock.now()) for row in rows[-ASKED:]]
    told("first question, rule only", [seconds(lambda: propose(typed[0]))])
    by_rule: list[float] = []
    for intake in typed:
        timed(by_rule, lambda intake=intake: propose(intake))
    told("propose, rule only", by_rule, "in the process")
    told("compile or load machine code", [seconds(compiled)])
    told("make the recogniser ready", [seconds(memory.make_ready)], f"{len(rows)} calls")
    spent: list[float] = []
    for intake in typed:
        timed(spent, lambda intake=intake: propose(intake))
    told("propose, with the recogniser", spent, "in the process")
    stored = stored_facts()
    alone = {facts.call_id: memory._ranked(facts, None, recent.thresholds_of(PLACE), 5) for facts in stored}
    judged = linking.matches_in_turn(PLACE, stored)
    print(f"{'goal':32} {GOAL_MS:8.1f} ms\n")
    for name, found in (("rule alone", alone), ("with the recogniser", judged)):
        quality(name, found, event)
    return 0 if float(np.percentile(spent, 99)) * 1000 <= GOAL_MS else 1


def fill(days: float) -> tuple[dict[str, int], list]:
    """Store the calls, the last of them a minute ago: the event of each number, and the calls as they were typed."""
    from django.db import transaction

    from bench._calls import generate
    from kuaichu import clock
    from kuaichu.calls.actions.taking import row_of
    from kuaichu.calls.intake import cleaned
    from kuaichu.calls.models import Call

    made = generate(kind="city", days=days, per_day=1066, seed=201)
    columns = made.columns
    start = clock.now().timestamp() - float(columns["t"][-1]) - 60
    numbers = [f"N{at:07d}" for at in range(len(columns["t"]))]
    rows = [
        intake_of({name: values[at] for name, values in columns.items()}, start, number)
        for at, number in enumerate(numbers)
    ]
    with transaction.atomic():
        stored = [row_of(cleaned(intake), district="", unit=None) for intake in rows]
        Call.objects.bulk_create(stored, batch_size=500)
    return dict(zip(numbers, map(int, made.event), strict=True)), rows


def stored_facts() -> list:
    """Of the calls of the last two days."""
    from kuaichu.calls import linking
    from kuaichu.calls.models import Call

    rows = Call.objects.order_by("-received_at")[:2000]
    return [linking.facts_of(row) for row in rows]


def quality(name: str, found: dict, event: dict[str, int]) -> None:
    """Of calls about an event that was known: the event is proposed, and proposed first. Of all: proposals a call."""
    from kuaichu.calls.models import Call

    numbers = dict(Call.objects.filter(pk__in=found).values_list("id", "number"))
    known: dict[int, str] = {}
    for number, one in event.items():
        known.setdefault(one, number)
    among = first = again = new = wrong = 0
    for call_id, matches in found.items():
        own = event[numbers[call_id]]
        told_events = [event[match.number] for match in matches]
        if known[own] != numbers[call_id]:
            again, among, first = again + 1, among + (own in told_events), first + (told_events[:1] == [own])
        else:
            new, wrong = new + 1, wrong + any(match.notion == "same_event" and match.score >= 0.3 for match in matches)
    print(
        f"{name:32} event known: among the five {among / again:.3f}, first {first / again:.3f} (of {again});"
        f" event new: {wrong / new:.3f} are proposed an event at 0.3 or more (of {new})"
    )


def intake_of(call: dict, start: float, number: str):
    from kuaichu.calls.intake import Intake

    has_place = np.isfinite(float(call["x"])) and np.isfinite(float(call["y"]))
    phone = str(call.get("phone") or "")
    digits = re.sub(r"\D", "", phone)
    plates = " ".join(str(call[name]) for name in ("plate_a", "plate_b") if call.get(name))
    return Intake(
        place_code=PLACE,
        received_at=datetime.fromtimestamp(start + float(call["t"]), UTC),
        caller_phone=f"139{int(digits) % 10**8:08d}" if digits else "",
        content=str(call.get("typ") or "其他"),
        location=str(call.get("road") or "")[:160],
        lon_wgs84=MIDDLE[0] + float(call["x"]) / 96_300 if has_place else None,
        lat_wgs84=MIDDLE[1] + float(call["y"]) / 111_195 if has_place else None,
        plates=plates,
        subclass=KINDS.get(str(call.get("typ"))),
        number=number,
    )


def compiled() -> None:
    from kuaichu.analysis.repeats import Recogniser

    fresh = Recogniser()
    fresh.offer({"call_id": "a", "t": 0.0, "x": 0.0, "y": 0.0})
    fresh.consider({"call_id": "b", "t": 1.0, "x": 0.0, "y": 0.0})


def over_http(origin: str) -> None:
    """The desk's own page for what is half typed, as its script asks for it, by a process that has warmed up."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def post(path: str, **fields: str) -> str:
        token = next((cookie.value or "" for cookie in jar if "csrf" in cookie.name), "")
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        request = urllib.request.Request(origin + path, body, {"Referer": origin + path})
        return opener.open(request).read().decode()

    opener.open(f"{origin}/").read()
    post("/demo/enter/calls/")
    typed = {"content": "两车追尾，没有人受伤", "location": "人民路与解放路路口", "lon": "120.5", "lat": "30.0",
             "caller_phone": "13900001234", "plates": "浙D12345"}  # fmt: skip
    told("first page of the process", [seconds(lambda: post("/calls/judge/", **typed))], "rule only")
    time.sleep(WARMING_S)
    spent: list[float] = []
    for at in range(ASKED):
        more = {"lon": f"{120.5 + at / 9000:.5f}", "caller_phone": f"1390000{at:04d}"}
        timed(spent, lambda more=more: post("/calls/judge/", **typed | more))
    told("page of the desk", spent, "over HTTP")


def seconds(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def timed(spent: list[float], work):
    began = time.perf_counter()
    found = work()
    spent.append(time.perf_counter() - began)
    return found


def told(name: str, spent: list[float], words: str = "") -> None:
    if len(spent) == 1:
        print(f"{name:32} {spent[0] * 1000:8.1f} ms   {words}", flush=True)
        return
    p50, p99 = np.percentile(spent, [50, 99]) * 1000
    print(f"{name:32} {p50:8.1f} ms P50   {p99:8.1f} ms P99   of {len(spent)}, {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
