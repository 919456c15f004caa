"""What the first proposal in a process would wait for is loaded when a desk is opened: the calls of the last days."""

from threading import Lock, Thread

_warmed: set[str] = set()
_lock = Lock()


def warm(place_code: str) -> None:
    """Once per process and place, beside the request."""
    from django.conf import settings

    with _lock:
        if place_code in _warmed or settings.TESTING:
            return
        _warmed.add(place_code)
    Thread(target=_load, args=(place_code,), name="warm-calls", daemon=True).start()


def _load(place_code: str) -> None:
    from django.db import DatabaseError, connection

    from kuaichu import clock
    from kuaichu.calls.intake import Intake
    from kuaichu.calls.queries import propose
    from kuaichu.web.calls import locating

    try:
        propose(Intake(place_code=place_code, received_at=clock.now()))
        locating.spots(place_code, "——")
    except DatabaseError:
        return  # the first proposal will say so
    finally:
        connection.close()
