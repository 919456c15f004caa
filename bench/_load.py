"""The clients of a measurement, in a process of their own: `python bench/_load.py PORT CREATION_SECONDS JOURNEYS`.

Prints one JSON object.
"""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()

from _lib import percentile  # noqa: E402
from _player import Officer, Wire, play, report  # noqa: E402
from _secrets import case_id_of, code_of, sealed_files  # noqa: E402

from kuaichu.demo.city import PASSWORD  # noqa: E402

CLIENTS = 8
REPORTS_PER_ADDRESS = 25
SEALING_LIMIT_S = 120.0


def creations(port: int, seconds: float) -> dict[str, float]:
    """Cases opened by eight clients, each waiting for its answer before the next."""
    start = threading.Barrier(CLIENTS + 1)
    end = [0.0]

    def client() -> list[float]:
        spent: list[float] = []
        wire = Wire(port)
        report(wire)
        start.wait()
        while time.monotonic() < end[0]:
            if len(spent) % REPORTS_PER_ADDRESS == REPORTS_PER_ADDRESS - 2:
                wire.close()
                wire = Wire(port)
            began = time.perf_counter()
            report(wire)
            spent.append(time.perf_counter() - began)
        wire.close()
        return spent

    with ThreadPoolExecutor(CLIENTS) as pool:
        futures = [pool.submit(client) for _ in range(CLIENTS)]
        end[0] = time.monotonic() + seconds
        start.wait()
        spent = [value for future in futures for value in future.result()]
    return {
        "per_second": len(spent) / seconds,
        "p50_ms": percentile(spent, 0.5) * 1000,
        "p99_ms": percentile(spent, 0.99) * 1000,
        "most_ms": max(spent) * 1000,
    }


def journeys(port: int, count: int) -> dict[str, float]:
    """Whole journeys, eight at a time, until the last document is sealed."""
    waiting = iter(range(count))
    lock = threading.Lock()
    spent: list[float] = []
    before = sealed_files()

    def street() -> None:
        officer = Officer(Wire(port), PASSWORD)
        while True:
            with lock:
                number = next(waiting, None)
            if number is None:
                return
            first, second = Wire(port), Wire(port)
            began = time.perf_counter()
            play(
                first,
                second,
                number=number + 1000,
                code_of=code_of,
                pass_photos=lambda case: officer.pass_photos(case_id_of(case)),
            )
            spent.append(time.perf_counter() - began)
            first.close()
            second.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        for future in [pool.submit(street) for _ in range(CLIENTS)]:
            future.result()
    signed = time.perf_counter() - began
    while sealed_files() < before + count and time.perf_counter() - began < SEALING_LIMIT_S:
        time.sleep(0.02)
    sealed = time.perf_counter() - began
    assert sealed_files() == before + count, "not everything was sealed"
    return {"per_second": count / sealed, "until_signed": count / signed, "p50_s": percentile(spent, 0.5)}


def main() -> None:
    port, seconds, count = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    journeys(port, CLIENTS)  # everything is loaded and compiled once before it counts
    print(json.dumps({"creations": creations(port, seconds), "journeys": journeys(port, count)}))


if __name__ == "__main__":
    main()
