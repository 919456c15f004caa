"""`./kuaichu simulate`: the city of `simulator/` plays an installation of its own, in one process or over HTTP."""

import argparse
import io
import os
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from kuaichu.command.paths import ROOT


class InsideHouse:
    """The product in this process: requests go straight into the WSGI application, the clock is moved, nothing sleeps."""

    def __init__(self) -> None:
        from django.core.wsgi import get_wsgi_application

        self._application = get_wsgi_application()

    def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes, address: str) -> Any:
        from simulator.house import Answer

        answered: dict[str, Any] = {}

        def start(status: str, fields: list[tuple[str, str]], exc_info: object = None) -> None:
            found: dict[str, str] = {}
            for name, value in fields:
                key = name.lower()
                found[key] = f"{found[key]}\n{value}" if key in found else value
            answered.update(status=int(status.split(maxsplit=1)[0]), headers=found)

        answer = self._application(_environ(method, path, headers, body, address), start)
        try:
            content = b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close:
                close()
        return Answer(answered["status"], answered["headers"], content)

    def now(self) -> datetime:
        from kuaichu import clock

        return clock.now()

    def wait_until(self, moment: datetime) -> None:
        from kuaichu import clock

        clock.jump_to(moment)

    def work(self) -> None:
        from kuaichu import worker

        worker.run_once()

    def texts(self, after: int) -> list[Any]:
        from simulator.house import Text

        answer = self.request("GET", f"/demo/outbox.json?after={after}", headers={}, body=b"", address="127.0.0.1")
        return [Text(row["number"], row["phone"], row["words"]) for row in answer.json["texts"]]

    def secret_of(self, agency_code: str) -> bytes:
        from kuaichu.links.insurer.signing import secret_of

        return secret_of(agency_code)

    def insurer_address(self, port: int) -> None:
        from django.conf import settings

        (settings.HOME / "twins").write_text(f"http://127.0.0.1:{port}")


def _environ(method: str, path: str, headers: Mapping[str, str], body: bytes, address: str) -> dict[str, Any]:
    where, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(where).encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": address,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ


def run(options: argparse.Namespace) -> int:
    """0 when every invariant held."""
    home = Path(options.home) if options.home else Path(tempfile.mkdtemp(prefix="kuaichu-city-"))
    os.environ.update(KUAICHU_HOME=str(home), KUAICHU_DEMO="1", KUAICHU_ORIGIN="http://127.0.0.1")
    home.mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(ROOT))
    _prepare()
    from kuaichu import clock
    from kuaichu.demo.city import PASSWORD
    from simulator import main

    now = clock.now().astimezone(clock.BEIJING)
    first = (now - timedelta(days=options.days + 4)).replace(hour=0, minute=0, second=0, microsecond=0)
    house = InsideHouse()
    house.wait_until(first)
    plan = main.Plan(
        place=options.place,
        first=first.date(),
        days=options.days,
        seed=options.seed,
        accidents_a_day=options.people / 500_000 * 40,
        roads=ROOT / "src/kuaichu/demo/map/roads.geojson",
        faults=options.faults,
        password=PASSWORD,
        officers=("officer", "officer2"),
        adjusters={"INS-A": "adjuster-a", "INS-B": "adjuster-b"},
        most_cases=options.cases or 10**9,
    )
    outcome = main.run(house, plan, progress=lambda text: print(f"\r{text}", end="", file=sys.stderr))
    print(file=sys.stderr)
    stages: dict[str, int] = {}
    for record in outcome.records:
        stages[f"{record.stage}/{record.outcome}"] = stages.get(f"{record.stage}/{record.outcome}", 0) + 1
    print(len(outcome.records), stages)
    for name, count in sorted(outcome.world.meter.counts.items()):
        print(f"  {name} {count}")
    for trouble in outcome.world.troubles[:20]:
        print(trouble)
    return 0


def _prepare() -> None:
    from kuaichu.command import prepare

    prepare.main(["--no-seed"])
    from kuaichu import wiring
    from kuaichu.demo.city import ensure_rows

    ensure_rows()
    wiring.connect()
