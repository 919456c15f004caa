"""Calls as arrays: one store per process and place, kept up to date by what was stored or changed since.

`store("339900").select(since=..., until=...)` answers in milliseconds over millions of calls. Counting rule: valid
calls are those with validity `valid`; a repeat about the same matter counts, a duplicate of the same event does not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from django.conf import settings

from kuaichu.governance.events.columns import CATEGORIES, VALIDITIES, Columns
from kuaichu.governance.events.selecting import Selection, Wanted
from kuaichu.governance.events.stores import Applied, Mark, Store

__all__ = ["CATEGORIES", "VALIDITIES", "Applied", "Columns", "Mark", "Selection", "Store", "Wanted", "kept", "store"]

_stores: dict[str, Store] = {}
_lock = Lock()
_is_kept = not settings.TESTING  # a test's rows are rolled back, and their ids come again


def store(place_code: str) -> Store:
    """The place's store in this process, brought up to date."""
    with _lock:
        found = _stores.get(place_code) if _is_kept else None
        if found is None:
            found = Store(place_code)
            if _is_kept:
                _stores[place_code] = found
    found.refresh()
    return found


@contextmanager
def kept() -> Iterator[None]:
    """Tests only: one store for the length of the block, as in a running process."""
    global _is_kept
    before, _is_kept = _is_kept, True
    _stores.clear()
    try:
        yield
    finally:
        _is_kept = before
        _stores.clear()
