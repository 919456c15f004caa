"""The process beside web and worker: brings in what is missing since the last start, then goes on living."""

import argparse
import os
import signal
import sys
import threading


def main() -> int:
    """Until told to stop (the group of processes lives and dies together)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuaichu.settings")
    parser = argparse.ArgumentParser()
    parser.add_argument("--pace", type=float, default=1.0)
    pace = parser.parse_args().pace
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

        go_on(city, stopping.wait, pace=pace)
    connection.close()
    stopping.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
