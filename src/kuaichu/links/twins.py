"""The demonstration's simulated partners in one process: `python -m kuaichu.links.twins [--port N]`.

Two insurers: INS-A answers at once, INS-B is slow, busy, late, and repeats itself. Their address is written to
`HOME/twins`, where the adapter finds it; a port that is taken is replaced by a free one.
"""

import argparse
import os
import signal
import sys
import threading

DEFAULT_TEMPERS = ("INS-A=steady", "INS-B=moody")
DEFAULT_PORT = int(os.environ.get("KUAICHU_TWINS_PORT", "0"))


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuaichu.settings")
    from django.conf import settings

    from kuaichu.links.insurer import twin
    from kuaichu.links.twin_server import TwinServer

    names = ("steady", "moody", "hurried", "failing", "nonsense")
    tempers = {name: getattr(twin, name.upper()) for name in names}
    options = _parser(list(tempers)).parse_args(arguments)
    pairs = [given.partition("=") for given in options.insurer or DEFAULT_TEMPERS]
    twins = [twin.TwinInsurer(code, tempers[name], seed=options.seed) for code, _, name in pairs]
    try:
        server = TwinServer(twins, port=options.port)
    except OSError:
        server = TwinServer(twins)
    note = settings.HOME / "twins"
    settings.HOME.mkdir(parents=True, exist_ok=True)
    draft = note.with_suffix(f".{os.getpid()}")
    draft.write_text(server.origin)
    draft.replace(note)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"simulated insurers at {server.origin}", flush=True)
    server.serve_forever()
    server.server_close()
    return 0


def _parser(tempers: list[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kuaichu.links.twins")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--insurer", action="append", metavar="CODE=TEMPER", help=f"temper: {', '.join(tempers)}")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
