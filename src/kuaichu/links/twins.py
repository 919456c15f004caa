"""The demonstration's simulated partners in one process: `python -m kuaichu.links.twins [--port N]`.

Two insurers: INS-A answers at once, INS-B is slow, busy, late, and repeats itself; and NAT-1, the national platform's
gateway, sometimes busy, with vehicles that are not as they were told. Their address is written to `HOME/twins`, where
the adapters find it; a port that is taken is replaced by a free one.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterable

INSURERS = ("INS-A=steady", "INS-B=moody")
PLATFORMS = ("NAT-1=hurried",)
TEMPERS = ("steady", "moody", "hurried", "failing", "nonsense")
DEFAULT_PORT = int(os.environ.get("KUAICHU_TWINS_PORT", "0"))


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuaichu.settings")
    from django.conf import settings

    from kuaichu.links.insurer import twin as insurer
    from kuaichu.links.national import twin as national
    from kuaichu.links.twin import Twin
    from kuaichu.links.twin_server import TwinServer

    options = _parser().parse_args(arguments)
    twins: list[Twin] = [
        insurer.TwinInsurer(code, getattr(insurer, temper), seed=options.seed)
        for code, temper in _pairs(options.insurer or INSURERS)
    ]
    twins += [
        national.TwinPlatform(code, getattr(national, temper), seed=options.seed)
        for code, temper in _pairs(options.platform or PLATFORMS)
    ]
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
    print(f"simulated partners at {server.origin}", flush=True)
    server.serve_forever()
    server.server_close()
    return 0


def _pairs(given: Iterable[str]) -> list[tuple[str, str]]:
    """Code and name of the temper in capitals."""
    return [(code, temper.upper()) for code, _, temper in (text.partition("=") for text in given)]


def _partner(text: str) -> str:
    if text.partition("=")[2] not in TEMPERS:
        raise argparse.ArgumentTypeError(f"CODE=TEMPER, temper: {', '.join(TEMPERS)}")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kuaichu.links.twins")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=1)
    for option in ("--insurer", "--platform"):
        parser.add_argument(
            option, action="append", type=_partner, metavar="CODE=TEMPER", help=f"temper: {', '.join(TEMPERS)}"
        )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
