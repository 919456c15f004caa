"""The process beside web and worker: brings in what is missing since the last start, then goes on living."""

import argparse
import os
import signal
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
LAST_WORDS_S = 3.0


def main() -> int:
    """Until told to stop (the group of processes lives and dies together)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuaichu.settings")
    parser = argparse.ArgumentParser()
    parser.add_argument("--pace", type=float, default=1.0)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    pace = options.pace
    os.nice(10)  # the pages come first
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    import django

    django.setup()
    from django.db import connection

    from kuaichu.demo.life import begin

    city = begin()
    if pace > 0:
        from kuaichu.demo.life.going_on import go_on

        roadside = _roadside(city.place_code, options, stopping)
        go_on(city, stopping.wait, pace=pace)
        if roadside:
            roadside.join(LAST_WORDS_S)
    connection.close()
    stopping.wait()
    return 0


def _roadside(place_code: str, options: argparse.Namespace, stopping: threading.Event) -> threading.Thread | None:
    """The roadside cases on a thread of their own; None where the simulator is not installed."""
    sys.path.append(str(ROOT))
    if not find_spec("simulator"):
        return None
    from kuaichu.demo.life import roadside
    from kuaichu.demo.life.kept import the_book

    book, host = the_book(), "127.0.0.1" if options.host == "0.0.0.0" else options.host  # noqa: S104 - only compared
    given = {"host": host, "port": options.port, "pace": options.pace, "stopping": stopping}
    thread = threading.Thread(target=roadside.start, args=(place_code, book), kwargs=given, name="roadside")
    thread.daemon = True
    thread.start()
    return thread


if __name__ == "__main__":
    sys.exit(main())
