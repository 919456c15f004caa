"""What the first map or proposal in a process would wait for is loaded before: kernels, roads and calls.

A web process where nobody takes calls loads none of it.
"""

from threading import Lock, Thread

import numpy as np

_warmed: set[str] = set()
_lock = Lock()


def warm(place_code: str) -> None:
    """Load the kernels and the place's roads once per process, beside the request."""
    from django.conf import settings

    with _lock:
        if place_code in _warmed or settings.TESTING:
            return
        _warmed.add(place_code)
    Thread(target=_load, args=(place_code,), name="warm-maps", daemon=True).start()


def warm_all() -> None:
    """When a web process starts: for every place whose police have calls, without holding up the start."""
    Thread(target=_find, name="warm-desks", daemon=True).start()


def _find() -> None:
    from django.db import DatabaseError, connection

    from kuaichu.accounts.models import Agency, AgencyKind
    from kuaichu.calls import recent
    from kuaichu.calls.models import Call
    from kuaichu.governance import events

    try:
        highest = Agency.objects.filter(kind=AgencyKind.POLICE, superior=None)
        for place_code in set(highest.values_list("place_id", flat=True)):
            if Call.objects.filter(place_id=place_code).exists():
                events.store(place_code)
                recent.warm(place_code)
                warm(place_code)
    except DatabaseError:
        return  # no tables yet, or no database: the first request will say so
    finally:
        connection.close()


def _load(place_code: str) -> None:
    from kuaichu.governance import maps
    from kuaichu.governance.analyses import picture

    picture(np.array([0.005]), np.array([0.005]), box=(0.0, 0.0, 0.01, 0.01), bandwidth_m=100.0)
    maps.network(place_code)
