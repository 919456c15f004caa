"""Brings database and static files up to date and, in the demonstration, makes the example cases."""

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


def main(arguments: list[str]) -> int:
    import django
    from django.core.management import call_command

    django.setup()
    with ThreadPoolExecutor(1) as beside:  # compressing files needs no interpreter, tables no second core
        static = beside.submit(collect_static)
        call_command("migrate", interactive=False, verbosity=0)
        static.result()
    if "--no-seed" not in arguments and find_spec("kuaichu.demo"):
        import_module("kuaichu.demo.seed").seed()
    return 0


def collect_static() -> bool:
    """Copy and compress the static files, only when one of them has changed: it takes some seconds. True if done."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT).with_suffix(".stamp")
    wanted = static_fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(wanted)
    return True


def static_fingerprint() -> str:
    """Names, sizes and times of all static files that the applications bring."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
