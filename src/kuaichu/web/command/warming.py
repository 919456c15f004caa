"""What the first map in a process would wait for is loaded while its page is still on the way."""

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


def _load(place_code: str) -> None:
    from kuaichu.governance import maps
    from kuaichu.governance.analyses import picture

    picture(np.array([0.005]), np.array([0.005]), box=(0.0, 0.0, 0.01, 0.01), bandwidth_m=100.0)
    maps.network(place_code)
