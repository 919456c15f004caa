"""Every test runs in a home of its own, with throw-away keys. Loaded before Django reads its settings."""

import atexit
import gc
import os
import shutil
import tempfile
from functools import lru_cache

if (
    os.environ.get("KUAICHU_TESTING") != "1" or "KUAICHU_HOME" not in os.environ
):  # parallel workers inherit what the first process has set
    _memory = "/dev/shm"  # noqa: S108 - a folder in memory, where there is one: no test waits for a disk
    _home = tempfile.mkdtemp(prefix="kuaichu-test-", dir=_memory if os.access(_memory, os.W_OK) else None)
    atexit.register(shutil.rmtree, _home, ignore_errors=True)
    os.mkdir(os.path.join(_home, "static"))
    os.environ["KUAICHU_HOME"] = _home
    os.environ["KUAICHU_TESTING"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "kuaichu.settings"

import django
import pytest

django.setup()  # only now may the settings be read, and before the rooms' own conftest files import models

from django.conf import settings  # noqa: E402 - as above
from django.db import connection  # noqa: E402

from kuaichu.dossier.actions import photos  # noqa: E402

settings.WHITENOISE_AUTOREFRESH = True  # else every test client lists all static files when it is made
gc.set_threshold(50_000, 20, 20)  # the short life of a test process leaves little to collect

# Most cases of the tests bring the same few pictures: each is decoded once. What `inspect` does has tests of its own.
photos.inspect = lru_cache(maxsize=64)(photos.inspect)

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}
FIRST = ("tests/race", "tests/faults", "tests/style")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long ones first, so that no process is left alone with them at the end. Once more on another database than
    the embedded one goes only what touches a database."""
    items.sort(key=lambda item: next((n for n, part in enumerate(FIRST) if part in item.path.as_posix()), len(FIRST)))
    if connection.vendor != "sqlite":
        config.hook.pytest_deselected(items=[item for item in items if not touches_database(item)])
        items[:] = [item for item in items if touches_database(item)]


def touches_database(item: pytest.Item) -> bool:
    return bool(DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))) or any(
        item.get_closest_marker(name) for name in ("django_db", "postgres", "browser")
    )
