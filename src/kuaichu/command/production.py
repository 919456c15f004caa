"""`serve` and `work`: settings come from the environment, see docs/OPERATIONS.md."""

import argparse
import os
import sys
from importlib import import_module
from typing import Any

from kuaichu.command.processes import web_process


def serve(options: argparse.Namespace) -> int:
    """Becomes the web server, so that systemd or a container sees granian itself. Before it: `manage migrate`."""
    workers = options.workers or (os.cpu_count() or 1 if os.environ.get("DATABASE_URL") else 1)
    process = web_process(host=options.host, port=options.port, workers=workers)
    sys.stdout.flush()
    os.execv(process.argv[0], process.argv)  # noqa: S606


def work(options: argparse.Namespace) -> int:
    """Runs until SIGTERM or Ctrl-C; what was begun is finished first."""
    _django("kuaichu.worker").Worker().run()
    return 0


def _django(module: str) -> Any:
    """The module, with Django ready. Named as text: what it needs is imported only when it is asked for."""
    import django

    django.setup()
    return import_module(module)
