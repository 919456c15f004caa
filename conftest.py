"""Every test runs in a home of its own, with throw-away keys. Loaded before Django reads its settings."""

import atexit
import os
import shutil
import tempfile

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

django.setup()  # only now may the settings be read, and before the rooms' own conftest files import models
