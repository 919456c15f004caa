"""Plays one example case to its end while the demonstration runs: the worker, the seals and the simulated partners
are the real ones, so the finished case has come about as every other does. `python -m kuaichu.demo.player`."""

import os
import signal
import sys
import threading

PATIENCE_SECONDS = 180.0
PAUSE_SECONDS = 0.5


def main() -> int:
    """Play, then stay until told to stop (the group of processes lives and dies together)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuaichu.settings")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    import django

    django.setup()
    from django.db import connection

    from kuaichu.demo.finished import play_finished_case
    from kuaichu.errors import Refused

    try:
        play_finished_case(stopping.wait, patience_s=PATIENCE_SECONDS, pause_s=PAUSE_SECONDS)
    except Refused as refusal:  # an example that can't be played must not end the demonstration
        print(f"the finished example was not played: {refusal.code}", flush=True)
    connection.close()
    stopping.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
